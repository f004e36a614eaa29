"""Shapes of what an order comes to hold."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from novacast.tickets.editing.models import Exchange, Instead
from novacast.tickets.events.models import MOST_AMOUNT
from novacast.tickets.holds.bodies import SeatId, WishBody
from novacast.tickets.holds.models import MOST_LINES, Wish
from novacast.tickets.orders.bodies import Email, Name
from novacast.tickets.orders.models import Buyer, Method, buyer_of
from novacast.web import Body

Kind = Annotated[str, Field(min_length=1, max_length=40, description="Id of a kind of ticket of the performance.")]
Seat = Annotated[SeatId | None, Field(description="Of a kind that has seats.")]


class InsteadQuery(Body):
    item: Kind
    seat: Seat = None

    def instead(self) -> Instead:
        return Instead(self.item, self.seat)


class ExchangeQuoteBody(Body):
    worth: Annotated[int, Field(description="What was paid for the ticket.")]
    price: int
    fee: int
    difference: Annotated[int, Field(description="To be paid; below zero: what it costs less.")]
    back: Annotated[int, Field(description="What of that is given back.")]
    currency: str

    @classmethod
    def of(cls, one: Exchange) -> "ExchangeQuoteBody":
        return cls(
            worth=one.before.cost,
            price=one.price,
            fee=one.fee,
            difference=one.difference,
            back=one.back,
            currency=one.currency,
        )


class ExchangeBody(InsteadQuery):
    difference: Annotated[int, Field(ge=-MOST_AMOUNT, le=MOST_AMOUNT, description="What was told of it.")]
    method: Annotated[
        Literal[Method.CASH, Method.CARD_TERMINAL, Method.COMPLIMENTARY] | None,
        Field(description="How what it costs more is paid; complimentary: nothing is paid or given back."),
    ] = None


class OwnExchangeBody(InsteadQuery):
    back: Annotated[int, Field(ge=0, le=MOST_AMOUNT, description="What was told that is given back.")]


class AdditionBody(Body):
    lines: Annotated[Sequence[WishBody], Field(min_length=1, max_length=MOST_LINES)]
    method: Literal[Method.CASH, Method.CARD_TERMINAL, Method.COMPLIMENTARY]

    def wishes(self) -> list[Wish]:
        return [one.wish() for one in self.lines]


class BuyerBody(Body):
    name: Name
    email: Email

    def buyer(self, language: str) -> Buyer:
        return buyer_of(self.name, self.email, language)
