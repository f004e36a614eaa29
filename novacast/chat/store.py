"""All SQL of chat."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from novacast.chat.models import Badge, Entry, Kind, Links, Message, Notice, Poll, Room, State, Who
from novacast.database import Query, Row, Transaction

LAST = 2**62
"""Beyond every sequence number."""


_RULES = """coalesce(json_extract(own.rules, '$.who'), json_extract(org.rules, '$.who'), 'everyone') AS who,
    coalesce(json_extract(own.rules, '$.links'), json_extract(org.rules, '$.links'), 'allowed') AS links"""


def room(room_id: str) -> Query[Room]:
    return Query(
        f"""SELECT r.*, {_RULES} FROM chat_rooms r
        LEFT JOIN chat_rules own ON own.org_id = r.org_id AND own.room_id = r.id
        LEFT JOIN chat_rules org ON org.org_id = r.org_id AND org.room_id = ''
        WHERE r.id = ?""",  # noqa: S608 - a constant
        (room_id,),
        _room,
    )


def unopened(room_id: str, org_id: str) -> Query[Room]:
    """As a room is going to be in which nobody wrote yet."""
    return Query(
        f"""SELECT :room AS id, :org AS org_id, 0 AS seq, 0 AS slow_seconds, NULL AS pinned, NULL AS poll,
            0 AS created_at, {_RULES}
        FROM (SELECT 1) LEFT JOIN chat_rules own ON own.org_id = :org AND own.room_id = :room
        LEFT JOIN chat_rules org ON org.org_id = :org AND org.room_id = ''""",  # noqa: S608 - a constant
        {"room": room_id, "org": org_id},
        _room,
    )


def opened(tx: Transaction, room_id: str, org_id: str) -> Room:
    """The room, made now if nobody had anything to say there yet."""
    found = tx.one(room(room_id))
    if found is None:
        tx.insert("chat_rooms", id=room_id, org_id=org_id, created_at=tx.now)
        found = tx.one(room(room_id))
    assert found is not None, "it was made just now"
    return found


def advance(tx: Transaction, room_id: str) -> int:
    """The room's next sequence number."""
    seqs = tx.all(
        Query("UPDATE chat_rooms SET seq = seq + 1 WHERE id = ? RETURNING seq", (room_id,), lambda row: int(row[0]))
    )
    return seqs[0]


def set_room(tx: Transaction, room_id: str, columns: Mapping[str, Any]) -> None:
    """Set `columns`, whose names come from our code, never from a caller."""
    sets = ", ".join(f"{name} = :{name}" for name in columns)
    tx.run(f"UPDATE chat_rooms SET {sets} WHERE id = :id", {**columns, "id": room_id})  # noqa: S608 - names from our code


def message(message_id: str) -> Query[Message]:
    return Query("SELECT * FROM chat_messages WHERE id = ?", (message_id,), to_message)


def by_key(person_id: str, key: str) -> Query[Message]:
    return Query("SELECT * FROM chat_messages WHERE person_id = ? AND key = ?", (person_id, key), to_message)


def add(tx: Transaction, one: Message, key: str | None) -> None:
    tx.insert(
        "chat_messages",
        id=one.id,
        room_id=one.room_id,
        seq=one.seq,
        changed_seq=one.changed_seq,
        kind=one.kind,
        state=one.state,
        person_id=one.person_id,
        name=one.name,
        badges=_json([[badge.kind, badge.label] for badge in one.badges]),
        text=one.text,
        mentions=_json(one.mentions) if one.mentions else None,
        reply_to=one.reply_to,
        at=one.at,
        sent_at=one.sent_at,
        poll=None if one.poll is None else _json(asdict(one.poll)),
        key=key,
        notice=one.notice,
    )
    for person_id in one.mentions:
        tx.insert("chat_mentions", person_id=person_id, message_id=one.id)


