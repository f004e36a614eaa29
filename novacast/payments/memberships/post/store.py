"""SQL of what was mailed."""

from novacast.database import Transaction


def once(tx: Transaction, subject: str, period: int) -> bool:
    """Whether this is the first time that it is told. `period`: the end of it."""
    sql = "INSERT INTO membership_mails VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
    return bool(tx.run(sql, (subject, period, tx.now)))


def forget(tx: Transaction, before: int) -> int:
    return tx.run("DELETE FROM membership_mails WHERE at < ?", (before,))
