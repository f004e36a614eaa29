"""SQL of what is held, and why."""

from novacast.chat.models import Message
from novacast.chat.store import to_message
from novacast.database import Query, Row, Transaction
from novacast.records import dataclass


@dataclass(frozen=True, slots=True)
class Hold:
    message: Message
    reason: str
    """`word`, `link`, `automatic` or `moderator`."""
    detail: str
    """What it was found by; for moderators."""
    held_at: int


def put(tx: Transaction, message_id: str, reason: str, detail: str) -> None:
    tx.run(
        "INSERT INTO chat_holds (message_id, reason, detail, held_at) VALUES (?, ?, ?, ?) ON CONFLICT (message_id) "
        "DO UPDATE SET reason = excluded.reason, detail = excluded.detail, held_at = excluded.held_at",
        (message_id, reason, detail, tx.now),
    )


def clear(tx: Transaction, message_id: str, text: str) -> None:
    """A moderator has looked at it as it is."""
    tx.run("UPDATE chat_holds SET cleared = ? WHERE message_id = ?", (text, message_id))


def cleared(message_id: str) -> Query[str]:
    """What a moderator let pass."""
    sql = "SELECT cleared FROM chat_holds WHERE message_id = ? AND cleared IS NOT NULL"
    return Query(sql, (message_id,), lambda row: str(row["cleared"]))


def waiting(room_id: str, after: int, limit: int) -> Query[Hold]:
    """Oldest first."""
    return Query(
        "SELECT m.*, h.reason, h.detail, h.held_at FROM chat_messages m LEFT JOIN chat_holds h ON h.message_id = m.id "
        "WHERE m.room_id = ? AND m.state = 'held' AND m.seq > ? ORDER BY m.seq LIMIT ?",
        (room_id, after, limit),
        _hold,
    )


def _hold(row: Row) -> Hold:
    one = to_message(row)
    return Hold(one, row["reason"] or "moderator", row["detail"] or "", row["held_at"] or one.sent_at)