def change(tx: Transaction, message_id: str, columns: Mapping[str, Any]) -> None:
    """Set `columns`, whose names come from our code, never from a caller."""
    sets = ", ".join(f"{name} = :{name}" for name in columns)
    tx.run(f"UPDATE chat_messages SET {sets} WHERE id = :id", {**columns, "id": message_id})  # noqa: S608 - names from our code


def set_badges(tx: Transaction, one: Message) -> None:
    badges = _json([[badge.kind, badge.label] for badge in one.badges])
    change(tx, one.id, {"badges": badges, "changed_seq": one.changed_seq})


def mention(tx: Transaction, message_id: str, mentions: Mapping[str, str]) -> None:
    tx.run("DELETE FROM chat_mentions WHERE message_id = ?", (message_id,))
    for person_id in mentions:
        tx.insert("chat_mentions", person_id=person_id, message_id=message_id)
    change(tx, message_id, {"mentions": _json(mentions) if mentions else None})


def set_poll(tx: Transaction, message_id: str, seq: int, poll: Poll) -> None:
    change(tx, message_id, {"poll": _json(asdict(poll)), "changed_seq": seq})


def set_reactions(tx: Transaction, message_id: str, seq: int, reactions: Mapping[str, int]) -> None:
    change(tx, message_id, {"reactions": _json(reactions), "changed_seq": seq})


def before(room_id: str, seq: int, limit: int, *, all_states: bool, person_id: str | None = None) -> Query[Message]:
    """Latest first. Deleted ones only if `all_states`; held ones then too, or if they are `person_id`'s own."""
    states = "" if all_states else "AND (state = 'shown' OR (state = 'held' AND person_id = :person)) "
    return Query(
        f"SELECT * FROM chat_messages WHERE room_id = :room AND seq < :seq {states}ORDER BY seq DESC LIMIT :limit",  # noqa: S608 - constants
        {"room": room_id, "seq": seq, "limit": limit, "person": person_id},
        to_message,
    )


def changed_since(room_id: str, seq: int, limit: int) -> Query[Message]:
    """In the order of their last changes."""
    return Query(
        "SELECT * FROM chat_messages WHERE room_id = ? AND changed_seq > ? ORDER BY changed_seq LIMIT ?",
        (room_id, seq, limit),
        to_message,
    )


def replayed(room_id: str, start: tuple[int, int], end: int, limit: int) -> Query[Message]:
    """What was shown between two moments of the media, in their order; `start`: the moment and seq to go on behind."""
    return Query(
        "SELECT * FROM chat_messages WHERE room_id = ? AND at IS NOT NULL AND (at, seq) > (?, ?) AND at < ? "
        "AND state = 'shown' ORDER BY at, seq LIMIT ?",
        (room_id, *start, end, limit),
        to_message,
    )


def last_sent(room_id: str, person_id: str) -> Query[int]:
    return Query(
        "SELECT sent_at FROM chat_messages WHERE person_id = ? AND room_id = ? ORDER BY seq DESC LIMIT 1",
        (person_id, room_id),
        lambda row: int(row[0]),
    )


def own_reactions(message_id: str, person_id: str) -> Query[str]:
    return Query(
        "SELECT reaction FROM chat_reactions WHERE message_id = ? AND person_id = ?",
        (message_id, person_id),
        lambda row: str(row[0]),
    )


def react(tx: Transaction, message_id: str, person_id: str, reaction: str) -> bool:
    """Whether it was not there before."""
    row = (message_id, person_id, reaction)
    return tx.run("INSERT INTO chat_reactions VALUES (?, ?, ?) ON CONFLICT DO NOTHING", row) > 0


def unreact(tx: Transaction, message_id: str, person_id: str, reaction: str) -> bool:
    """Whether it was there."""
    row = (message_id, person_id, reaction)
    return tx.run("DELETE FROM chat_reactions WHERE message_id = ? AND person_id = ? AND reaction = ?", row) > 0


