"""SQL of messages, deliveries and attempts."""

from collections.abc import Sequence

from novacast.database import Query, Row, Transaction
from novacast.i18n import packed, unpacked
from novacast.notifications.webhooks.models import FARTHEST, Attempt, Delivery, Progress

START = (2**62, "")
"""Before the newest."""

_DELIVERY = (
    "SELECT d.*, m.type, m.org_id FROM webhook_deliveries d JOIN webhook_messages m ON m.id = d.message_id WHERE "
)


def by_id(delivery_id: str) -> Query[Delivery]:
    return Query(f"{_DELIVERY} d.id = ?", (delivery_id,), _delivery)


def body(message_id: str) -> Query[str]:
    return Query("SELECT body FROM webhook_messages WHERE id = ?", (message_id,), lambda row: str(row["body"]))


def of_endpoint(endpoint_id: str, state: Progress | None, after: tuple[int, str], limit: int) -> Query[Delivery]:
    """Newest first, behind `after`."""
    among, values = ("d.state = ? AND ", (state.value,)) if state is not None else ("", ())
    return Query(
        f"{_DELIVERY} d.endpoint_id = ? AND {among}(d.created_at, d.id) < (?, ?) "
        "ORDER BY d.created_at DESC, d.id DESC LIMIT ?",
        (endpoint_id, *values, *after, limit),
        _delivery,
    )


def attempts(delivery_id: str, limit: int) -> Query[Attempt]:
    """Newest first."""
    return Query(
        "SELECT * FROM webhook_attempts WHERE delivery_id = ? ORDER BY id DESC LIMIT ?",
        (delivery_id, limit),
        lambda row: Attempt(
            row["at"],
            row["took"],
            row["url"],
            row["signature"],
            row["status"],
            unpacked(row["error"]),
            row["answer"],
        ),
    )


def due(now: int, each: int) -> Query[tuple[str, str, bool]]:
    """Ids of deliveries and endpoints, and whether the endpoint failed last: up to `each` of every endpoint, so that
    none stands in another's way. The longest due endpoint comes first."""
    return Query(
        """SELECT d.id, d.endpoint_id, e.failing_since IS NOT NULL AS failing
        FROM webhook_endpoints e JOIN webhook_deliveries d ON d.rowid IN (
            SELECT rowid FROM webhook_deliveries WHERE endpoint_id = e.id AND state = 'pending'
                AND next_at NOT BETWEEN :now + 1 AND :now + :farthest ORDER BY next_at, rowid LIMIT :each)
        WHERE e.state = 'enabled' ORDER BY d.next_at, d.rowid""",
        {"now": now, "farthest": FARTHEST, "each": each},
        lambda row: (str(row["id"]), str(row["endpoint_id"]), bool(row["failing"])),
    )


def pending(limit: int) -> Query[int]:
    """How many are to be sent, counted up to `limit`."""
    sql = "SELECT count(*) FROM (SELECT 1 FROM webhook_deliveries WHERE state = 'pending' LIMIT ?)"
    return Query(sql, (limit,), lambda row: int(row[0]))


def add_message(tx: Transaction, message_id: str, org_id: str, seq: int | None, type_: str, text: str) -> bool:
    """Whether it is new: what tells of a fact is stored once."""
    return (
        tx.run(
            "INSERT INTO webhook_messages (id, org_id, seq, type, body, created_at) VALUES (?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (seq, type) DO NOTHING",
            (message_id, org_id, seq, type_, text, tx.now),
        )
        > 0
    )


def add(tx: Transaction, delivery_id: str, message_id: str, endpoint_id: str, *, skipped: bool = False) -> None:
    tx.insert(
        "webhook_deliveries",
        id=delivery_id,
        message_id=message_id,
        endpoint_id=endpoint_id,
        state=(Progress.SKIPPED if skipped else Progress.PENDING).value,
        next_at=tx.now,
        created_at=tx.now,
        ended_at=tx.now if skipped else None,
    )


def log(tx: Transaction, delivery_id: str, one: Attempt) -> None:
    tx.insert(
        "webhook_attempts",
        delivery_id=delivery_id,
        at=one.at,
        took=one.took,
        url=one.url,
        signature=one.signature,
        status=one.status,
        error=packed(one.error),
        answer=one.answer,
    )


def note(tx: Transaction, delivery_id: str, one: Attempt, state: Progress, next_at: int) -> None:
    """What became of an attempt."""
    tx.run(
        """UPDATE webhook_deliveries SET state = :state, attempts = attempts + 1, next_at = :next,
            begun_at = coalesce(begun_at, :at), status = :status, error = :error, ended_at = :ended WHERE id = :id""",
        {
            "id": delivery_id,
            "state": state.value,
            "next": next_at,
            "at": one.at,
            "status": one.status,
            "error": packed(one.error),
            "ended": None if state is Progress.PENDING else tx.now,
        },
    )


def skip_pending(tx: Transaction, endpoint_id: str) -> None:
    tx.run(
        "UPDATE webhook_deliveries SET state = 'skipped', ended_at = ? WHERE endpoint_id = ? AND state = 'pending'",
        (tx.now, endpoint_id),
    )


def again(tx: Transaction, delivery_id: str) -> None:
    """Another round begins, now."""
    tx.run(f"{_AGAIN} WHERE id = ?", (tx.now, delivery_id))


def again_since(tx: Transaction, endpoint_id: str, since: int, states: Sequence[Progress], limit: int) -> int:
    """Another round of those that were made since then, the oldest first; how many."""
    marks = ", ".join("?" * len(states))
    return tx.run(
        f"{_AGAIN} WHERE rowid IN (SELECT rowid FROM webhook_deliveries WHERE endpoint_id = ? AND created_at >= ? "  # noqa: S608 - question marks
        f"AND state IN ({marks}) ORDER BY created_at, id LIMIT ?)",
        (tx.now, endpoint_id, since, *(one.value for one in states), limit),
    )


_AGAIN = "UPDATE webhook_deliveries SET state = 'pending', attempts = 0, next_at = ?, begun_at = NULL, ended_at = NULL"


def prune(tx: Transaction, before: int, limit: int) -> int:
    """Drop messages made before that instant, with their log; how many."""
    return tx.run(
        "DELETE FROM webhook_messages WHERE id IN (SELECT id FROM webhook_messages WHERE created_at < ? "
        "ORDER BY created_at LIMIT ?)",
        (before, limit),
    )


def _delivery(row: Row) -> Delivery:
    return Delivery(
        id=row["id"],
        endpoint_id=row["endpoint_id"],
        org_id=row["org_id"],
        message_id=row["message_id"],
        type=row["type"],
        state=Progress(row["state"]),
        attempts=row["attempts"],
        next_at=row["next_at"],
        begun_at=row["begun_at"],
        status=row["status"],
        error=unpacked(row["error"]),
        created_at=row["created_at"],
        ended_at=row["ended_at"],
    )
