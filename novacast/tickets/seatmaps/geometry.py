"""Where everything of a seat map stands. Pure.

The only place that computes it: editor, buyer's map, exports and what a performance gets show what comes out here.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any

from novacast.errors import FieldError, InvalidInput
from novacast.i18n import text
from novacast.records import dataclass
from novacast.texts import printable
from novacast.tickets.seatmaps.document import (
    HUES,
    Area,
    Category,
    Chair,
    Plan,
    SeatRow,
    Section,
    Sign,
    Stage,
    Table,
    read,
)
from novacast.tickets.seatmaps.models import MOST_SEATS, SEAT_ID, Seat
from novacast.tickets.seatmaps.numbering import chairs

BETWEEN = 200
"""From a section to the one that is laid out behind it."""
AROUND = 40
"""From a table's edge to the middle of a seat."""
MARGIN = 100


@dataclass(frozen=True, slots=True)
class Frame:
    """Where something stands, and how it is turned, in degrees clockwise."""

    x: float = 0
    y: float = 0
    turn: float = 0

    def at(self, x: float, y: float) -> tuple[float, float]:
        """A point of this frame in that around it."""
        angle = math.radians(self.turn)
        sine, cosine = math.sin(angle), math.cos(angle)
        return self.x + x * cosine - y * sine, self.y + x * sine + y * cosine

    def within(self, x: float, y: float, turn: float) -> "Frame":
        there = self.at(x, y)
        return Frame(*there, self.turn + turn)


@dataclass(frozen=True, slots=True)
class Line:
    """A row, or the seats of a table: a stretch of a drawing's seats."""

    section: int
    name: str
    first: int
    count: int
    table: int | None = None


@dataclass(frozen=True, slots=True)
class Board:
    """A table as it stands in the hall."""

    name: str
    round: bool
    x: int
    y: int
    turn: int
    width: int
    depth: int