def vote(tx: Transaction, message_id: str, person_id: str, choice: int) -> int | None:
    """The choice before, if there was one."""
    voted = Query(
        "SELECT choice FROM chat_votes WHERE message_id = ? AND person_id = ?",
        (message_id, person_id),
        lambda row: int(row[0]),
    )
    earlier = tx.one(voted)
    tx.run(
        "INSERT INTO chat_votes VALUES (?, ?, ?) ON CONFLICT (message_id, person_id) DO UPDATE SET choice = ?",
        (message_id, person_id, choice, choice),
    )
    return earlier


_LOGGED = "SELECT chat_log.*, by_entry FROM chat_log LEFT JOIN chat_undone ON entry_id = id"


def log(
    tx: Transaction,
    action: str,
    room: Room,
    *,
    actor_id: str | None,
    message_id: str | None = None,
    person_id: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> Entry:
    """A line that tells who did what. `person_id`: whom it was done to."""
    kept = dict(detail or {})
    tx.insert(
        "chat_log",
        at=tx.now,
        room_id=room.id,
        org_id=room.org_id,
        actor_id=actor_id,
        action=action,
        message_id=message_id,
        person_id=person_id,
        detail=_json(kept),
    )
    id_ = tx.all(Query("SELECT last_insert_rowid()", (), lambda row: int(row[0])))[0]
    return Entry(id_, tx.now, room.id, actor_id, action, message_id, person_id, kept)


def logged(room_id: str, before_id: int, limit: int) -> Query[Entry]:
    """Latest first."""
    return Query(
        f"{_LOGGED} WHERE room_id = ? AND id < ? ORDER BY id DESC LIMIT ?", (room_id, before_id, limit), _entry
    )


def logged_of(org_id: str, before_id: int, limit: int) -> Query[Entry]:
    """In all rooms of an organization, and in none of them."""
    return Query(f"{_LOGGED} WHERE org_id = ? AND id < ? ORDER BY id DESC LIMIT ?", (org_id, before_id, limit), _entry)


def entry(entry_id: int, org_id: str) -> Query[Entry]:
    return Query(f"{_LOGGED} WHERE id = ? AND org_id = ?", (entry_id, org_id), _entry)


def _room(row: Row) -> Room:
    return Room(
        row["id"],
        row["org_id"],
        row["seq"],
        row["slow_seconds"],
        row["pinned"],
        row["poll"],
        row["created_at"],
        Who(row["who"]),
        Links(row["links"]),
    )


def to_message(row: Row) -> Message:
    return Message(
        id=row["id"],
        room_id=row["room_id"],
        seq=row["seq"],
        changed_seq=row["changed_seq"],
        kind=Kind(row["kind"]),
        state=State(row["state"]),
        person_id=row["person_id"],
        name=row["name"],
        badges=tuple(Badge(kind, label) for kind, label in json.loads(row["badges"])),
        text=row["text"],
        mentions=json.loads(row["mentions"]) if row["mentions"] else {},
        reply_to=row["reply_to"],
        at=row["at"],
        sent_at=row["sent_at"],
        edited_at=row["edited_at"],
        deleted_at=row["deleted_at"],
        deleted_by=row["deleted_by"],
        reactions=json.loads(row["reactions"]) if row["reactions"] else {},
        poll=None if row["poll"] is None else _poll(json.loads(row["poll"])),
        notice=None if row["notice"] is None else Notice(row["notice"]),
    )


def _poll(fields: Mapping[str, Any]) -> Poll:
    return Poll(tuple(fields["options"]), tuple(fields["votes"]), fields["closes_at"], fields["closed_at"])


def _entry(row: Row) -> Entry:
    return Entry(
        row["id"],
        row["at"],
        row["room_id"],
        row["actor_id"],
        row["action"],
        row["message_id"],
        row["person_id"],
        json.loads(row["detail"]),
        row["by_entry"],
    )


_json = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
