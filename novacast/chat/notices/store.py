"""SQL over notices."""

from typing import NamedTuple

from novacast.chat.models import Notice
from novacast.database import Query


class Told(NamedTuple):
    notice: Notice
    key: str
    sent_at: int


def told(room_id: str, limit: int) -> Query[Told]:
    """Latest first, whether a moderator took them away or not."""
    return Query(
        "SELECT notice, key, sent_at FROM chat_messages "
        "WHERE person_id IS NULL AND room_id = ? AND notice IS NOT NULL ORDER BY seq DESC LIMIT ?",
        (room_id, limit),
        lambda row: Told(Notice(row["notice"]), row["key"], int(row["sent_at"])),
    )
