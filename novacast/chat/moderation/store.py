"""SQL of what waits for moderators, and of what was taken back."""

from novacast.database import Query, Transaction

MOST = 1000
"""That are counted."""


def held(room_id: str) -> Query[int]:
    sql = "SELECT count(*) FROM (SELECT 1 FROM chat_messages WHERE room_id = ? AND state = 'held' LIMIT ?)"
    return Query(sql, (room_id, MOST), lambda row: int(row[0]))


def open_cases(room_id: str) -> Query[int]:
    sql = "SELECT count(*) FROM (SELECT 1 FROM chat_cases WHERE room_id = ? AND state = 'open' LIMIT ?)"
    return Query(sql, (room_id, MOST), lambda row: int(row[0]))


def held_count(tx: Transaction, room_id: str) -> int:
    return tx.one(held(room_id)) or 0


def open_count(tx: Transaction, room_id: str) -> int:
    return tx.one(open_cases(room_id)) or 0


def undo(tx: Transaction, entry_id: int, by_entry: int) -> None:
    tx.insert("chat_undone", entry_id=entry_id, by_entry=by_entry)
