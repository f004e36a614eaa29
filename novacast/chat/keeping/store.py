"""SQL of rooms in which nothing was said for long."""

from novacast.database import Query, Transaction
from novacast.keeping import number

_QUIET = (
    "SELECT rooms.id FROM chat_rooms AS rooms WHERE "
    "(SELECT max(sent_at) FROM chat_messages WHERE room_id = rooms.id) < ?"
)


def quiet(before: int) -> Query[int]:
    """Messages in them."""
    return number(f"SELECT count(*) FROM chat_messages WHERE room_id IN ({_QUIET})", before)  # noqa: S608 - constants


def empty_quiet(tx: Transaction, before: int, limit: int) -> int:
    """Of one room at a time. The room stays, and counts on from where it was: somebody may be in it."""
    room = tx.one(Query(f"{_QUIET} LIMIT 1", (before,), lambda row: str(row[0])))
    if room is None:
        return 0
    tx.run("UPDATE chat_rooms SET pinned = NULL, poll = NULL WHERE id = ?", (room,))
    tx.run("DELETE FROM chat_log WHERE room_id = ? AND at < ?", (room, before))
    return tx.run(
        "DELETE FROM chat_messages WHERE id IN (SELECT id FROM chat_messages WHERE room_id = ? ORDER BY seq LIMIT ?)",
        (room, limit),
    )
