"""SQL of what was mailed."""

from novacast.database import Transaction


def once(tx: Transaction, seq: int, subject: str) -> bool:
    """Whether this is the first time that it is told."""
    return bool(tx.run("INSERT INTO membership_mails VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (seq, subject, tx.now)))


def forget(tx: Transaction, before: int) -> int:
    return tx.run("DELETE FROM membership_mails WHERE at < ?", (before,))
