"""A performance's hall as its map shows it, and what is said of a choice of seats. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import field
from enum import IntEnum

from novacast.i18n import text
from novacast.records import dataclass
from novacast.tickets.events.models import Item
from novacast.tickets.models import ClaimState
from novacast.tickets.seatmaps.choice import Best, Layout
from novacast.tickets.seatmaps.geometry import Drawing
from novacast.tickets.seatmaps.models import Seat

MOST_ASKED = 50
"""Seats that one question may be about."""


class Mark(IntEnum):
    """What has become of a seat, in two bits."""

    FREE = 0
    HELD = 1
    SOLD = 2
    BLOCKED = 3


@dataclass(frozen=True, slots=True)
class Hall:
    """What never changes of a version of a performance's seats. `tag` is another for another drawing."""

    tag: str
    drawing: Drawing
    layout: Layout
    body: bytes
    """The drawing as browsers get it."""
    gzipped: bytes
    places: Mapping[str, int] = field(default_factory=dict)
    """Seat's id -> number in the drawing."""


@dataclass(frozen=True, slots=True)
class States:
    """What has become of each seat. Whoever hears facts behind `seq` keeps it true."""

    tag: str
    seq: int
    marks: bytes
    items: Sequence[Item]
    """Those with seats that are on sale."""
    prices: Mapping[str, Mapping[str, int]]
    """Item -> category -> price and fee, in the currency's smallest unit."""
    currency: str
    most: int
    """That one person may have."""


@dataclass(frozen=True, slots=True)
class Advice:
    """About a choice: what is wrong with it, and what to take. All empty: it is good as it is."""

    seats: Sequence[Seat]
    said: str
    taken: Sequence[Seat] = ()
    lonely: Sequence[Seat] = ()


def packed(marks: Sequence[int]) -> bytes:
    """Two bits each, the first one lowest in its byte."""
    found = bytearray((len(marks) + 3) // 4)
    for place, mark in enumerate(marks):
        found[place >> 2] |= mark << (place & 3) * 2
    return bytes(found)


def marks_of(hall: Hall, claimed: Mapping[str, ClaimState], blocked: Collection[str]) -> list[int]:
    marks = [int(Mark.FREE)] * len(hall.drawing.seats)
    for seat_id in blocked:
        if (place := hall.places.get(seat_id)) is not None:
            marks[place] = Mark.BLOCKED
    for seat_id, state in claimed.items():
        if (place := hall.places.get(seat_id)) is not None:
            marks[place] = Mark.SOLD if state is ClaimState.SOLD else Mark.HELD
    return marks


def best_of(layout: Layout, count: int, taken: Collection[str], category: str | None) -> Advice | None:
    """None: there are not so many."""
    best = layout.best(count, taken, category)
    return None if best is None else Advice(best.seats, explained(layout, best, taken))


def explained(layout: Layout, best: Best, taken: Collection[str]) -> str:
    """Why these."""
    first, count = best.seats[0], len(best.seats)
    if not best.together:
        return text(
            "Nowhere are {count} seats side by side free. These are the best ones, as near each other as can be.",
            count=count,
        )
    if layout.leaves_alone(best.seats, taken):
        return text(
            "Row {row} of {section} is the best with {count} free side by side. One seat beside them stays alone: "
            "there is no choice without one.",
            row=first.row,
            section=first.section,
            count=count,
        )
    return text(
        "Row {row} of {section} is the best with {count} free side by side, these are nearest to its middle, and "
        "nobody is left to sit alone beside you.",
        row=first.row,
        section=first.section,
        count=count,
    )


def checked(layout: Layout, chosen: Sequence[Seat], taken: Collection[str]) -> Advice:
    """The same rules by which a basket is made, on the picture of this moment."""
    gone = [one for one in chosen if one.seat_id in taken]
    names = ", ".join(one.label for one in gone)
    if gone:
        instead = layout.nearest(chosen, taken)
        if instead is None:
            return Advice((), text("Somebody else has {seats}.", seats=names), taken=gone)
        said = text("Somebody else has {seats}. These are free, and the nearest.", seats=names)
        return Advice(instead, said, taken=gone)
    lonely = layout.lonely(chosen, taken)
    instead = layout.nearest(chosen, taken) if lonely else None
    if instead is None:
        return Advice((), "")
    alone = ", ".join(one.label for one in lonely)
    said = text(
        "That would leave {seats} alone, where nobody sits down. Move by one, or take these nearby.",
        seats=alone,
    )
    return Advice(instead, said, lonely=lonely)
