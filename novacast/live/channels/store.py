"""All SQL about channels."""

import json
from collections.abc import Mapping
from typing import Any

from novacast.database import Query, Row, Transaction
from novacast.live.models import Channel, PassThrough
from novacast.visibility import Visibility

_COLUMNS = (
    "id", "org_id", "owner_id", "name", "description", "visibility", "profile", "heights", "pass_through",
    "return_seconds", "record", "dvr", "keep_source", "slate", "poster", "created_at", "updated_at",
)  # fmt: skip

Key = tuple[int, str]
"""Where a page starts: instant and id of the last one shown."""

START: Key = (2**63 - 1, "")


def by_id(channel_id: str) -> Query[Channel]:
    return Query("SELECT * FROM channels WHERE id = ?", (channel_id,), channel)


def of_org(org_id: str, everything: bool, start: Key, limit: int) -> Query[Channel]:
    """Newest first; without those that only their makers see unless `everything` is asked for."""
    shown = "" if everything else "AND visibility <> 'private' "
    return Query(
        f"SELECT * FROM channels WHERE org_id = ? {shown}AND (created_at, id) < (?, ?) "  # noqa: S608 - conditions of ours
        "ORDER BY created_at DESC, id DESC LIMIT ?",
        (org_id, *start, limit),
        channel,
    )


def some_of(org_id: str, limit: int) -> Query[Channel]:
    return Query("SELECT * FROM channels WHERE org_id = ? LIMIT ?", (org_id, limit), channel)


def count(org_id: str) -> Query[int]:
    return Query("SELECT count(*) FROM channels WHERE org_id = ?", (org_id,), lambda row: int(row[0]))


def add(tx: Transaction, one: Channel) -> None:
    tx.insert("channels", **{name: _stored(getattr(one, name)) for name in _COLUMNS})


def change(tx: Transaction, channel_id: str, columns: Mapping[str, Any]) -> None:
    """Set `columns`, whose names come from our code, never from a caller."""
    sets = "".join(f"{name} = :{name}, " for name in columns)
    tx.run(
        f"UPDATE channels SET {sets}updated_at = :now WHERE id = :id",  # noqa: S608 - names from our code
        {**{name: _stored(value) for name, value in columns.items()}, "now": tx.now, "id": channel_id},
    )


def remove(tx: Transaction, channel_id: str) -> None:
    """With its programmes, keys and feeds; what was logged of it stays."""
    tx.run("DELETE FROM channels WHERE id = ?", (channel_id,))


def owned(person_id: str) -> Query[Channel]:
    return Query("SELECT * FROM channels WHERE owner_id = ? ORDER BY created_at DESC, id DESC", (person_id,), channel)


def erase_person(tx: Transaction, person_id: str) -> None:
    tx.run("UPDATE channels SET owner_id = NULL WHERE owner_id = ?", (person_id,))


def channel(row: Row) -> Channel:
    values: dict[str, Any] = {name: row[name] for name in _COLUMNS}
    values["visibility"] = Visibility(values["visibility"])
    values["pass_through"] = PassThrough(values["pass_through"])
    values["heights"] = tuple(json.loads(values["heights"]))
    for name in ("record", "dvr", "keep_source"):
        values[name] = bool(values[name])
    return Channel(**values)


def _stored(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, tuple) else value
