"""All SQL about codes."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from novacast.database import Query, Row, Transaction
from novacast.tickets.codes.models import Code, key_of
from novacast.tickets.events.store import Key

_PLAIN = (
    "id", "org_id", "event_id", "perf_id", "code", "note", "percent_bp", "amount_off", "quota_id", "capacity",
    "most_per_order", "most_per_person", "from_at", "until_at", "created_at",
)  # fmt: skip
_FLAGS = ("opens_hidden", "opens_early", "active")
_CODE = "SELECT *, (SELECT json_group_array(item_id) FROM code_items WHERE code_id = codes.id) AS items FROM codes"


def by_id(code_id: str) -> Query[Code]:
    return Query(f"{_CODE} WHERE id = ?", (code_id,), _code)


def by_text(event_id: str, code: str) -> Query[Code]:
    return Query(f"{_CODE} WHERE event_id = ? AND code_key = ?", (event_id, key_of(code)), _code)


def by_text_there(perf_id: str, code: str) -> Query[Code]:
    """That of the event which a performance belongs to."""
    return Query(
        f"{_CODE} WHERE event_id = (SELECT event_id FROM performances WHERE id = ?) AND code_key = ?",  # noqa: S608 - a text of ours
        (perf_id, key_of(code)),
        _code,
    )


def of_hold(hold_id: str) -> Query[Code]:
    """The code with which something in a basket was taken."""
    return Query(
        f"{_CODE} WHERE id = (SELECT code_id FROM claims WHERE hold_id = ? AND code_id IS NOT NULL LIMIT 1)",  # noqa: S608 - a text of ours
        (hold_id,),
        _code,
    )


def of_order(order_id: str) -> Query[str]:
    """As they are written."""
    return Query(
        "SELECT DISTINCT code FROM codes JOIN claims ON claims.code_id = codes.id WHERE claims.order_id = ? ORDER BY 1",
        (order_id,),
        lambda row: str(row["code"]),
    )


def of_event(event_id: str, start: Key, limit: int) -> Query[Code]:
    """Newest first."""
    return Query(
        f"{_CODE} WHERE event_id = ? AND (created_at, id) < (?, ?) ORDER BY created_at DESC, id DESC LIMIT ?",
        (event_id, *start, limit),
        _code,
    )


def count(event_id: str) -> Query[int]:
    return Query("SELECT count(*) FROM codes WHERE event_id = ?", (event_id,), lambda row: int(row[0]))


def items_of(event_id: str) -> Query[tuple[str, str]]:
    """Ids of all items of an event's performances, each with its performance's."""
    return Query(
        "SELECT i.id, i.perf_id FROM performances p JOIN items i ON i.perf_id = p.id WHERE p.event_id = ?",
        (event_id,),
        lambda row: (str(row["id"]), str(row["perf_id"])),
    )


def add(tx: Transaction, one: Code) -> None:
    """Raises IntegrityError where the event has it already."""
    plain = {name: getattr(one, name) for name in _PLAIN}
    flags = {name: int(getattr(one, name)) for name in _FLAGS}
    tx.insert("codes", **plain, **flags, code_key=key_of(one.code), changed_at=tx.now)
    set_items(tx, one.id, one.items)


def change(tx: Transaction, code_id: str, columns: Mapping[str, Any]) -> None:
    """Raises IntegrityError for a limit below what is spent. `columns`: names from our code, never from a caller."""
    sets = "".join(f"{name} = :{name}, " for name in columns)
    values = {name: int(value) if isinstance(value, bool) else value for name, value in columns.items()}
    tx.run(
        f"UPDATE codes SET {sets}changed_at = :now WHERE id = :id",  # noqa: S608 - names from our code
        {**values, "now": tx.now, "id": code_id},
    )


def set_items(tx: Transaction, code_id: str, item_ids: Iterable[str]) -> None:
    tx.run("DELETE FROM code_items WHERE code_id = ?", (code_id,))
    for item_id in sorted(set(item_ids)):
        tx.insert("code_items", code_id=code_id, item_id=item_id)


def follow(tx: Transaction, old_item: str, new_item: str) -> None:
    """What was good for an item in every performance is good for its copy in another one."""
    tx.run(
        "INSERT INTO code_items SELECT code_id, ? FROM code_items JOIN codes ON codes.id = code_id "
        "WHERE item_id = ? AND perf_id IS NULL",
        (new_item, old_item),
    )


def _code(row: Row) -> Code:
    return Code(
        **{name: row[name] for name in _PLAIN},
        opens_hidden=bool(row["opens_hidden"]),
        opens_early=bool(row["opens_early"]),
        active=bool(row["active"]),
        spent=row["spent"],
        items=tuple(json.loads(row["items"])),
    )
