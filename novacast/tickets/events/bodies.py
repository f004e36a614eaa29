"""Shapes of events, performances and what is sold of them. Amounts are integers of the currency's minor unit."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import AwareDatetime, Field

from novacast.clock import instant, iso
from novacast.identity import new_id
from novacast.texts import DESCRIPTION_LENGTH, TITLE_LENGTH
from novacast.tickets.events.models import (
    MOST_AMOUNT,
    MOST_CAPACITY,
    MOST_PRICES,
    Event,
    EventChanges,
    Item,
    NewItem,
    Performance,
    PerformanceChanges,
    Price,
    Quota,
)
from novacast.tickets.events.performances import Offer
from novacast.tickets.events.service import Programme
from novacast.tickets.models import ItemKind, PerformanceState
from novacast.web import Body, PageBody

Title = Annotated[str, Field(min_length=1, max_length=TITLE_LENGTH, pattern=r"\S")]
Description = Annotated[str, Field(max_length=DESCRIPTION_LENGTH)]
Amount = Annotated[int, Field(ge=0, le=MOST_AMOUNT, description="In the currency's minor unit.")]
Id = Annotated[str, Field(min_length=1, max_length=40)]
Category = Annotated[str, Field(max_length=60)]
Zone = Annotated[str, Field(min_length=1, max_length=60, description="IANA name.", examples=["Europe/Vienna"])]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217.", examples=["EUR"])]


class EventChangesBody(Body):
    """What is left out stays as it is."""

    title: Title | None = None
    description: Description | None = None
    venue: Title | None = None
    timezone: Zone | None = None
    currency: Currency | None = None
    published: bool | None = None

    def changes(self) -> EventChanges:
        return EventChanges(**dict(self))


class NewEventBody(EventChangesBody):
    title: Title


class EventBody(Body):
    id: str
    organization: str
    title: str
    description: str
    venue: str
    timezone: str
    currency: str
    published: bool

    @classmethod
    def of(cls, event: Event) -> "EventBody":
        return cls(
            id=event.id,
            organization=event.org_id,
            title=event.title,
            description=event.description,
            venue=event.venue,
            timezone=event.timezone,
            currency=event.currency,
            published=event.published,
        )


class EventsBody(PageBody[EventBody]):
    pass


class PerformanceChangesBody(Body):
    """What is left out stays as it is."""

    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None
    sale_from: Annotated[AwareDatetime | None, Field(description="null: as soon as it is on sale.")] = None
    sale_until: Annotated[AwareDatetime | None, Field(description="null: until it ends.")] = None
    most_per_person: Annotated[int, Field(ge=1, le=10_000)] | None = None
    programme: Annotated[Id | None, Field(description="Programme that online passes open, and then its replay.")] = None

    def changes(self) -> PerformanceChanges:
        hours = ("starts_at", "ends_at", "sale_from", "sale_until")
        found = {name: getattr(self, name) for name in hours}
        given = {"programme_id" if name == "programme" else name for name in self.model_fields_set} - {"map"}
        return PerformanceChanges(
            frozenset(given),
            **{name: None if at is None else instant(at) for name, at in found.items()},
            most_per_person=self.most_per_person,
            programme_id=self.programme,
        )


class NewPerformanceBody(PerformanceChangesBody):
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    map: Annotated[Id | None, Field(description="Seat map whose seats it has.")] = None


class StateBody(Body):
    state: PerformanceState


class PerformanceBody(Body):
    id: str
    event: str
    organization: str
    starts_at: str
    ends_at: str
    sale_from: str | None
    sale_until: str | None
    most_per_person: int
    programme: str | None
    map: str | None
    state: PerformanceState

    @classmethod
    def of(cls, one: Performance) -> "PerformanceBody":
        return cls(
            id=one.id,
            event=one.event_id,
            organization=one.org_id,
            starts_at=iso(one.starts_at),
            ends_at=iso(one.ends_at),
            sale_from=_iso(one.sale_from),
            sale_until=_iso(one.sale_until),
            most_per_person=one.most_per_person,
            programme=one.programme_id,
            map=one.map_id,
            state=one.state,
        )


class EventDetailBody(Body):
    event: EventBody
    performances: list[PerformanceBody]

    @classmethod
    def of(cls, found: Programme) -> "EventDetailBody":
        return cls(
            event=EventBody.of(found.event), performances=[PerformanceBody.of(one) for one in found.performances]
        )


class PriceBody(Body):
    category: Annotated[Category, Field(description="Of seats; empty: all that have no price of their own.")] = ""
    amount: Amount
    from_at: AwareDatetime | None = None
    until_at: AwareDatetime | None = None

    def price(self) -> Price:
        return Price(new_id(), self.category, self.amount, _instant(self.from_at), _instant(self.until_at))


class PriceShownBody(Body):
    category: str
    amount: int
    from_at: str | None
    until_at: str | None

    @classmethod
    def of(cls, one: Price) -> "PriceShownBody":
        return cls(category=one.category, amount=one.amount, from_at=_iso(one.from_at), until_at=_iso(one.until_at))


class NewItemBody(Body):
    name: Title
    kind: ItemKind
    seated: Annotated[bool | None, Field(description="null: as its kind is; a bundle may be either.")] = None
    price: Amount = 0
    open_price: Annotated[bool, Field(description="The buyer says what it is worth; price is the least.")] = False
    fee: Annotated[Amount, Field(description="On top of the price, for each.")] = 0
    tax_basis_points: Annotated[int, Field(ge=0, le=10_000, description="Within price and fee: 2000 is 20 %.")] = 0
    most: Annotated[int, Field(ge=1, le=1000, description="In one order.")] = 20
    opens_live: Annotated[bool | None, Field(description="null: as its kind is.")] = None
    replay_until: AwareDatetime | None = None
    prices: Annotated[Sequence[PriceBody], Field(max_length=MOST_PRICES)] = ()
    quotas: Annotated[Sequence[Id], Field(max_length=100, description="Quotas that count it.")] = ()

    def item(self) -> NewItem:
        seated = self.kind is ItemKind.SEATED if self.seated is None else self.seated
        return NewItem(
            name=self.name,
            kind=self.kind,
            seated=seated,
            price=self.price,
            open_price=self.open_price,
            fee=self.fee,
            tax_bp=self.tax_basis_points,
            most=self.most,
            opens_live=self.kind is ItemKind.ONLINE if self.opens_live is None else self.opens_live,
            replay_until=_instant(self.replay_until),
            prices=tuple(one.price() for one in self.prices),
        )


class ItemChangesBody(Body):
    """What is left out stays as it is. What is in baskets keeps the price it had."""

    name: Title | None = None
    price: Amount | None = None
    on_sale: bool | None = None


class ItemBody(Body):
    id: str
    name: str
    kind: ItemKind
    seated: bool
    price: int
    open_price: bool
    fee: int
    tax_basis_points: int
    most: int
    opens_live: bool
    replay_until: str | None
    on_sale: bool
    prices: list[PriceShownBody]

    @classmethod
    def of(cls, one: Item) -> "ItemBody":
        return cls(
            id=one.id,
            name=one.name,
            kind=one.kind,
            seated=one.seated,
            price=one.price,
            open_price=one.open_price,
            fee=one.fee,
            tax_basis_points=one.tax_bp,
            most=one.most,
            opens_live=one.opens_live,
            replay_until=_iso(one.replay_until),
            on_sale=one.on_sale,
            prices=[PriceShownBody.of(price) for price in one.prices],
        )


class QuotaChangesBody(Body):
    name: Title
    capacity: Annotated[int, Field(ge=0, le=MOST_CAPACITY)]
    items: Annotated[Sequence[Id], Field(max_length=100, description="What it counts.")] = ()


class QuotaBody(Body):
    id: str
    name: str
    capacity: int
    used: Annotated[int, Field(description="Held, being paid for and sold.")]
    items: list[str]

    @classmethod
    def of(cls, one: Quota) -> "QuotaBody":
        return cls(id=one.id, name=one.name, capacity=one.capacity, used=one.used, items=list(one.items))


class LeftBody(Body):
    item: str
    left: int


class OfferBody(Body):
    """A performance as it is sold."""

    event: EventBody
    performance: PerformanceBody
    items: list[ItemBody]
    left: list[LeftBody]
    quotas: Annotated[list[QuotaBody] | None, Field(description="For those who work there.")]

    @classmethod
    def of(cls, offer: Offer) -> "OfferBody":
        return cls(
            event=EventBody.of(offer.event),
            performance=PerformanceBody.of(offer.performance),
            items=[ItemBody.of(one) for one in offer.items],
            left=[LeftBody(item=id_, left=left) for id_, left in offer.left.items()],
            quotas=[QuotaBody.of(one) for one in offer.quotas] if offer.works_there else None,
        )


def _iso(at: int | None) -> str | None:
    return None if at is None else iso(at)


def _instant(at: AwareDatetime | None) -> int | None:
    return None if at is None else instant(at)
