"""SQL of what somebody said in a room."""

from novacast.chat.models import Message
from novacast.chat.store import to_message
from novacast.database import Query
from novacast.records import dataclass

MOST = 1000
"""Messages that are counted."""


@dataclass(frozen=True, slots=True)
class Said:
    """How many of their messages are in which state; counted up to MOST."""

    shown: int
    held: int
    deleted: int


def said(person_id: str, room_id: str) -> Query[Said]:
    return Query(
        "SELECT coalesce(sum(state = 'shown'), 0), coalesce(sum(state = 'held'), 0), "
        "coalesce(sum(state = 'deleted'), 0) "
        "FROM (SELECT state FROM chat_messages WHERE person_id = ? AND room_id = ? ORDER BY seq DESC LIMIT ?)",
        (person_id, room_id, MOST),
        lambda row: Said(row[0], row[1], row[2]),
    )


def latest(person_id: str, room_id: str, limit: int) -> Query[Message]:
    return Query(
        "SELECT * FROM chat_messages WHERE person_id = ? AND room_id = ? ORDER BY seq DESC LIMIT ?",
        (person_id, room_id, limit),
        to_message,
    )


def by_name(room_id: str, limit: int) -> Query[tuple[str, str]]:
    """Ids and names of who wrote lately, the latest first."""
    return Query(
        "SELECT person_id, name FROM chat_messages WHERE room_id = ? AND person_id IS NOT NULL "
        "ORDER BY seq DESC LIMIT ?",
        (room_id, limit),
        lambda row: (str(row["person_id"]), str(row["name"])),
    )
