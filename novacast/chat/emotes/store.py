"""All SQL of emotes. Pixels are kept compressed, and read only where a sheet is made of them."""

import json
import zlib
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from novacast.chat.emotes.models import Emote, Entry
from novacast.database import Query, Row, Transaction
from novacast.media.miniatures import Miniature

_COLUMNS = "id, org_id, name, digest, moving, added_by, added_at, removed_at"


def of_org(org_id: str) -> Query[Emote]:
    """In the order of their places on the sheet."""
    return Query(
        f"SELECT {_COLUMNS} FROM chat_emotes WHERE org_id = ? AND removed_at IS NULL ORDER BY name",  # noqa: S608 - a constant
        (org_id,),
        _emote,
    )


def removed(org_id: str, since: int) -> Query[Emote]:
    """Latest first."""
    return Query(
        f"SELECT {_COLUMNS} FROM chat_emotes WHERE org_id = ? AND removed_at > ? ORDER BY removed_at DESC, id",  # noqa: S608 - a constant
        (org_id, since),
        _emote,
    )


def by_id(org_id: str, emote_id: str) -> Query[Emote]:
    return Query(f"SELECT {_COLUMNS} FROM chat_emotes WHERE org_id = ? AND id = ?", (org_id, emote_id), _emote)  # noqa: S608 - a constant


def named(org_id: str, name: str) -> Query[Emote]:
    return Query(
        f"SELECT {_COLUMNS} FROM chat_emotes WHERE org_id = ? AND name = ? AND removed_at IS NULL",  # noqa: S608 - a constant
        (org_id, name),
        _emote,
    )


def pixels(org_id: str) -> Query[bytes]:
    """In the order of `of_org`."""
    return Query(
        "SELECT pixels FROM chat_emotes WHERE org_id = ? AND removed_at IS NULL ORDER BY name",
        (org_id,),
        lambda row: zlib.decompress(row[0]),
    )


def own_pixels(org_id: str, emote_id: str) -> Query[bytes]:
    return Query(
        "SELECT pixels FROM chat_emotes WHERE org_id = ? AND id = ?",
        (org_id, emote_id),
        lambda row: zlib.decompress(row[0]),
    )


def animation(org_id: str, digest: str) -> Query[bytes]:
    return Query(
        "SELECT animation FROM chat_emotes WHERE org_id = ? AND moving = ? LIMIT 1",
        (org_id, digest),
        lambda row: bytes(row[0]),
    )


def add(tx: Transaction, id: str, org_id: str, name: str, drawn: Miniature, added_by: str | None) -> None:
    tx.insert(
        "chat_emotes",
        id=id,
        org_id=org_id,
        name=name,
        pixels=zlib.compress(drawn.pixels),
        digest=_digest(drawn.pixels),
        animation=drawn.moving,
        moving=None if drawn.moving is None else _digest(drawn.moving),
        added_by=added_by,
        added_at=tx.now,
    )


def change(tx: Transaction, emote_id: str, columns: Mapping[str, Any]) -> None:
    """Set `columns`, whose names come from our code, never from a caller."""
    sets = ", ".join(f"{name} = :{name}" for name in columns)
    tx.run(f"UPDATE chat_emotes SET {sets} WHERE id = :id", {**columns, "id": emote_id})  # noqa: S608 - names from our code


def forget(tx: Transaction, before: int, limit: int) -> int:
    """Those removed by then; how many there were."""
    return tx.run(
        "DELETE FROM chat_emotes WHERE id IN (SELECT id FROM chat_emotes WHERE removed_at <= ? LIMIT ?)",
        (before, limit),
    )


def remove_org(tx: Transaction, org_id: str, limit: int) -> int:
    """How many of its rows went; 0 once there are none."""
    gone = tx.run(
        "DELETE FROM chat_emotes WHERE id IN (SELECT id FROM chat_emotes WHERE org_id = ? LIMIT ?)", (org_id, limit)
    )
    return gone or tx.run("DELETE FROM chat_emote_log WHERE org_id = ?", (org_id,))


def log(tx: Transaction, action: str, one: Emote, actor_id: str | None, **detail: object) -> None:
    tx.insert(
        "chat_emote_log",
        at=tx.now,
        org_id=one.org_id,
        actor_id=actor_id,
        action=action,
        name=one.name,
        detail=json.dumps(detail, ensure_ascii=False),
    )


def logged(org_id: str, limit: int) -> Query[Entry]:
    """Latest first."""
    return Query("SELECT * FROM chat_emote_log WHERE org_id = ? ORDER BY id DESC LIMIT ?", (org_id, limit), _entry)


def added_by(person_id: str) -> Query[Emote]:
    return Query(f"SELECT {_COLUMNS} FROM chat_emotes WHERE added_by = ? ORDER BY added_at, id", (person_id,), _emote)  # noqa: S608 - a constant


def done_by(person_id: str) -> Query[Entry]:
    return Query("SELECT * FROM chat_emote_log WHERE actor_id = ? ORDER BY id", (person_id,), _entry)


def unname(tx: Transaction, person_id: str) -> None:
    tx.run("UPDATE chat_emotes SET added_by = NULL WHERE added_by = ?", (person_id,))
    tx.run("UPDATE chat_emote_log SET actor_id = NULL WHERE actor_id = ?", (person_id,))


def _digest(data: bytes) -> str:
    return sha256(data).hexdigest()[:32]


def _emote(row: Row) -> Emote:
    return Emote(
        id=row["id"],
        org_id=row["org_id"],
        name=row["name"],
        digest=row["digest"],
        moving=row["moving"],
        added_by=row["added_by"],
        added_at=row["added_at"],
        removed_at=row["removed_at"],
    )


def _entry(row: Row) -> Entry:
    return Entry(
        at=row["at"],
        actor_id=row["actor_id"],
        action=row["action"],
        name=row["name"],
        detail=json.loads(row["detail"]),
    )
