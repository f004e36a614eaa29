"""What a seat map is, as a document that people import and export, and as the seats that it makes. Pure.

A seat's id stays with it over all versions of the map: it is what sold tickets refer to. Seats are neighbours where
they stand in one row at places that follow one another; an aisle leaves a place out.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from novacast.errors import FieldError, InvalidInput
from novacast.i18n import text
from novacast.texts import printable

MOST_SEATS = 30_000
MOST_ROWS = 5_000
LONGEST_NAME = 60
_ID = re.compile(r"[\w.:/ -]{1,80}")


class SeatKind(StrEnum):
    NORMAL = "normal"
    WHEELCHAIR = "wheelchair"
    COMPANION = "companion"


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
    lost: tuple[str, ...]
    """Removed although somebody has them: these forbid the change."""


def seats_of(document: Mapping[str, Any]) -> list[Seat]:
    """The seats of a document of the shape `bodies.MapBody`. Raises InvalidInput with the places that are at fault."""
    errors: list[FieldError] = []
    found = list(_seats(document["sections"], errors))
    seen: set[str] = set()
    for seat in found:
        if seat.seat_id in seen:
            errors.append(FieldError("sections", "twice", text("Two seats have the id {id}.", id=seat.seat_id)))
        seen.add(seat.seat_id)
    if not found:
        errors.append(FieldError("sections", "required", text("A seat map needs a seat.")))
    if len(found) > MOST_SEATS:
        errors.append(FieldError("sections", "too_many", text("{most} seats are the most.", most=MOST_SEATS)))
    if errors:
        raise InvalidInput(errors[0].message, errors=errors[:20])
    return found


def _seats(sections: Sequence[Mapping[str, Any]], errors: list[FieldError]) -> Iterator[Seat]:
    """Rows are counted through all sections: the first one is the best."""
    order = 0
    for s, section in enumerate(sections):
        for r, row in enumerate(section["rows"]):
            place = 0
            listed = _listed(row)
            for n, seat in enumerate(listed):
                place += 2 if seat.get("aisle") else 1
                id_ = seat.get("id") or f"{section['name']}/{row['name']}/{seat['number']}"
                if not _ID.fullmatch(id_) or printable(id_) != id_:
                    where = f"sections.{s}.rows.{r}.seats.{n}.id"
                    errors.append(FieldError(where, "invalid", text("This can't be the id of a seat.")))
                yield Seat(
                    seat_id=id_,
                    section=section["name"],
                    row=row["name"],
                    number=seat["number"],
                    place=place,
                    rank=seat.get("rank", order * 100 + abs(2 * n - len(listed) + 1)),
                    category=seat.get("category") or row.get("category") or section.get("category") or "",
                    kind=SeatKind(seat.get("kind", "normal")),
                    x=seat.get("x", place * 10),
                    y=seat.get("y", order * 10),
                )
            order += 1


def _listed(row: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """A row names its seats, or only how many it has: 1, 2, 3…"""
    if row.get("seats"):
        seats: Sequence[Mapping[str, Any]] = row["seats"]
        return seats
    return [{"number": str(number)} for number in range(1, row.get("count", 0) + 1)]


def difference(old: Sequence[Seat], new: Sequence[Seat], taken: frozenset[str]) -> Difference:
    before, after = {one.seat_id: one for one in old}, {one.seat_id: one for one in new}
    removed = tuple(sorted(before.keys() - after.keys()))
    changed = (id_ for id_ in before.keys() & after.keys() if _apart(before[id_]) != _apart(after[id_]))
    return Difference(
        added=tuple(sorted(after.keys() - before.keys())),
        removed=removed,
        changed=tuple(sorted(changed)),
        lost=tuple(one for one in removed if one in taken),
    )


def _apart(seat: Seat) -> tuple[object, ...]:
    return seat.section, seat.row, seat.number, seat.category, seat.kind
