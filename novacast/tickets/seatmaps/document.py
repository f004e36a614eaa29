"""A seat map as a document: what people draw, import and export. Pure.

Format 2. Lengths are whole centimetres, x to the right and y away from the stage; turns are degrees, clockwise. What a
document leaves out is laid out by `geometry`: rows behind one another, sections behind one another. Format 1, which had
no lengths, counted ten units from seat to seat; it is read as format 2.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Literal

from novacast.records import dataclass

FORMAT = 2
HUES = 8
"""Colours that categories can have; each has a shape as well."""
SPACING = 55
"""From seat to seat."""
DISTANCE = 90
"""From row to row."""
_UNITS_BEFORE = 5
"""Centimetres that a unit of format 1 is taken for."""

Given = Mapping[str, Any]


class SeatKind(StrEnum):
    NORMAL = "normal"
    WHEELCHAIR = "wheelchair"
    COMPANION = "companion"


class Scheme(StrEnum):
    """How the seats of a row are numbered."""

    NUMBERS = "numbers"
    """1 2 3 4; with a step of 2 odd or even ones alone."""
    LETTERS = "letters"
    """A B C … Z AA AB."""
    SPLIT = "split"
    """Odd ones to the left of the middle and even ones to the right: 5 3 1 2 4 6."""


@dataclass(frozen=True, slots=True)
class Numbering:
    scheme: Scheme = Scheme.NUMBERS
    start: int = 1
    step: int = 1
    leftwards: bool = False
    """The first number is at the right end."""


@dataclass(frozen=True, slots=True)
class Chair:
    """A seat of a row or table, as it is written down."""

    number: str
    id: str | None = None
    category: str | None = None
    kind: SeatKind = SeatKind.NORMAL
    aisle: bool = False
    rank: int | None = None
    x: int | None = None
    y: int | None = None


@dataclass(frozen=True, slots=True)
class SeatRow:
    name: str
    key: str
    """Stands for it in ids of its seats, and stays when it is named anew."""
    category: str | None
    seats: Sequence[Chair]
    count: int
    numbering: Numbering
    aisles: Sequence[int]
    """Behind how many seats of `count` there is one."""
    x: int
    """Of its middle, in the section's frame."""
    y: int | None
    """None: behind the row before."""
    turn: int
    spacing: int | None
    radius: int | None
    """Of the circle on which it stands, whose middle is towards the stage; 0: straight, None: as the section."""


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    key: str
    category: str | None
    seats: Sequence[Chair]
    count: int
    numbering: Numbering
    round: bool
    x: int
    y: int
    turn: int
    width: int
    depth: int


@dataclass(frozen=True, slots=True)
class Section:
    name: str
    key: str
    category: str | None
    rows: Sequence[SeatRow]
    tables: Sequence[Table]
    x: int | None
    """Of its first row's middle; None: behind the section before."""
    y: int | None
    turn: int
    spacing: int
    distance: int
    radius: int
    """Of the first row; those behind it have as much more as they are farther."""


Shape = Literal["rectangle", "round"]


@dataclass(frozen=True, slots=True)
class Area:
    """Where people stand. It is sold by the kind of ticket without seats that has its name."""

    name: str
    category: str | None
    shape: Shape
    x: int
    """Of its middle."""
    y: int
    width: int
    depth: int
    turn: int
    capacity: int


@dataclass(frozen=True, slots=True)
class Stage:
    name: str
    shape: Shape
    x: int
    y: int
    width: int
    depth: int
    turn: int


@dataclass(frozen=True, slots=True)
class Sign:
    """A word on the floor: an entrance, a bar."""

    text: str
    x: int
    y: int
    turn: int


@dataclass(frozen=True, slots=True)
class Category:
    name: str
    hue: int


