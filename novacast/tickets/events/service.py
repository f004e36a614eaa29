"""Events as people use them: find, look at, make, change, publish."""

from collections.abc import Sequence
from dataclasses import replace

from novacast.clock import HOUR
from novacast.database import Database, Page, Then, Transaction, keyset
from novacast.errors import Conflict
from novacast.i18n import text
from novacast.identity import Action, Principal
from novacast.outbox import Event as Fact
from novacast.records import dataclass
from novacast.tickets.events import store
from novacast.tickets.events.kinds import EventKinds
from novacast.tickets.events.making import make_event, tell_event
from novacast.tickets.events.models import Event, EventChanges, Performance
from novacast.tickets.events.permission import arranged_event, arranges, seen_event, sells, works_there
from novacast.tickets.models import PerformanceState, may_arrange

DOORS = 20
"""Performances of an organization, the next ones, among which those at the door find theirs."""

LATE = 3 * HOUR
"""For so long a door is found after the end: people leave, and devices bring what they scanned without a network."""


@dataclass(frozen=True, slots=True)
class Programme:
    """An event with those of its performances that the asker may see."""

    event: Event
    performances: tuple[Performance, ...]


class Events:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def published(self, cursor: str | None, limit: int) -> Page[Event]:
        """What everybody may see, newest first."""
        rows = await self._db.all(store.published(keyset(cursor, int, str) or store.START, limit + 1))
        return Page.of(rows, limit, lambda one: (one.created_at, one.id))

    async def of_org(self, principal: Principal, org_id: str, cursor: str | None, limit: int) -> Page[Event]:
        """All of an organization for those who arrange or sell there. Raises NotFound, Forbidden."""
        if not may_arrange(principal, org_id):
            sells(principal, org_id)
        rows = await self._db.all(store.of_org(org_id, keyset(cursor, int, str) or store.START, limit + 1))
        return Page.of(rows, limit, lambda one: (one.created_at, one.id))

    async def nights(self, event_ids: Sequence[str]) -> list[Performance]:
        """Performances of events that were found for whoever asks, the earliest first."""
        return await self._db.all(store.of_events(event_ids)) if event_ids else []

    async def at_doors(self, principal: Principal, now: int) -> list[tuple[Event, Performance]]:
        """What is still to come, the next one first, where whoever asks lets people in."""
        orgs = [one for one in sorted(principal.roles) if principal.allows(Action.CHECK_IN, one)]
        async with self._db.snapshot() as view:
            coming = [one for org_id in orgs for one in await view.all(store.coming(org_id, now - LATE, DOORS))]
            events = {one.id: one for one in await view.all(store.some([one.event_id for one in coming]))}
        return [(events[one.event_id], one) for one in sorted(coming, key=lambda one: one.starts_at)]

    async def timezone(self, org_id: str, event_id: str | None = None, perf_id: str | None = None) -> str:
        """By whose clocks days are counted: of a performance, an event, or an organization's latest event."""
        async with self._db.snapshot() as view:
            if perf_id is not None:
                found = await view.one(store.event_of(perf_id))
            elif event_id is not None:
                found = await view.one(store.event(event_id))
            else:
                found = next(iter(await view.all(store.of_org(org_id, store.START, 1))), None)
        return "UTC" if found is None or found.org_id != org_id else found.timezone

    async def show(self, principal: Principal, event_id: str) -> Programme:
        async with self._db.snapshot() as view:
            found = await view.one(store.event(event_id))
            event = seen_event(principal, found)
            performances = await view.all(store.performances(event_id))
        everything = works_there(principal, event.org_id)
        seen = (one for one in performances if everything or one.state is not PerformanceState.DRAFT)
        return Programme(event, tuple(seen))

    async def worked_on(self, principal: Principal, event_id: str) -> Programme:
        """As `show`, for those who arrange or sell there. Raises NotFound, Forbidden."""
        found = await self.show(principal, event_id)
        if not may_arrange(principal, found.event.org_id):
            sells(principal, found.event.org_id)
        return found

    async def arranged(self, principal: Principal, event_id: str) -> Programme:
        """As `show`, for those who arrange it. Raises NotFound, Forbidden."""
        found = await self.show(principal, event_id)
        arranged_event(principal, found.event)
        return found

    async def kinds(self, event_id: str) -> EventKinds:
        """Of an event that was found for whoever asks."""
        return EventKinds(await self._db.all(store.kinds(event_id)))

    async def create(
        self, principal: Principal, org_id: str, changes: EventChanges, then: Then[Event] | None = None
    ) -> Event:
        """Not published yet. Raises InvalidInput, NotFound, Forbidden, Conflict."""
        columns = replace(changes, title=changes.title or "").checked()
        arranges(principal, org_id)

        def unit(tx: Transaction) -> Event:
            made = make_event(tx, principal, org_id, columns)
            if then is not None:
                then(tx, made)
            return made

        return await self._db.write(unit)

    async def edit(self, principal: Principal, event_id: str, changes: EventChanges) -> Event:
        """The currency stays once there are performances. Raises InvalidInput, NotFound, Forbidden, Conflict."""
        columns = changes.checked()

        def unit(tx: Transaction) -> Event:
            before = arranged_event(principal, tx.one(store.event(event_id)))
            if columns.get("currency", before.currency) != before.currency and tx.all(store.performances(event_id)):
                raise Conflict(text("Prices are set in {currency} already.", currency=before.currency))
            if columns:
                store.change_event(tx, event_id, columns)
                tell_event(tx, "event.changed", before, principal, detail=", ".join(sorted(columns)))
            return tx.one(store.event(event_id)) or before

        return await self._db.write(unit)

    async def hear(self, fact: Fact) -> None:
        """A durable subscriber: what an organization that is gone had on sale is sold no more."""
        if fact.topic == "organization.deleted":
            await self._db.write(lambda tx: store.unpublish(tx, fact.subject))
