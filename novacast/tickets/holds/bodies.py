"""Shapes of baskets."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from novacast.clock import iso
from novacast.i18n import translated
from novacast.taxes import breakdown, shares
from novacast.tickets.events.models import MOST_AMOUNT
from novacast.tickets.holds.models import MOST_LINES, MOST_SEATS, Basket, Line, Wish
from novacast.tickets.models import HOLD_LIMIT, HoldState
from novacast.web import Body, ListBody

SeatId = Annotated[str, Field(min_length=1, max_length=80)]


class WishBody(Body):
    """So many of a kind, or these seats. Without `seats` the best free ones are given, side by side where they are."""

    item: Annotated[str, Field(min_length=1, max_length=40)]
    quantity: Annotated[int, Field(ge=0, le=HOLD_LIMIT)] = 0
    seats: Annotated[Sequence[SeatId], Field(max_length=MOST_SEATS)] = ()
    category: Annotated[str | None, Field(max_length=60, description="Of seats that are given; null: any.")] = None
    amount: Annotated[
        int | None, Field(ge=0, le=MOST_AMOUNT, description="For each, where the buyer says what it is worth.")
    ] = None

    def wish(self) -> Wish:
        return Wish(self.item, self.quantity, tuple(self.seats), self.category, self.amount)


CodeText = Annotated[str, Field(max_length=100, description="A promo or access code; empty: none.")]


class NewHoldBody(Body):
    lines: Annotated[Sequence[WishBody], Field(min_length=1, max_length=MOST_LINES)]
    code: CodeText = ""

    def wishes(self) -> list[Wish]:
        return [one.wish() for one in self.lines]


class BasketCodeBody(Body):
    code: CodeText


class LineSeatBody(Body):
    id: str
    section: str
    row: str
    number: str


class LineBody(Body):
    """One unit."""

    id: str
    item: str
    name: str
    seat: LineSeatBody | None
    price: Annotated[int, Field(description="After what a code took off.")]
    saving: Annotated[int, Field(description="What a code took off.")]
    fee: int
    tax_basis_points: int
    tax: Annotated[int, Field(description="Within price and fee.")]

    @classmethod
    def all(cls, lines: Sequence[Line]) -> "list[LineBody]":
        """Those of one basket or order: their taxes add up to its."""
        taxes = shares([(one.claim.cost, one.claim.tax_bp) for one in lines])
        return [cls.of(line, tax) for line, tax in zip(lines, taxes, strict=True)]

    @classmethod
    def of(cls, line: Line, tax: int) -> "LineBody":
        seat = line.seat
        return cls(
            id=line.claim.id,
            item=line.claim.item_id,
            name=line.item,
            seat=None
            if seat is None
            else LineSeatBody(id=seat.seat_id, section=seat.section, row=seat.row, number=seat.number),
            price=line.claim.price,
            saving=line.claim.discount,
            fee=line.claim.fee,
            tax_basis_points=line.claim.tax_bp,
            tax=tax,
        )


class TaxBody(Body):
    """All that is taxed at one rate."""

    tax_basis_points: int
    gross: int
    net: int
    tax: int

    @classmethod
    def all(cls, lines: Sequence[Line]) -> "list[TaxBody]":
        found = breakdown([(one.claim.cost, one.claim.tax_bp) for one in lines])
        return [cls(tax_basis_points=one.tax_bp, gross=one.gross, net=one.net, tax=one.tax) for one in found]


class HoldBody(Body):
    token: Annotated[str, Field(description="Whoever has it has the basket.")]
    performance: str
    state: HoldState
    expires_at: str
    limit_at: Annotated[str, Field(description="However often it is extended.")]
    lines: list[LineBody]
    taxes: list[TaxBody]
    code: Annotated[str, Field(description="With which something in it was taken; empty: none.")]
    saving: int
    total: int
    currency: str
    test: Annotated[bool, Field(description="Nothing of this is real.")]
    explanation: Annotated[str, Field(description="How seats were chosen; empty where the buyer chose.")]

    @classmethod
    def shown(cls, basket: Basket, token: str) -> "HoldBody":
        hold = basket.hold
        return cls(
            token=token,
            performance=hold.perf_id,
            state=hold.state,
            expires_at=iso(hold.expires_at),
            limit_at=iso(hold.limit_at),
            lines=LineBody.all(basket.lines),
            taxes=TaxBody.all(basket.lines),
            code=basket.code,
            saving=basket.saving,
            total=basket.total,
            currency=basket.currency,
            test=basket.test,
            explanation=translated(basket.explanation),
        )


class HoldsBody(ListBody[HoldBody]):
    pass
