"""A hall's seats, and what another version of its map changes about them. Pure.

A seat's id stays with it over all versions of the map: it is what sold tickets refer to. Seats are neighbours where
they stand in one row at places that follow one another; an aisle leaves a place out.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from novacast.records import dataclass
from novacast.tickets.seatmaps.document import SeatKind

MOST_SEATS = 30_000
MOST_ROWS = 5_000
LONGEST_NAME = 60
SEAT_ID = re.compile(r"[\w.:/ -]{1,80}")


@dataclass(frozen=True, slots=True)
class Seat:
    seat_id: str
    section: str
    row: str
    number: str
    place: int
    """In its row."""
    rank: int
    """Less is better."""
    category: str
    kind: SeatKind
    x: int
    y: int
    blocked: bool = False

    @property
    def label(self) -> str:
        return f"{self.section} {self.row} {self.number}".strip()


@dataclass(frozen=True, slots=True)
class SeatMap:
    id: str
    org_id: str
    name: str
    version: int
    document: Mapping[str, Any]
    seats: int
    created_at: int
    changed_at: int


@dataclass(frozen=True, slots=True)
class Difference:
    """What another version of a map changes in a performance, by ids of seats."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    touched: tuple[str, ...]
    """Changed, and somebody has them: their tickets say the new name from then on."""
    lost: tuple[str, ...]
    """Removed although somebody has them: these forbid the change."""


def difference(old: Sequence[Seat], new: Sequence[Seat], taken: frozenset[str]) -> Difference:
    before, after = {one.seat_id: one for one in old}, {one.seat_id: one for one in new}
    removed = tuple(sorted(before.keys() - after.keys()))
    both = before.keys() & after.keys()
    changed = tuple(sorted(one for one in both if _apart(before[one]) != _apart(after[one])))
    return Difference(
        added=tuple(sorted(after.keys() - before.keys())),
        removed=removed,
        changed=changed,
        touched=tuple(one for one in changed if one in taken),
        lost=tuple(one for one in removed if one in taken),
    )


def _apart(seat: Seat) -> tuple[object, ...]:
    return seat.section, seat.row, seat.number, seat.category, seat.kind
