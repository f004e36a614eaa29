"""Shapes of seat maps, as they are imported and exported, and of a performance's seats."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from novacast.clock import iso
from novacast.tickets.models import ClaimState
from novacast.tickets.seatmaps.models import LONGEST_NAME, MOST_ROWS, MOST_SEATS, Difference, SeatKind, SeatMap
from novacast.tickets.seatmaps.service import Placed
from novacast.web import Body, ListBody, PageBody

Name = Annotated[str, Field(max_length=LONGEST_NAME)]
Place = Annotated[int, Field(ge=-1_000_000, le=1_000_000)]
Category = Annotated[str | None, Field(max_length=LONGEST_NAME, description="null: as the row, or the section.")]


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
    x: Place | None = None
    y: Place | None = None


class MapRowBody(Body):
    name: Name
    category: Category = None
    seats: Annotated[Sequence[MapSeatBody], Field(max_length=1000)] = ()
    count: Annotated[int, Field(ge=0, le=1000, description="Instead of seats: 1, 2, 3 and so on.")] = 0


class MapSectionBody(Body):
    name: Name
    category: Category = None
    rows: Annotated[Sequence[MapRowBody], Field(max_length=MOST_ROWS)]


class MapDocumentBody(Body):
    sections: Annotated[
        Sequence[MapSectionBody], Field(min_length=1, max_length=500, description=f"At most {MOST_SEATS} seats.")
    ]

    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = self.model_dump(mode="json", exclude_defaults=True)
        return found


class NewMapBody(MapDocumentBody):
    name: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME, pattern=r"\S")]

    def document(self) -> dict[str, Any]:
        found = super().document()
        del found["name"]
        return found


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


class MapExportBody(Body):
    map: MapBody
    sections: Sequence[MapSectionBody]

    @classmethod
    def of(cls, one: SeatMap) -> "MapExportBody":
        sections = [MapSectionBody.model_validate(section) for section in one.document["sections"]]
        return cls(map=MapBody.of(one), sections=sections)


class FurnishBody(Body):
    map: Annotated[str, Field(min_length=1, max_length=40)]
    only_look: Annotated[bool, Field(description="Say what would change, and change nothing.")] = False


class DifferenceBody(Body):
    added: list[str]
    removed: list[str]
    changed: list[str]
    lost: Annotated[list[str], Field(description="Removed although somebody has them: these forbid the change.")]

    @classmethod
    def of(cls, one: Difference) -> "DifferenceBody":
        return cls(added=list(one.added), removed=list(one.removed), changed=list(one.changed), lost=list(one.lost))


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
