"""Whole evenings, made or copied in one transaction: all of it is there, or nothing."""

from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from novacast.clock import moment
from novacast.database import Database, Then, Transaction
from novacast.identity import Principal
from novacast.tickets.arranging.models import Evening, Kind
from novacast.tickets.events import store
from novacast.tickets.events.making import (
    check_room,
    make_event,
    make_item,
    make_performance,
    make_quota,
    open_sale,
    tell,
    tell_event,
)
from novacast.tickets.events.models import Event, EventChanges, Item, Performance, check_hours
from novacast.tickets.events.permission import arranged, arranged_event, arranges
from novacast.tickets.recurrences.copying import copy, pattern
from novacast.tickets.recurrences.rules import there


class Arranging:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def create(
        self, principal: Principal, org_id: str, about: EventChanges, evening: Evening, *, on_sale: bool
    ) -> tuple[Event, Performance]:
        """An event with its first performance. `on_sale`: published, and everybody may buy at once.

        Raises InvalidInput, NotFound, Forbidden, Conflict.
        """
        columns = dict(replace(about, title=about.title or "", published=on_sale).checked())
        checked = _checked(evening)
        arranges(principal, org_id)

        def unit(tx: Transaction) -> tuple[Event, Performance]:
            event = make_event(tx, principal, org_id, columns)
            return event, _made(tx, principal, event, checked, on_sale=on_sale)

        return await self._db.write(unit)

    async def add(self, principal: Principal, event_id: str, evening: Evening, *, on_sale: bool) -> Performance:
        """Another performance of an event. Raises InvalidInput, NotFound, Forbidden, Conflict."""
        checked = _checked(evening)

        def unit(tx: Transaction) -> Performance:
            event = arranged_event(principal, tx.one(store.event(event_id)))
            return _made(tx, principal, event, checked, on_sale=on_sale)

        return await self._db.write(unit)

    async def add_kind(self, principal: Principal, perf_id: str, kind: Kind, quota_ids: Sequence[str]) -> Item:
        """Another kind of ticket, with a quota of its own if it says how many places there are.

        Raises InvalidInput, NotFound, Forbidden, Conflict.
        """
        good = kind.item.checked()

        def unit(tx: Transaction) -> Item:
            performance = arranged(principal, tx.one(store.performance(perf_id)))
            made = make_item(tx, principal, performance, good, quota_ids)
            if kind.places is not None:
                make_quota(tx, principal, performance, made.name, kind.places, [made.id])
            return made

        return await self._db.write(unit)

    async def publish(self, principal: Principal, event_id: str, *, published: bool) -> Event:
        """Show an event to everybody, or to nobody; its drafts stay drafts. Raises NotFound, Forbidden."""

        def unit(tx: Transaction) -> Event:
            event = arranged_event(principal, tx.one(store.event(event_id)))
            if event.published is not published:
                store.change_event(tx, event_id, {"published": published})
                tell_event(tx, "event.changed", event, principal, detail="published")
            return tx.one(store.event(event_id)) or event

        return await self._db.write(unit)

    async def copy(
        self, principal: Principal, perf_id: str, starts_at: int, then: Then[Performance] | None = None
    ) -> Performance:
        """The same at another hour, as a draft: hall, kinds, prices and quotas, with what ends moved on by the clocks
        of the place. Not its programme: that is broadcast once. Raises InvalidInput, NotFound, Forbidden, Conflict.
        """

        def unit(tx: Transaction) -> Performance:
            old = arranged(principal, tx.one(store.performance(perf_id)))
            event = arranged_event(principal, tx.one(store.event(old.event_id)))
            check_room(tx, event.id)
            check_hours(starts_at, starts_at + old.ends_at - old.starts_at, tx.now)
            zone = ZoneInfo(event.timezone)
            night = there(moment(starts_at).astimezone(zone).replace(tzinfo=None), zone)
            made = copy(tx, pattern(tx, old, event.timezone), night)
            tell(tx, "performance.created", made, principal, detail=old.id)
            if then is not None:
                then(tx, made)
            return made

        return await self._db.write(unit)


def _checked(evening: Evening) -> Evening:
    return replace(evening, kinds=[replace(one, item=one.item.checked()) for one in evening.kinds])


def _made(tx: Transaction, principal: Principal, event: Event, evening: Evening, *, on_sale: bool) -> Performance:
    made = make_performance(tx, principal, event, evening.hours.columns(), evening.map_id)
    for kind in evening.kinds:
        item = make_item(tx, principal, made, kind.item, [])
        if kind.places is not None:
            make_quota(tx, principal, made, item.name, kind.places, [item.id])
    if on_sale:
        open_sale(tx, principal, made)
    return tx.one(store.performance(made.id)) or made