@dataclass(frozen=True, slots=True)
class Plan:
    sections: Sequence[Section]
    areas: Sequence[Area] = ()
    stage: Stage | None = None
    signs: Sequence[Sign] = ()
    categories: Sequence[Category] = ()
    """In their order; those that only seats name come behind them."""


def read(document: Given) -> Plan:
    """Of the shape `bodies.MapDocumentBody`."""
    unit = 1 if document.get("format", 1) >= FORMAT else _UNITS_BEFORE
    stage = document.get("stage")
    return Plan(
        sections=tuple(_section(one, unit) for one in document.get("sections", ())),
        areas=tuple(_area(one) for one in document.get("areas", ())),
        stage=None if stage is None else _stage(stage),
        signs=tuple(Sign(one["text"], one["x"], one["y"], one.get("turn", 0)) for one in document.get("signs", ())),
        categories=tuple(Category(one["name"], one.get("hue", 0)) for one in document.get("categories", ())),
    )


def _section(given: Given, unit: int) -> Section:
    placed = any("x" in seat for row in given.get("rows", ()) for seat in row.get("seats", ()))
    return Section(
        name=given["name"],
        key=given.get("key") or given["name"],
        category=given.get("category"),
        rows=tuple(_row(one, unit) for one in given.get("rows", ())),
        tables=tuple(_table(one) for one in given.get("tables", ())),
        x=given.get("x", 0 if placed else None),
        y=given.get("y", 0 if placed else None),
        turn=given.get("turn", 0),
        spacing=given.get("spacing", SPACING),
        distance=given.get("distance", DISTANCE),
        radius=given.get("radius", 0),
    )


def _row(given: Given, unit: int) -> SeatRow:
    return SeatRow(
        name=given["name"],
        key=given.get("key") or given["name"],
        category=given.get("category"),
        seats=tuple(_chair(one, unit) for one in given.get("seats", ())),
        count=given.get("count", 0),
        numbering=_numbering(given.get("numbering", {})),
        aisles=tuple(given.get("aisles", ())),
        x=given.get("x", 0),
        y=given.get("y"),
        turn=given.get("turn", 0),
        spacing=given.get("spacing"),
        radius=given.get("radius"),
    )


def _table(given: Given) -> Table:
    return Table(
        name=given["name"],
        key=given.get("key") or given["name"],
        category=given.get("category"),
        seats=tuple(_chair(one, 1) for one in given.get("seats", ())),
        count=given.get("count", 0),
        numbering=_numbering(given.get("numbering", {})),
        round=given.get("shape", "round") == "round",
        x=given.get("x", 0),
        y=given.get("y", 0),
        turn=given.get("turn", 0),
        width=given.get("width", 120),
        depth=given.get("depth", given.get("width", 120)),
    )


def _chair(given: Given, unit: int) -> Chair:
    x, y = given.get("x"), given.get("y")
    return Chair(
        number=given["number"],
        id=given.get("id"),
        category=given.get("category"),
        kind=SeatKind(given.get("kind", "normal")),
        aisle=given.get("aisle", False),
        rank=given.get("rank"),
        x=None if x is None else x * unit,
        y=None if y is None else y * unit,
    )


def _numbering(given: Given) -> Numbering:
    return Numbering(
        Scheme(given.get("scheme", "numbers")),
        given.get("start", 1),
        given.get("step", 1),
        given.get("leftwards", False),
    )


def _area(given: Given) -> Area:
    return Area(
        name=given["name"],
        category=given.get("category"),
        shape=given.get("shape", "rectangle"),
        x=given["x"],
        y=given["y"],
        width=given["width"],
        depth=given["depth"],
        turn=given.get("turn", 0),
        capacity=given.get("capacity", 0),
    )


def _stage(given: Given) -> Stage:
    return Stage(
        name=given.get("name", ""),
        shape=given.get("shape", "rectangle"),
        x=given["x"],
        y=given["y"],
        width=given["width"],
        depth=given["depth"],
        turn=given.get("turn", 0),
    )
