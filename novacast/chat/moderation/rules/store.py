"""SQL of rules."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from novacast.chat.moderation.rules.models import Rules, effective
from novacast.database import Query, Row, Transaction
from novacast.records import dataclass


@dataclass(frozen=True, slots=True)
class Layers:
    """What was set for the organization and for the room, and the versions of their lists of words. Never changed: the
    same rules are read once and shared."""

    org: Mapping[str, Any]
    room: Mapping[str, Any]
    rules: Rules
    """What that comes to."""
    version: tuple[int, int]


def layers(org_id: str, room_id: str) -> Query[Layers]:
    """With an empty `room_id` those of the organization alone."""
    return Query(
        """SELECT max(CASE WHEN room_id = '' THEN rules END) AS org,
            max(CASE WHEN room_id = :room THEN rules END) AS room,
            coalesce(max(CASE WHEN room_id = '' THEN words END), 0) AS org_words,
            coalesce(max(CASE WHEN room_id = :room THEN words END), 0) AS room_words
        FROM chat_rules WHERE org_id = :org AND room_id IN ('', :room)""",
        {"org": org_id, "room": room_id},
        _layers,
    )


def layers_of(tx: Transaction, org_id: str, room_id: str) -> Layers:
    found = tx.one(layers(org_id, room_id))
    assert found is not None, "an aggregate is always there"
    return found


def put(tx: Transaction, org_id: str, room_id: str, rules: Mapping[str, Any]) -> None:
    tx.run(
        "INSERT INTO chat_rules (org_id, room_id, rules) VALUES (?, ?, ?) "
        "ON CONFLICT (org_id, room_id) DO UPDATE SET rules = excluded.rules",
        (org_id, room_id, json.dumps(rules)),
    )


def count_words(tx: Transaction, org_id: str, room_id: str) -> None:
    """The list is another one from now on."""
    tx.run(
        "INSERT INTO chat_rules (org_id, room_id, words) VALUES (?, ?, 1) "
        "ON CONFLICT (org_id, room_id) DO UPDATE SET words = words + 1",
        (org_id, room_id),
    )


def _layers(row: Row) -> Layers:
    return Layers(*_read(row["org"] or "{}", row["room"] or "{}"), (row["org_words"], row["room_words"]))


@lru_cache(maxsize=1024)
def _read(org: str, room: str) -> tuple[Mapping[str, Any], Mapping[str, Any], Rules]:
    own, rooms = json.loads(org), json.loads(room)
    return own, rooms, effective(own, rooms)
