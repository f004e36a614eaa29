"""SQL of the lists of words."""

from novacast.chat.moderation.words.models import Word, WordAction
from novacast.database import Query, Row, Transaction


def counting(org_id: str, room_id: str, limit: int) -> Query[Word]:
    """Those of the organization, and of the room; an empty `room_id`: the former alone. As they were made."""
    return Query(
        "SELECT * FROM chat_words WHERE org_id = ? AND room_id IN ('', ?) ORDER BY room_id, created_at, id LIMIT ?",
        (org_id, room_id, limit),
        _word,
    )


def page(org_id: str, room_id: str, after: tuple[str, str], limit: int) -> Query[Word]:
    """By their patterns."""
    return Query(
        "SELECT * FROM chat_words WHERE org_id = ? AND room_id IN ('', ?) AND (pattern, id) > (?, ?) "
        "ORDER BY pattern, id LIMIT ?",
        (org_id, room_id, *after, limit),
        _word,
    )


def by_id(word_id: str, org_id: str) -> Query[Word]:
    return Query("SELECT * FROM chat_words WHERE id = ? AND org_id = ?", (word_id, org_id), _word)


def by_pattern(org_id: str, room_id: str, pattern: str) -> Query[Word]:
    sql = "SELECT * FROM chat_words WHERE org_id = ? AND room_id = ? AND pattern = ?"
    return Query(sql, (org_id, room_id, pattern), _word)


def count(org_id: str, room_id: str) -> Query[int]:
    sql = "SELECT count(*) FROM chat_words WHERE org_id = ? AND room_id = ?"
    return Query(sql, (org_id, room_id), lambda row: int(row[0]))


def put(tx: Transaction, one: Word) -> None:
    tx.run("DELETE FROM chat_words WHERE id = ?", (one.id,))
    tx.insert(
        "chat_words",
        id=one.id,
        org_id=one.org_id,
        room_id=one.room_id,
        pattern=one.pattern,
        action=one.action.value,
        replacement=one.replacement,
        created_at=one.created_at,
        created_by=one.created_by,
    )


def remove(tx: Transaction, word_id: str) -> None:
    tx.run("DELETE FROM chat_words WHERE id = ?", (word_id,))


def _word(row: Row) -> Word:
    return Word(
        row["id"],
        row["org_id"],
        row["room_id"],
        row["pattern"],
        WordAction(row["action"]),
        row["replacement"],
        row["created_at"],
        row["created_by"],
    )
