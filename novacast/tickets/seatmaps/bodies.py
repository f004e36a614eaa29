"""Shapes of seat maps, as they are imported and exported, and of a performance's seats."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from novacast.clock import iso
from novacast.tickets.models import ClaimState
from novacast.tickets.seatmaps.document import DISTANCE, HUES, SPACING, Scheme, SeatKind, Shape
from novacast.tickets.seatmaps.models import LONGEST_NAME, MOST_ROWS, MOST_SEATS, Difference, SeatMap
from novacast.tickets.seatmaps.service import Placed
from novacast.web import Body, ListBody, PageBody

Name = Annotated[str, Field(max_length=LONGEST_NAME)]
Place = Annotated[int, Field(ge=-1_000_000, le=1_000_000)]
Length = Annotated[int, Field(ge=1, le=100_000, description="Centimetres.")]
Turn = Annotated[int, Field(ge=-360, le=360, description="Degrees, clockwise.")]
Category = Annotated[str | None, Field(max_length=LONGEST_NAME, description="null: as the row, or the section.")]
Key = Annotated[
    str | None,
    Field(max_length=LONGEST_NAME, description="Its part of its seats' ids, which stays when it is named anew."),
]
Listed = Annotated[int, Field(ge=0, le=1000, description="Instead of seats: how many, numbered as `numbering` says.")]


class NumberingBody(Body):
    scheme: Annotated[
        Scheme, Field(description="`split`: odd ones to the left of the middle, even ones to the right.")
    ] = Scheme.NUMBERS
    start: Annotated[int, Field(ge=0, le=100_000)] = 1
    step: Annotated[int, Field(ge=1, le=10, description="2: odd or even ones alone.")] = 1
    leftwards: Annotated[bool, Field(description="The first is at the right end.")] = False


class MapSeatBody(Body):
    id: Annotated[
        str | None,
        Field(max_length=80, description="Stays with the seat over all versions; null: section/row/number."),
    ] = None
    number: Annotated[str, Field(min_length=1, max_length=10)]
    category: Category = None
    kind: SeatKind = SeatKind.NORMAL
    aisle: Annotated[bool, Field(description="An aisle is before it: it is no neighbour of the seat before.")] = False
    rank: Annotated[int | None, Field(ge=0, le=10_000_000, description="Less is better; null: by row and middle.")] = (
        None
    )
    x: Annotated[Place | None, Field(description="In the hall; null: where its row puts it.")] = None
    y: Place | None = None


class MapRowBody(Body):
    name: Name
    key: Key = None
    category: Category = None
    seats: Annotated[Sequence[MapSeatBody], Field(max_length=1000, description="From left to right.")] = ()
    count: Listed = 0
    numbering: NumberingBody = NumberingBody()
    aisles: Annotated[
        Sequence[Annotated[int, Field(ge=1, le=999)]],
        Field(max_length=50, description="Behind how many seats of `count` there is one."),
    ] = ()
    x: Annotated[Place, Field(description="Of its middle, from the section's.")] = 0
    y: Annotated[Place | None, Field(description="null: behind the row before.")] = None
    turn: Turn = 0
    spacing: Annotated[Length | None, Field(description="From seat to seat; null: as the section.")] = None
    radius: Annotated[
        Place | None,
        Field(description="Of the circle it stands on, towards the stage; 0: straight, null: as its section."),
    ] = None


class MapTableBody(Body):
    name: Name
    key: Key = None
    category: Category = None
    seats: Annotated[Sequence[MapSeatBody], Field(max_length=100, description="Clockwise.")] = ()
    count: Annotated[int, Field(ge=0, le=100)] = 0
    numbering: NumberingBody = NumberingBody()
    shape: Shape = "round"
    x: Place = 0
    y: Place = 0
    turn: Turn = 0
    width: Length = 120
    depth: Annotated[Length | None, Field(description="null: as the width.")] = None


class MapSectionBody(Body):
    name: Name
    key: Key = None
    category: Category = None
    rows: Annotated[Sequence[MapRowBody], Field(max_length=MOST_ROWS)] = ()
    tables: Annotated[Sequence[MapTableBody], Field(max_length=MOST_ROWS)] = ()
    x: Annotated[Place | None, Field(description="Of its first row's middle; null: behind the section before.")] = None
    y: Place | None = None
    turn: Turn = 0
    spacing: Length = SPACING
    distance: Annotated[int, Field(ge=1, le=100_000, description="From row to row.")] = DISTANCE
    radius: Annotated[Place, Field(description="Of its first row; those behind have as much more. 0: straight.")] = 0


class MapAreaBody(Body):
    """Where people stand. It is sold by the kind of ticket without seats that has its name."""

    name: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
    category: Category = None
    shape: Shape = "rectangle"
    x: Annotated[Place, Field(description="Of its middle.")]
    y: Place
    width: Length
    depth: Length
    turn: Turn = 0
    capacity: Annotated[int, Field(ge=0, le=1_000_000, description="Told to people; quotas count what is sold.")] = 0


class MapStageBody(Body):
    name: Name = ""
    shape: Shape = "rectangle"
    x: Place
    y: Place
    width: Length
    depth: Length
    turn: Turn = 0


class MapSignBody(Body):
    text: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
    x: Place
    y: Place
    turn: Turn = 0


class MapCategoryBody(Body):
    name: Name
    hue: Annotated[int, Field(ge=0, lt=HUES, description="Its colour and shape.")] = 0


class MapDocumentBody(Body):
    """Lengths are whole centimetres, x to the right, y away from the stage."""

    format: Annotated[
        Literal[1, 2], Field(description="1: seats stand ten units apart, and nothing else has a place.")
    ] = 1
    sections: Annotated[
        Sequence[MapSectionBody], Field(min_length=1, max_length=500, description=f"At most {MOST_SEATS} seats.")
    ]
    areas: Annotated[Sequence[MapAreaBody], Field(max_length=100)] = ()
    stage: MapStageBody | None = None
    signs: Annotated[Sequence[MapSignBody], Field(max_length=200)] = ()
    categories: Annotated[Sequence[MapCategoryBody], Field(max_length=50)] = ()

    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = self.model_dump(mode="json", exclude_defaults=True, include=_DOCUMENT)
        return found


_DOCUMENT = set(MapDocumentBody.model_fields)


class NewMapBody(MapDocumentBody):
    name: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME, pattern=r"\S")]
    base: Annotated[
        int | None, Field(ge=1, description="The version it was made of; refused where there is another by now.")
    ] = None


class MapBody(Body):
    id: str
    organization: str
    name: str
    version: int
    seats: int
    changed_at: str

    @classmethod
    def of(cls, one: SeatMap) -> "MapBody":
        return cls(
            id=one.id,
            organization=one.org_id,
            name=one.name,
            version=one.version,
            seats=one.seats,
            changed_at=iso(one.changed_at),
        )


class MapsBody(PageBody[MapBody]):
    pass


class MapExportBody(MapDocumentBody):
    map: MapBody

    @classmethod
    def of(cls, one: SeatMap) -> "MapExportBody":
        return cls.model_validate({**one.document, "map": MapBody.of(one)})


class FurnishBody(Body):
    map: Annotated[str, Field(min_length=1, max_length=40)]
    only_look: Annotated[bool, Field(description="Say what would change, and change nothing.")] = False


class DifferenceBody(Body):
    added: list[str]
    removed: list[str]
    changed: list[str]
    touched: Annotated[list[str], Field(description="Changed, and somebody has them: tickets say the new name.")]
    lost: Annotated[list[str], Field(description="Removed although somebody has them: these forbid the change.")]

    @classmethod
    def of(cls, one: Difference) -> "DifferenceBody":
        return cls(
            added=list(one.added),
            removed=list(one.removed),
            changed=list(one.changed),
            touched=list(one.touched),
            lost=list(one.lost),
        )


class SeatBody(Body):
    id: str
    section: str
    row: str
    number: str
    category: str
    kind: SeatKind
    x: int
    y: int
    state: Literal["free", "held", "sold", "blocked"]

    @classmethod
    def of(cls, one: Placed) -> "SeatBody":
        seat = one.seat
        return cls(
            id=seat.seat_id,
            section=seat.section,
            row=seat.row,
            number=seat.number,
            category=seat.category,
            kind=seat.kind,
            x=seat.x,
            y=seat.y,
            state=_state(one),
        )


class SeatsBody(ListBody[SeatBody]):
    pass


def _state(one: Placed) -> Literal["free", "held", "sold", "blocked"]:
    if one.seat.blocked:
        return "blocked"
    if one.state is None:
        return "free"
    return "sold" if one.state is ClaimState.SOLD else "held"
