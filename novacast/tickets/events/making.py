"""Events, performances and what is sold of them come to be: steps inside a transaction, alone or several together."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from novacast import outbox
from novacast.database import IntegrityError, Transaction
from novacast.errors import Conflict, InvalidInput
from novacast.i18n import text
from novacast.identity import Principal, new_id
from novacast.tickets import store as books
from novacast.tickets.events import store
from novacast.tickets.events.models import (
    MOST_EVENTS,
    MOST_ITEMS,
    MOST_PERFORMANCES,
    MOST_QUOTAS,
    Event,
    Item,
    NewItem,
    Performance,
    Quota,
    check_hours,
    check_no_others,
)
from novacast.tickets.models import PerformanceState
from novacast.tickets.seatmaps import store as seats
from novacast.tickets.seatmaps.service import furnish

MOST_PER_PERSON = 20


def make_event(tx: Transaction, principal: Principal, org_id: str, columns: Mapping[str, Any]) -> Event:
    """`columns`: of checked changes. Raises Conflict."""
    if (tx.one(store.events_count(org_id)) or 0) >= MOST_EVENTS:
        raise Conflict(text("The organization has {most} events, which is the most.", most=MOST_EVENTS))
    made = replace(Event(new_id(), org_id, "", "", "", "UTC", "EUR", False, tx.now, tx.now), **columns)
    store.add_event(tx, made)
    tell_event(tx, "event.created", made, principal)
    return made


def make_performance(
    tx: Transaction, principal: Principal, event: Event, columns: Mapping[str, Any], map_id: str | None = None
) -> Performance:
    """A draft, with the seats of a map if there is one. Raises InvalidInput, NotFound, Conflict."""
    check_room(tx, event.id)
    made = replace(_plain(event, tx.now), **columns)
    check_hours(made.starts_at, made.ends_at, tx.now)
    store.add_performance(tx, made)
    if map_id is not None:
        seat_map = tx.one(seats.by_id(map_id))
        if seat_map is None:
            raise InvalidInput.field("map", text("There is no such seat map."), "unknown")
        furnish(tx, made, seat_map)
    tell(tx, "performance.created", made, principal)
    return tx.one(store.performance(made.id)) or made


def check_room(tx: Transaction, event_id: str) -> None:
    """Raises Conflict where an event has as many performances as it may."""
    if len(tx.all(store.performances(event_id))) >= MOST_PERFORMANCES:
        raise Conflict(text("The event has {most} performances, which is the most.", most=MOST_PERFORMANCES))


def make_item(
    tx: Transaction, principal: Principal, performance: Performance, good: NewItem, quota_ids: Sequence[str]
) -> Item:
    """`good`: as `NewItem.checked` gave it. Raises InvalidInput, Conflict."""
    number = tx.one(store.next_item_number(performance.id)) or 1
    if number > MOST_ITEMS:
        raise Conflict(text("The performance has {most} kinds of tickets, which is the most.", most=MOST_ITEMS))
    values = {name: getattr(good, name) for name in NewItem.__dataclass_fields__}
    made = Item(id=new_id(), number=number, perf_id=performance.id, on_sale=True, created_at=tx.now, **values)
    store.add_item(tx, made)
    known = {one.id: one for one in tx.all(store.quotas(performance.id))}
    for quota_id in dict.fromkeys(quota_ids):
        if quota_id not in known:
            raise InvalidInput.field("quotas", text("This performance has no such quota."), "unknown")
        store.count_in(tx, quota_id, performance.id, [*known[quota_id].items, made.id])
    store.change_performance(tx, performance.id, {})
    tell(tx, "item.created", performance, principal, detail=f"{made.id} {made.name}")
    return made


def make_quota(
    tx: Transaction,
    principal: Principal,
    performance: Performance,
    title: str,
    capacity: int,
    item_ids: Sequence[str],
) -> Quota:
    """`title`: checked. Raises InvalidInput, Conflict."""
    if len(tx.all(store.quotas(performance.id))) >= MOST_QUOTAS:
        raise Conflict(text("The performance has {most} quotas, which is the most.", most=MOST_QUOTAS))
    made = Quota(new_id(), performance.id, title, capacity, 0)
    store.add_quota(tx, made)
    try:
        count_in(tx, performance.id, made.id, item_ids)
    except IntegrityError as error:
        raise Conflict(text("More of these are held or sold already.")) from error
    tell(tx, "quota.created", performance, principal, detail=f"{made.id} {capacity}")
    return tx.one(store.quota(made.id)) or made


def count_in(tx: Transaction, perf_id: str, quota_id: str, item_ids: Sequence[str]) -> None:
    check_no_others(item_ids, (one.id for one in tx.all(store.items(perf_id))), "items")
    store.count_in(tx, quota_id, perf_id, item_ids)


def open_sale(tx: Transaction, principal: Principal, performance: Performance) -> None:
    """Put a draft, or what is closed, on sale. Raises Conflict where there is nothing to sell."""
    if not tx.all(store.items(performance.id)):
        raise Conflict(text("There is nothing to sell yet. Add a kind of ticket first."))
    store.change_performance(tx, performance.id, {"state": PerformanceState.ON_SALE})
    tell(tx, f"performance.{PerformanceState.ON_SALE}", performance, principal)


def tell_event(tx: Transaction, what: str, event: Event, principal: Principal, detail: str = "") -> None:
    books.log(tx, what, event.org_id, event.id, person_id=principal.person_id, detail=detail or event.title)
    outbox.emit(tx, what, event.id, outbox.org(event.org_id))


def tell(tx: Transaction, what: str, performance: Performance, principal: Principal, detail: str = "") -> None:
    books.log(tx, what, performance.org_id, performance.id, person_id=principal.person_id, detail=detail)
    outbox.emit(tx, what, performance.id, outbox.org(performance.org_id))


def _plain(event: Event, now: int) -> Performance:
    return Performance(
        id=new_id(),
        number=secrets.randbelow(2**48 - 1) + 1,
        event_id=event.id,
        org_id=event.org_id,
        starts_at=now,
        ends_at=now,
        sale_from=None,
        sale_until=None,
        most_per_person=MOST_PER_PERSON,
        programme_id=None,
        map_id=None,
        map_version=0,
        version=0,
        state=PerformanceState.DRAFT,
        created_at=now,
        changed_at=now,
    )
