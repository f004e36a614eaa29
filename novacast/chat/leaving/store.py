"""SQL of what people and rooms leave behind."""

import json
from collections import Counter

from novacast.chat.models import Message
from novacast.chat.moderation.leaving import store as moderation
from novacast.chat.store import to_message
from novacast.database import Query, Transaction
from novacast.records import dataclass


@dataclass(frozen=True, slots=True)
class Choice:
    """A reaction or a vote of somebody's."""

    message_id: str
    choice: str


def said_by(person_id: str) -> Query[Message]:
    return Query("SELECT * FROM chat_messages WHERE person_id = ? ORDER BY sent_at, seq", (person_id,), to_message)


def reactions_of(person_id: str) -> Query[Choice]:
    return Query(
        "SELECT message_id, reaction FROM chat_reactions WHERE person_id = ? ORDER BY message_id",
        (person_id,),
        lambda row: Choice(row[0], row[1]),
    )


def votes_of(person_id: str) -> Query[Choice]:
    return Query(
        "SELECT message_id, choice FROM chat_votes WHERE person_id = ? ORDER BY message_id",
        (person_id,),
        lambda row: Choice(row[0], str(row[1])),
    )


def silence(tx: Transaction, person_id: str) -> list[str]:
    """Everything that this person said is deleted, and nobody's any more; the rooms it was said in."""
    rooms = tx.all(
        Query("SELECT DISTINCT room_id FROM chat_messages WHERE person_id = ?", (person_id,), lambda row: str(row[0]))
    )
    tx.run(
        "DELETE FROM chat_mentions WHERE message_id IN (SELECT id FROM chat_messages WHERE person_id = ?)", (person_id,)
    )
    # Each takes its room's next number, all in one statement: nobody else can write meanwhile.
    tx.run(
        """UPDATE chat_messages SET person_id = NULL, name = '', badges = '[]', text = '', mentions = NULL,
        key = NULL, state = 'deleted', deleted_at = coalesce(deleted_at, ?), changed_seq = numbered.seq
        FROM (SELECT said.id, rooms.seq + row_number() OVER (PARTITION BY said.room_id ORDER BY said.seq) AS seq
            FROM chat_messages AS said JOIN chat_rooms AS rooms ON rooms.id = said.room_id WHERE said.person_id = ?
        ) AS numbered WHERE chat_messages.id = numbered.id""",
        (tx.now, person_id),
    )
    for room_id in rooms:
        tx.run(
            "UPDATE chat_rooms SET seq = (SELECT max(changed_seq) FROM chat_messages WHERE room_id = ?) WHERE id = ?",
            (room_id, room_id),
        )
    return rooms


def unname(tx: Transaction, person_id: str) -> None:
    """Mentions in what others said lose the name; so does the log, with what was said."""
    tx.run(
        """UPDATE chat_messages SET mentions = json_remove(mentions, '$."' || ? || '"')
        WHERE mentions IS NOT NULL AND id IN (SELECT message_id FROM chat_mentions WHERE person_id = ?)""",
        (person_id, person_id),
    )
    tx.run("DELETE FROM chat_mentions WHERE person_id = ?", (person_id,))
    tx.run("UPDATE chat_messages SET deleted_by = NULL WHERE deleted_by = ?", (person_id,))
    tx.run("UPDATE chat_log SET person_id = NULL, detail = '{}' WHERE person_id = ?", (person_id,))
    tx.run(
        """UPDATE chat_log SET actor_id = NULL, detail = CASE WHEN action = 'message.edited' THEN '{}' ELSE detail END
        WHERE actor_id = ?""",
        (person_id,),
    )


def withdraw(tx: Transaction, person_id: str) -> None:
    """Reactions go; votes go and stay counted."""
    taken = Counter((one.message_id, one.choice) for one in tx.all(reactions_of(person_id)))
    tx.run("DELETE FROM chat_reactions WHERE person_id = ?", (person_id,))
    for message_id in {message_id for message_id, _ in taken}:
        counts = Query(
            "SELECT reaction, count(*) FROM chat_reactions WHERE message_id = ? GROUP BY reaction",
            (message_id,),
            lambda row: (str(row[0]), int(row[1])),
        )
        left = json.dumps(dict(tx.all(counts)), separators=(",", ":"), ensure_ascii=False)
        tx.run("UPDATE chat_messages SET reactions = ? WHERE id = ?", (left, message_id))
    tx.run("DELETE FROM chat_votes WHERE person_id = ?", (person_id,))


def rooms_behind(room_id: str, limit: int) -> Query[str]:
    """Ids of rooms, in their order, behind that one."""
    return Query(
        "SELECT id FROM chat_rooms WHERE id > ? ORDER BY id LIMIT ?", (room_id, limit), lambda row: str(row[0])
    )


def rooms_of(org_id: str, limit: int) -> Query[str]:
    return Query("SELECT id FROM chat_rooms WHERE org_id = ? LIMIT ?", (org_id, limit), lambda row: str(row[0]))


def remove_some(tx: Transaction, room_id: str, limit: int) -> bool:
    """Take away so many messages of a room, at last the room; whether more is there."""
    gone = tx.run(
        "DELETE FROM chat_messages WHERE id IN (SELECT id FROM chat_messages WHERE room_id = ? LIMIT ?)",
        (room_id, limit),
    )
    if gone == limit:
        return True
    moderation.remove_room(tx, room_id)
    tx.run("DELETE FROM chat_log WHERE room_id = ?", (room_id,))
    tx.run("DELETE FROM chat_rooms WHERE id = ?", (room_id,))
    return False
