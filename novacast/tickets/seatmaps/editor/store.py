"""All SQL about drafts of seat maps."""

import json
from collections.abc import Mapping
from typing import Any

from novacast.database import Query, Row, Transaction
from novacast.records import dataclass


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody has drawn and not published."""

    map_id: str
    base: int
    """The version it was made of."""
    name: str
    document: Mapping[str, Any]
    changed_at: int


def draft(map_id: str) -> Query[Draft]:
    return Query("SELECT * FROM seat_map_drafts WHERE map_id = ?", (map_id,), _draft)


def keep(tx: Transaction, one: Draft) -> None:
    tx.run(
        "INSERT INTO seat_map_drafts VALUES (?, ?, ?, ?, ?) ON CONFLICT (map_id) DO UPDATE SET "
        "base = excluded.base, name = excluded.name, document = excluded.document, changed_at = excluded.changed_at",
        (one.map_id, one.base, one.name, json.dumps(one.document, ensure_ascii=False), one.changed_at),
    )


def drop(tx: Transaction, map_id: str) -> None:
    tx.run("DELETE FROM seat_map_drafts WHERE map_id = ?", (map_id,))


def _draft(row: Row) -> Draft:
    return Draft(row["map_id"], row["base"], row["name"], json.loads(row["document"]), row["changed_at"])
