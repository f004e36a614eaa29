"""SQL of trials."""

from novacast.database import Query, Transaction
from novacast.payments.memberships.trials.models import Why


def taken(org_id: str, circle: str, kind: Why, mark: bytes) -> Query[str]:
    """By which subscription."""
    return Query(
        "SELECT subscription_id FROM membership_trials WHERE org_id = ? AND circle = ? AND kind = ? AND mark = ?",
        (org_id, circle, kind.value, mark),
        lambda row: str(row[0]),
    )


def add(tx: Transaction, org_id: str, circle: str, kind: Why, mark: bytes, subscription_id: str) -> None:
    tx.run(
        "INSERT INTO membership_trials VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (org_id, circle, kind.value, mark, subscription_id, tx.now),
    )


def prune(tx: Transaction, before: int) -> int:
    return tx.run("DELETE FROM membership_trials WHERE at < ?", (before,))
