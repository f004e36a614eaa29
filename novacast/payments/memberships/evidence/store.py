"""SQL of a membership's evidence."""

from collections.abc import Sequence

from novacast.database import Query, Transaction
from novacast.payments.memberships.billed.models import Kind
from novacast.payments.memberships.evidence.models import Watch


def watches(subscription_id: str, limit: int) -> Query[Watch]:
    """The latest, in the order of their beginnings."""
    return Query(
        "SELECT * FROM (SELECT * FROM subscription_watches WHERE subscription_id = ? ORDER BY began_at DESC LIMIT ?) "
        "ORDER BY began_at",
        (subscription_id, limit),
        lambda row: Watch(row["media_id"], row["device"], row["began_at"], row["until"]),
    )


def changes(subscription_id: str, limit: int) -> Query[tuple[int, Kind]]:
    return Query(
        "SELECT created_at, kind FROM subscription_changes WHERE subscription_id = ? ORDER BY created_at, id LIMIT ?",
        (subscription_id, limit),
        lambda row: (row["created_at"], Kind(row["kind"])),
    )


def watched(tx: Transaction, seen: Sequence[tuple[str, str, str, str, int, int]]) -> None:
    """Of viewing sessions that a membership may have opened: id, person, what, device, begin, last sign of life."""
    for viewing, person_id, media_id, device, began_at, until in seen:
        tx.run(
            "INSERT INTO subscription_watches SELECT s.id, :viewing, :media, :device, :began, :until "
            "FROM subscriptions s JOIN member_media m ON m.tier_id = s.tier_id AND m.media_id = :media "
            "WHERE s.person_id = :person AND s.state IN ('active', 'past_due') AND s.suspended_at IS NULL "
            "ON CONFLICT DO UPDATE SET until = max(until, excluded.until)",
            {
                "viewing": viewing, "person": person_id, "media": media_id, "device": device, "began": began_at,
                "until": until,
            },
        )  # fmt: skip


def forget(tx: Transaction, before: int) -> int:
    return tx.run("DELETE FROM subscription_watches WHERE until < ?", (before,))


def erase_person(tx: Transaction, person_id: str) -> None:
    tx.run(
        "DELETE FROM subscription_watches WHERE subscription_id IN (SELECT id FROM subscriptions WHERE person_id = ?)",
        (person_id,),
    )
