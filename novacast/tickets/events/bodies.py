"""Shapes of events, performances and what is sold of them. Amounts are integers of the currency's minor unit."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import AwareDatetime, Field

from novacast.clock import HOUR, instant, iso
from novacast.texts import DESCRIPTION_LENGTH
from novacast.tickets.events.items.bodies import Id, ItemBody, Title
from novacast.tickets.events.models import (
    MOST_CAPACITY,
    Event,
    EventChanges,
    Performance,
    PerformanceChanges,
    Quota,
)
from novacast.tickets.events.performances import Offer
from novacast.tickets.events.service import Programme
from novacast.tickets.members.ports import Tier
from novacast.tickets.models import PerformanceState
from novacast.web import Body, PageBody

Description = Annotated[str, Field(max_length=DESCRIPTION_LENGTH)]
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
    least_per_order: Annotated[int, Field(ge=1, le=1000)] | None = None
    most_per_order: Annotated[int | None, Field(ge=1, le=1000, description="null: no bound of its own.")] = None
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
            least_per_order=self.least_per_order,
            most_per_order=self.most_per_order,
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
    least_per_order: int
    most_per_order: int | None
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
            sale_from=iso(one.sale_from),
            sale_until=iso(one.sale_until),
            most_per_person=one.most_per_person,
            least_per_order=one.least_per_order,
            most_per_order=one.most_per_order,
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


class OfferQuery(Body):
    code: Annotated[str, Field(max_length=100, description="A promo or access code; empty: none.")] = ""


class DiscountBody(Body):
    """What a code makes of a price."""

    item: str
    category: Annotated[str, Field(description="Of seats; empty: all that have no price of their own.")]
    price: int
    saving: int


class MembershipBody(Body):
    """What a membership is worth here."""

    name: str
    discount_basis_points: int
    sale_from: Annotated[str | None, Field(description="When the sale opens to its members; null: with that of all.")]
    mine: Annotated[bool, Field(description="Whether it is the asker's.")]

    @classmethod
    def of(cls, one: Tier, offer: Offer) -> "MembershipBody":
        begins = offer.performance.sale_from
        early = None if begins is None or not one.presale_hours else iso(begins - one.presale_hours * HOUR)
        mine = any(other.name == one.name for other in offer.standing.tiers)
        return cls(name=one.name, discount_basis_points=one.discount, sale_from=early, mine=mine)


class OfferBody(Body):
    """A performance as it is sold."""

    event: EventBody
    performance: PerformanceBody
    items: list[ItemBody]
    left: list[LeftBody]
    quotas: Annotated[list[QuotaBody] | None, Field(description="For those who work there.")]
    discounts: Annotated[list[DiscountBody], Field(description="By the code that was brought, or a membership.")]
    memberships: list[MembershipBody]
    member_tickets: Annotated[int, Field(description="How many the asker may still have at a member's price.")]

    @classmethod
    def of(cls, offer: Offer) -> "OfferBody":
        return cls(
            event=EventBody.of(offer.event),
            performance=PerformanceBody.of(offer.performance),
            items=[ItemBody.of(one) for one in offer.items],
            left=[LeftBody(item=id_, left=left) for id_, left in offer.left.items()],
            quotas=[QuotaBody.of(one) for one in offer.quotas] if offer.works_there else None,
            discounts=[
                DiscountBody(item=item.id, category=category, price=price - saving, saving=saving)
                for item in offer.items
                for category, price, saving in offer.savings(item)
            ],
            memberships=[MembershipBody.of(one, offer) for one in offer.tiers],
            member_tickets=offer.standing.left,
        )
