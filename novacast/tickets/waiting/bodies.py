"""Shapes of the waiting list."""

from typing import Annotated

from pydantic import Field

from novacast.clock import iso
from novacast.tickets.events.items.bodies import Id
from novacast.tickets.models import HOLD_LIMIT, WaitingState
from novacast.tickets.waiting.models import Waiter
from novacast.tickets.waiting.service import Place, Wanting
from novacast.web import Body, PageBody


class WantingBody(Body):
    item: Id
    quantity: Annotated[int, Field(ge=1, le=HOLD_LIMIT)] = 1
    fewer: Annotated[bool, Field(description="Whether fewer are better than none.")] = False
    email: Annotated[str, Field(max_length=254, description="Of whoever is not signed in.")] = ""

    def wanted(self) -> Wanting:
        return Wanting(self.item, self.quantity, self.fewer, self.email)


class JoinedBody(Body):
    confirm: Annotated[bool, Field(description="A mail asks to confirm the address first.")]

    @classmethod
    def of(cls, waiter: Waiter) -> "JoinedBody":
        return cls(confirm=waiter.person_id is None)


class PlaceBody(Body):
    performance: str
    item: str
    quantity: int
    fewer: bool
    state: WaitingState
    before: Annotated[int, Field(description="How many wait for the same before them.")]
    until: Annotated[str | None, Field(description="For how long what is offered is kept.")]
    basket: Annotated[str | None, Field(description="Token of the basket that is offered.")]

    @classmethod
    def shown(cls, place: Place, basket: str | None) -> "PlaceBody":
        one = place.waiter
        return cls(
            performance=one.perf_id,
            item=one.item_id,
            quantity=one.quantity,
            fewer=one.fewer,
            state=one.state,
            before=place.before,
            until=iso(place.until),
            basket=basket if place.until is not None else None,
        )


class WaiterBody(Body):
    id: str
    item: str
    email: Annotated[str, Field(description="Empty for whoever has an account.")]
    person: str | None
    quantity: int
    fewer: bool
    state: WaitingState
    since: str | None
    created_at: str

    @classmethod
    def of(cls, one: Waiter) -> "WaiterBody":
        return cls(
            id=one.id,
            item=one.item_id,
            email=one.email,
            person=one.person_id,
            quantity=one.quantity,
            fewer=one.fewer,
            state=one.state,
            since=iso(one.since),
            created_at=iso(one.created_at),
        )


class WaitersBody(PageBody[WaiterBody]):
    pass
