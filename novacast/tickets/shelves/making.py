"""A shelf comes to be, and is kept up: steps inside a transaction."""

import secrets

from novacast.clock import DAY
from novacast.database import Transaction
from novacast.identity import Principal, new_id
from novacast.tickets.events import store as events
from novacast.tickets.events.making import tell, tell_event
from novacast.tickets.events.models import Event, Item, NewItem, Performance, Quota
from novacast.tickets.models import PerformanceState
from novacast.tickets.shelves import store
from novacast.tickets.shelves.models import CAPACITY, SHARE, Shelf, ShelfKind
from novacast.tickets.words import NEVER


def furnish(
    tx: Transaction, principal: Principal, kind: ShelfKind, org_id: str, media_id: str, title: str, currency: str
) -> Shelf:
    """The shelf of a thing in this currency, under the title that it has now. Its event is never published: nothing of
    it is to be had but by whoever knows what it stands for."""
    found = tx.one(store.current(kind, media_id))
    if found is not None and found.currency == currency:
        event = tx.one(events.event(found.event_id))
        if event is not None and event.title != title:
            events.change_event(tx, event.id, {"title": title})
        return found
    zone = tx.one(store.zone(org_id)) or "UTC"
    event = Event(new_id(), org_id, title, "", "", zone, currency, False, tx.now, tx.now)
    events.add_event(tx, event)
    tell_event(tx, "event.created", event, principal)
    performance = _endless(event, media_id, tx.now)
    events.add_performance(tx, performance)
    events.change_performance(tx, performance.id, {"state": PerformanceState.ON_SALE})
    tell(tx, "performance.created", performance, principal)
    made = Shelf(performance.id, event.id, kind, media_id, currency, True)
    store.add(tx, made)
    return made


def lay_out(tx: Transaction, principal: Principal, shelf: Shelf, new: NewItem) -> Item:
    """Something to be bought there, of which there is no end."""
    performance = tx.one(events.performance(shelf.perf_id))
    assert performance is not None, "a shelf has a performance"
    number = tx.one(events.next_item_number(shelf.perf_id)) or 1
    values = {name: getattr(new, name) for name in NewItem.__dataclass_fields__}
    made = Item(id=new_id(), number=number, perf_id=shelf.perf_id, on_sale=True, created_at=tx.now, **values)
    events.add_item(tx, made)
    quota = Quota(new_id(), shelf.perf_id, new.name, CAPACITY, 0)
    events.add_quota(tx, quota)
    events.count_in(tx, quota.id, shelf.perf_id, [made.id])
    events.change_performance(tx, shelf.perf_id, {})
    tell(tx, "item.created", performance, principal, detail=f"{made.id} {made.name}")
    return made


def _endless(event: Event, media_id: str, now: int) -> Performance:
    return Performance(
        id=new_id(),
        number=secrets.randbelow(2**48 - 1) + 1,
        event_id=event.id,
        org_id=event.org_id,
        starts_at=NEVER,
        ends_at=NEVER + DAY,
        sale_from=None,
        sale_until=None,
        most_per_person=SHARE,
        programme_id=media_id,
        map_id=None,
        map_version=0,
        version=0,
        state=PerformanceState.DRAFT,
        created_at=now,
        changed_at=now,
    )
