"""The API of events and performances."""

from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound, RateLimited
from novacast.tickets.codes.trying import CodeTrying
from novacast.tickets.events.bodies import (
    EventBody,
    EventChangesBody,
    EventDetailBody,
    EventsBody,
    NewEventBody,
    NewPerformanceBody,
    OfferBody,
    OfferQuery,
    PerformanceBody,
    PerformanceChangesBody,
    QuotaBody,
    QuotaChangesBody,
    StateBody,
)
from novacast.tickets.events.items.bodies import ItemBody, ItemChangesBody, NewItemBody
from novacast.tickets.events.performances import Performances
from novacast.tickets.events.service import Events
from novacast.web import Call, ListQuery, get, patch, post, put

OF_ORG = "/api/v1/organizations/{org_id}/events"
EVENT = "/api/v1/events/{event_id}"
PERFORMANCE = "/api/v1/performances/{performance_id}"
_WORK = (InvalidInput, NotFound, Forbidden)
_CHANGES = (*_WORK, Conflict)
_SEEN = (NotFound, InvalidInput, RateLimited)


class EventRoutes:
    def __init__(self, events: Events, performances: Performances, trying: CodeTrying) -> None:
        self._events, self._performances, self._trying = events, performances, trying

    @get("/api/v1/events", tag="tickets", public=True, summary="Events, newest first", errors=(InvalidInput,))
    async def published(self, call: Call, query: ListQuery) -> EventsBody:
        return EventsBody.of(await self._events.published(query.cursor, query.limit), EventBody.of)

    @get(OF_ORG, tag="tickets", summary="All events of an organization, newest first", errors=_WORK)
    async def of_org(self, call: Call, org_id: str, query: ListQuery) -> EventsBody:
        page = await self._events.of_org(call.principal, org_id, query.cursor, query.limit)
        return EventsBody.of(page, EventBody.of)

    @post(OF_ORG, tag="tickets", status=201, summary="Make an event", errors=_CHANGES)
    async def create(self, call: Call, org_id: str, body: NewEventBody) -> EventBody:
        then = call.remember(EventBody.of)
        return EventBody.of(await self._events.create(call.principal, org_id, body.changes(), then))

    @get(EVENT, tag="tickets", public=True, summary="An event with its performances", errors=(NotFound,))
    async def show(self, call: Call, event_id: str) -> EventDetailBody:
        return EventDetailBody.of(await self._events.show(call.principal, event_id))

    @patch(EVENT, tag="tickets", summary="Change or publish an event", errors=_CHANGES)
    async def edit(self, call: Call, event_id: str, body: EventChangesBody) -> EventBody:
        return EventBody.of(await self._events.edit(call.principal, event_id, body.changes()))

    @post(f"{EVENT}/performances", tag="tickets", status=201, summary="Add a performance", errors=_CHANGES)
    async def perform(self, call: Call, event_id: str, body: NewPerformanceBody) -> PerformanceBody:
        then = call.remember(PerformanceBody.of)
        made = await self._performances.create(call.principal, event_id, body.changes(), body.map, then)
        return PerformanceBody.of(made)

    @get(PERFORMANCE, tag="tickets", public=True, summary="A performance and what is left of it", errors=_SEEN)
    async def offer(self, call: Call, performance_id: str, query: OfferQuery) -> OfferBody:
        code = None
        if query.code:
            code = await self._trying.there(call.principal, performance_id, query.code, call.address)
        return OfferBody.of(await self._performances.show(call.principal, performance_id, code))

    @patch(PERFORMANCE, tag="tickets", summary="Change a performance", errors=_WORK)
    async def change(self, call: Call, performance_id: str, body: PerformanceChangesBody) -> PerformanceBody:
        return PerformanceBody.of(await self._performances.edit(call.principal, performance_id, body.changes()))

    @post(
        f"{PERFORMANCE}/state",
        tag="tickets",
        summary="Put a performance on sale, take it off sale, or cancel it",
        errors=_CHANGES,
    )
    async def move(self, call: Call, performance_id: str, body: StateBody) -> PerformanceBody:
        then = call.remember(PerformanceBody.of)
        return PerformanceBody.of(await self._performances.move(call.principal, performance_id, body.state, then))

    @post(f"{PERFORMANCE}/items", tag="tickets", status=201, summary="Add a kind of ticket", errors=_CHANGES)
    async def add_item(self, call: Call, performance_id: str, body: NewItemBody) -> ItemBody:
        then = call.remember(ItemBody.of)
        made = await self._performances.add_item(call.principal, performance_id, body.item(), body.quotas, then)
        return ItemBody.of(made)

    @patch(f"{PERFORMANCE}/items/{{item_id}}", tag="tickets", summary="Change a kind of ticket", errors=_WORK)
    async def edit_item(self, call: Call, performance_id: str, item_id: str, body: ItemChangesBody) -> ItemBody:
        changed = await self._performances.edit_item(call.principal, performance_id, item_id, body.changes())
        return ItemBody.of(changed)

    @post(f"{PERFORMANCE}/quotas", tag="tickets", status=201, summary="Add a quota", errors=_CHANGES)
    async def add_quota(self, call: Call, performance_id: str, body: QuotaChangesBody) -> QuotaBody:
        """Of what it counts no more than its capacity is ever held and sold."""
        then = call.remember(QuotaBody.of)
        made = await self._performances.add_quota(
            call.principal, performance_id, body.name, body.capacity, body.items, then
        )
        return QuotaBody.of(made)

    @put(f"{PERFORMANCE}/quotas/{{quota_id}}", tag="tickets", summary="Change a quota", errors=_CHANGES)
    async def edit_quota(self, call: Call, performance_id: str, quota_id: str, body: QuotaChangesBody) -> QuotaBody:
        """Its capacity never goes below what is held and sold."""
        changed = await self._performances.edit_quota(
            call.principal, performance_id, quota_id, body.name, body.capacity, body.items
        )
        return QuotaBody.of(changed)
