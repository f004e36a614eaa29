"""SQL over rooms."""

from novacast.database import Query

LOOKED_AT = 2000
"""The last messages of a room: livelier than that nobody reads anyway."""


def said(room_id: str, since: int) -> Query[int]:
    """Messages since then, taken back or not."""
    return Query(
        "SELECT count(*) FROM (SELECT sent_at FROM chat_messages WHERE room_id = ? ORDER BY seq DESC LIMIT ?) "
        "WHERE sent_at >= ?",
        (room_id, LOOKED_AT, since),
        lambda row: int(row[0]),
    )
