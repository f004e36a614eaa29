"""Shapes of a performance's map."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from novacast.i18n import translated
from novacast.tickets.seatmaps.bodies import MapAreaBody, MapCategoryBody, MapSignBody, MapStageBody
from novacast.tickets.seatmaps.hall.models import MOST_ASKED, Advice, States
from novacast.tickets.seatmaps.hall.store import Occupant
from novacast.tickets.seatmaps.models import Seat
from novacast.web import Body


class HallSectionBody(Body):
    name: str
    x: Annotated[int, Field(description="Of where its name is written.")]
    y: int


class HallLineBody(Body):
    """A row, or the seats around a table, from left to right or clockwise. Each list has an entry for each seat."""

    section: Annotated[int, Field(description="Its number in `sections`.")]
    name: str
    table: Annotated[int | None, Field(description="Its number in `tables`.")]
    ids: list[str]
    numbers: list[str]
    places: Annotated[list[int], Field(description="Neighbours have places that follow one another.")]
    categories: Annotated[list[int], Field(description="Numbers in `categories`.")]
    kinds: Annotated[str, Field(description="A letter for each: normal, wheelchair, companion.")]
    x: list[int]
    y: list[int]


class HallTableBody(Body):
    name: str
    round: bool
    x: int
    y: int
    turn: int
    width: int
    depth: int


class HallBody(Body):
    """Everything in its place, in centimetres: x to the right, y away from the stage, turns in degrees clockwise."""

    tag: Annotated[str, Field(description="Another for another drawing.")]
    seats: Annotated[int, Field(description="How many; states count them through all lines.")]
    box: Annotated[list[int], Field(description="x, y, width and height of all of it.")]
    categories: list[MapCategoryBody]
    sections: list[HallSectionBody]
    lines: list[HallLineBody]
    tables: list[HallTableBody]
    areas: list[MapAreaBody]
    stage: MapStageBody | None
    signs: list[MapSignBody]


class SeatItemBody(Body):
    id: str
    name: str
    most: Annotated[int, Field(description="In one order.")]
    prices: Annotated[
        Mapping[str, int], Field(description="By category, fee included, in the currency's smallest unit.")
    ]


class StatesBody(Body):
    """What changes of a performance's map. Facts `stock.changed` and `seats.blocked` behind `seq` keep it true."""

    tag: Annotated[str, Field(description="Of the drawing that it belongs to.")]
    seq: Annotated[int, Field(description="All facts up to this one are in it.")]
    states: Annotated[
        str,
        Field(
            description="Base64 of two bits for each seat, the first lowest in its byte: free, held, sold, kept back."
        ),
    ]
    items: list[SeatItemBody]
    currency: str
    most: Annotated[int, Field(description="That one person may have of this performance.")]

    @classmethod
    def of(cls, one: States) -> "StatesBody":
        items = [
            SeatItemBody(id=item.id, name=item.name, most=item.most, prices=one.prices[item.id]) for item in one.items
        ]
        return cls(
            tag=one.tag,
            seq=one.seq,
            states=b64encode(one.marks).decode(),
            items=items,
            currency=one.currency,
            most=one.most,
        )


class StatesQuery(Body):
    code: Annotated[str, Field(max_length=60, description="What it costs with one, and what it opens.")] = ""
    counter: Annotated[bool, Field(description="What the box office sells, for those who sell there.")] = False


class BestQuery(Body):
    count: Annotated[int, Field(ge=1, le=MOST_ASKED)]
    category: Annotated[str | None, Field(max_length=60, description="Of all of them; without it any.")] = None


class CheckQuery(Body):
    seats: Annotated[str, Field(min_length=1, max_length=5000, description="Ids of seats, separated by commas.")]


class AdvisedSeatBody(Body):
    id: str
    section: str
    row: str
    number: str

    @classmethod
    def of(cls, one: Seat) -> "AdvisedSeatBody":
        return cls(id=one.seat_id, section=one.section, row=one.row, number=one.number)


class AdviceBody(Body):
    said: Annotated[str, Field(description="Why these, or what is wrong; empty: nothing is.")]
    seats: Annotated[list[AdvisedSeatBody], Field(description="The best ones, or those to take instead.")]
    taken: Annotated[list[AdvisedSeatBody], Field(description="Of those that were asked about.")]
    lonely: Annotated[list[AdvisedSeatBody], Field(description="That would be left alone.")]

    @classmethod
    def of(cls, one: Advice) -> "AdviceBody":
        return cls(
            said=translated(one.said),
            seats=[AdvisedSeatBody.of(seat) for seat in one.seats],
            taken=[AdvisedSeatBody.of(seat) for seat in one.taken],
            lonely=[AdvisedSeatBody.of(seat) for seat in one.lonely],
        )


class BlockBody(Body):
    seats: Annotated[list[Annotated[str, Field(min_length=1, max_length=80)]], Field(min_length=1, max_length=1000)]
    blocked: bool = True
    note: Annotated[str, Field(max_length=200, description="Why, for those who work here.")] = ""


class OccupantBody(Body):
    seat: str
    state: Literal["held", "paying", "sold", "blocked"]
    order: Annotated[str | None, Field(description="Its id.")]
    code: str
    buyer: str
    holder: Annotated[str, Field(description="Who the ticket is for.")]
    note: str

    @classmethod
    def of(cls, one: Occupant) -> "OccupantBody":
        return cls.model_validate(
            {
                "seat": one.seat_id,
                "state": one.state,
                "order": one.order_id,
                "code": one.code,
                "buyer": one.buyer,
                "holder": one.holder,
                "note": "",
            }
        )

    @classmethod
    def kept(cls, seat_id: str, note: str) -> "OccupantBody":
        return cls(seat=seat_id, state="blocked", order=None, code="", buyer="", holder="", note=note)


class OccupantsBody(Body):
    items: list[OccupantBody]