@dataclass(frozen=True, slots=True)
class Label:
    """A section's name and where to write it."""

    name: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything in its place, in centimetres. `seats` are in the order of the document, which snapshots count by."""

    seats: Sequence[Seat]
    lines: Sequence[Line]
    sections: Sequence[Label]
    boards: Sequence[Board]
    areas: Sequence[Area]
    stage: Stage | None
    signs: Sequence[Sign]
    categories: Sequence[Category]
    box: tuple[int, int, int, int]
    """x, y, width, height of all of it."""


@dataclass(slots=True)
class _Sheet:
    """What has been drawn so far."""

    seats: list[Seat] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    boards: list[Board] = field(default_factory=list)
    errors: list[FieldError] = field(default_factory=list)
    order: int = 0
    """Rows and tables so far: the first one is the best."""
    bottom: float = -BETWEEN
    """Of the sections so far."""
    settled: list[tuple[int, int, list[int]]] = field(default_factory=list)
    """Of each section x and y, and y of its rows."""


def drawn(document: Mapping[str, Any], *, empty: bool = False) -> Drawing:
    """Of a document of the shape `bodies.MapDocumentBody`, which may be `empty` while it is being drawn.

    Raises InvalidInput with the places that are at fault.
    """
    plan = read(document)
    sheet = _Sheet()
    for number, section in enumerate(plan.sections):
        _draw_section(sheet, number, section)
    _check(sheet, plan, empty=empty)
    return Drawing(
        seats=sheet.seats,
        lines=sheet.lines,
        sections=sheet.labels,
        boards=sheet.boards,
        areas=plan.areas,
        stage=plan.stage,
        signs=plan.signs,
        categories=_categories(plan, sheet.seats),
        box=_box(sheet, plan),
    )


def settled(document: Mapping[str, Any]) -> dict[str, Any]:
    """The same hall, with places of all sections and rows written down: who moves one moves none behind it."""
    sheet = _Sheet()
    for number, section in enumerate(read(document).sections):
        _draw_section(sheet, number, section)
    sections = [
        one | {"x": x, "y": y, "rows": [row | {"y": at} for row, at in zip(one.get("rows", ()), rows, strict=True)]}
        for one, (x, y, rows) in zip(document.get("sections", ()), sheet.settled, strict=True)
    ]
    return dict(document) | {"sections": sections}


def seats_of(document: Mapping[str, Any]) -> list[Seat]:
    """Raises InvalidInput with the places that are at fault."""
    return list(drawn(document).seats)


def _draw_section(sheet: _Sheet, number: int, section: Section) -> None:
    y = sheet.bottom + BETWEEN if section.y is None else section.y
    frame = Frame(section.x or 0, y, section.turn)
    first = len(sheet.seats)
    behind = 0
    sheet.settled.append((section.x or 0, round(y), []))
    for place, row in enumerate(section.rows):
        there = behind if row.y is None else row.y
        sheet.settled[number][2].append(there)
        _draw_row(sheet, number, section, row, frame, there, f"sections.{number}.rows.{place}")
        behind = there + section.distance
    for place, table in enumerate(section.tables):
        _draw_table(sheet, number, section, table, frame, f"sections.{number}.tables.{place}")
    own = sheet.seats[first:]
    if own:
        sheet.bottom = max(sheet.bottom, *(one.y for one in own))
        middle = (min(one.x for one in own) + max(one.x for one in own)) / 2
        sheet.labels.append(Label(section.name, round(middle), min(one.y for one in own) - 60))
    else:
        sheet.labels.append(Label(section.name, round(frame.x), round(frame.y)))


def _draw_row(
    sheet: _Sheet, number: int, section: Section, row: SeatRow, frame: Frame, behind: int, where: str
) -> None:
    listed = chairs(row.seats, row.count, row.numbering, row.aisles)
    places = _places(listed)
    radius = row.radius if row.radius is not None else section.radius and section.radius + behind
    points = arc(places, row.spacing or section.spacing, radius)
    own = frame.within(row.x, behind, row.turn)
    sheet.lines.append(Line(number, row.name, len(sheet.seats), len(listed)))
    category = row.category or section.category or ""
    names = (section.name, section.key), (row.name, row.key)
    _seat_down(sheet, listed, places, [own.at(*point) for point in points], names, category, where)


def _draw_table(sheet: _Sheet, number: int, section: Section, table: Table, frame: Frame, where: str) -> None:
    listed = chairs(table.seats, table.count, table.numbering)
    own = frame.within(table.x, table.y, table.turn)
    board = Board(table.name, table.round, round(own.x), round(own.y), round(own.turn) % 360, table.width, table.depth)
    sheet.lines.append(Line(number, table.name, len(sheet.seats), len(listed), len(sheet.boards)))
    sheet.boards.append(board)
    points = around(len(listed), table)
    category = table.category or section.category or ""
    names = (section.name, section.key), (table.name, table.key)
    _seat_down(sheet, listed, _places(listed), [own.at(*point) for point in points], names, category, where)


def arc(places: Sequence[int], spacing: float, radius: float) -> list[tuple[float, float]]:
    """Points of a row around its middle. With a radius they stand on a circle whose middle is towards the stage;
    with a negative one it is behind them."""
    if not places:
        return []
    middle = (places[0] + places[-1]) / 2
    along = [(place - middle) * spacing for place in places]
    if not radius:
        return [(one, 0.0) for one in along]
    return [(radius * math.sin(one / radius), radius * (math.cos(one / radius) - 1)) for one in along]


def around(count: int, table: Table) -> list[tuple[float, float]]:
    """Points around a table, clockwise from its far left: evenly by angle, or along its two long sides."""
    if not count:
        return []
    if table.round:
        reach = (table.width / 2 + AROUND, table.depth / 2 + AROUND)
        turns = [2 * math.pi * n / count for n in range(count)]
        return [(reach[0] * math.sin(one), -reach[1] * math.cos(one)) for one in turns]
    far = (count + 1) // 2
    beyond = table.depth / 2 + AROUND
    upper = [((n + 0.5) * table.width / far - table.width / 2, -beyond) for n in range(far)]
    near = count - far
    lower = [(table.width / 2 - (n + 0.5) * table.width / near, beyond) for n in range(near)]
    return upper + lower


def _places(listed: Sequence[Chair]) -> list[int]:
    """An aisle leaves a place out."""
    found, place = [], 0
    for one in listed:
        place += 2 if one.aisle else 1
        found.append(place)
    return found


def _seat_down(
    sheet: _Sheet,
    listed: Sequence[Chair],
    places: Sequence[int],
    points: Sequence[tuple[float, float]],
    names: tuple[tuple[str, str], tuple[str, str]],
    category: str,
    where: str,
) -> None:
    """`names`: of the section and of the row, each with its key."""
    (section, section_key), (row, row_key) = names
    for n, (one, place, (x, y)) in enumerate(zip(listed, places, points, strict=True)):
        id_ = one.id or f"{section_key}/{row_key}/{one.number}"
        if not SEAT_ID.fullmatch(id_) or printable(id_) != id_:
            said = text("This can't be the id of a seat.")
            sheet.errors.append(FieldError(f"{where}.seats.{n}.id", "invalid", said))
        sheet.seats.append(
            Seat(
                seat_id=id_,
                section=section,
                row=row,
                number=one.number,
                place=place,
                rank=sheet.order * 100 + abs(2 * n - len(listed) + 1) if one.rank is None else one.rank,
                category=one.category or category,
                kind=one.kind,
                x=round(x) if one.x is None else one.x,
                y=round(y) if one.y is None else one.y,
            )
        )
    sheet.order += 1


def _check(sheet: _Sheet, plan: Plan, *, empty: bool) -> None:
    errors = sheet.errors
    seen: set[str] = set()
    for seat in sheet.seats:
        if seat.seat_id in seen:
            errors.append(FieldError("sections", "twice", text("Two seats have the id {id}.", id=seat.seat_id)))
        seen.add(seat.seat_id)
    if not (sheet.seats or empty):
        errors.append(FieldError("sections", "required", text("A seat map needs a seat.")))
    if len(sheet.seats) > MOST_SEATS:
        errors.append(FieldError("sections", "too_many", text("{most} seats are the most.", most=MOST_SEATS)))
    for field_, names in (("categories", plan.categories), ("areas", plan.areas)):
        if len({one.name for one in names}) < len(names):
            errors.append(FieldError(field_, "twice", text("Two of them have the same name.")))
    if errors:
        raise InvalidInput(errors[0].message, errors=errors[:20])


def _categories(plan: Plan, seats: Sequence[Seat]) -> list[Category]:
    """Those of the document, then those that only seats and areas name, with the colours that come next."""
    found = list(plan.categories)
    known = {one.name for one in found}
    named = [*dict.fromkeys(one.category for one in seats), *(one.category or "" for one in plan.areas)]
    for name in dict.fromkeys(named):
        if name not in known:
            found.append(Category(name, len(found) % HUES))
    return found


def _box(sheet: _Sheet, plan: Plan) -> tuple[int, int, int, int]:
    corners = list(_corners(sheet, plan)) or [(0.0, 0.0)]
    left, top = min(x for x, _ in corners) - MARGIN, min(y for _, y in corners) - MARGIN
    right, bottom = max(x for x, _ in corners) + MARGIN, max(y for _, y in corners) + MARGIN
    return math.floor(left), math.floor(top), math.ceil(right - left), math.ceil(bottom - top)


def _corners(sheet: _Sheet, plan: Plan) -> Iterator[tuple[float, float]]:
    yield from ((one.x, one.y) for one in sheet.seats)
    yield from ((one.x, one.y) for one in sheet.labels)
    yield from ((one.x, one.y) for one in plan.signs)
    for one in (*sheet.boards, *plan.areas, *((plan.stage,) if plan.stage else ())):
        frame = Frame(one.x, one.y, one.turn)
        for side in (-0.5, 0.5):
            yield frame.at(side * one.width, -one.depth / 2)
            yield frame.at(side * one.width, one.depth / 2)
