"""What becomes free is offered to those who wait, in the transaction that finds it free: whoever buys comes after
them, so that no sweep is needed for fairness, and one only makes it quick.

They are served in their order. Whoever wants more than there is, and not fewer, keeps their place and is passed over;
what nobody in the line can use is sold to all.
"""

import logging

from novacast import outbox
from novacast.clock import MINUTE
from novacast.database import IntegrityError, Transaction
from novacast.errors import NovaCastError
from novacast.identity import new_id
from novacast.settings import Tickets
from novacast.tickets.events.models import Item, Performance
from novacast.tickets.events.store import event_of
from novacast.tickets.holds import store as holds
from novacast.tickets.holds.models import Hold, Wish
from novacast.tickets.holds.taking import Taking
from novacast.tickets.models import HoldState, PerformanceState, WaitingState
from novacast.tickets.waiting import store
from novacast.tickets.waiting.models import Waiter, fitting

log = logging.getLogger(__name__)

LOOKED_AT = 500
"""Of the line at once; who stands behind is looked at when those before are served."""
AT_ONCE = 50
"""Offers of one transaction."""


class Offering:
    def __init__(self, settings: Tickets, taking: Taking) -> None:
        self._settings, self._taking = settings, taking

    def serve(self, tx: Transaction, performance: Performance, now: int) -> None:
        """Called where what is overdue is free already."""
        if not tx.one(store.anybody(performance.id)):
            return
        for waiter, hold in tx.all(store.offered(performance.id)):
            store.move(tx, waiter.id, WaitingState.TAKEN if hold is HoldState.CONVERTED else WaitingState.LAPSED)
        if _over(performance, now):
            for waiter in tx.all(store.line(performance.id, LOOKED_AT)):
                store.move(tx, waiter.id, WaitingState.LAPSED)
        elif performance.sells(now) and not self._taking.shut:
            self._serve(tx, performance, now)

    def room(self, tx: Transaction, item: Item) -> int:
        """Units of an item that anybody could take."""
        counted = tx.one(store.room(item.id))
        if not item.seated:
            return max(0, counted or 0)
        free = tx.one(store.seats_free(item.perf_id)) or 0
        return max(0, free if counted is None else min(free, counted))

    def _serve(self, tx: Transaction, performance: Performance, now: int) -> None:
        items = self._taking.items(tx, performance)
        room: dict[str, int] = {}
        offers = 0
        for waiter in tx.all(store.line(performance.id, LOOKED_AT)):
            item = items[waiter.item_id]
            if not item.sells(now) or item.hidden or room.get(item.id) == 0:
                continue
            room[item.id] = self.room(tx, item)
            count = self._fitting(tx, waiter, item, performance, room[item.id]) if room[item.id] else 0
            if count and self._offer(tx, performance, item, waiter, count, now):
                room.clear()  # quotas count several items
                offers += 1
            if offers == AT_ONCE:
                return

    def _fitting(self, tx: Transaction, waiter: Waiter, item: Item, performance: Performance, room: int) -> int:
        owned: dict[str, int] = {}
        for item_id, _, n in tx.all(holds.owned(performance.id, waiter.buyer)):
            owned[item_id] = owned.get(item_id, 0) + n
        return fitting(waiter, item, performance, room, owned)

    def _offer(
        self, tx: Transaction, performance: Performance, item: Item, waiter: Waiter, count: int, now: int
    ) -> bool:
        """Undone alone where something is in the way: a line that can't be served must not keep others from buying."""
        ends = [now + self._settings.offer_minutes * MINUTE, performance.sale_until or performance.ends_at]
        until = min(ends if item.sale_until is None else [*ends, item.sale_until])
        hold = Hold(
            id=new_id(),
            perf_id=performance.id,
            org_id=performance.org_id,
            person_id=waiter.person_id,
            buyer=waiter.buyer,
            state=HoldState.ACTIVE,
            expires_at=until,
            limit_at=until,
            created_at=tx.now,
            changed_at=tx.now,
        )
        event = tx.one(event_of(performance.id))
        assert event is not None, "a performance has an event"
        store.begin_trying(tx)
        try:
            self._taking.fill(tx, performance, hold, [Wish(item.id, count)], event.currency, public=False)
            store.offer(tx, waiter.id, hold.id)
        except (NovaCastError, IntegrityError) as error:
            log.error("the waiting list of performance %s can't be served: %s", performance.id, error)
            store.undo_trying(tx)
            return False
        finally:
            store.end_trying(tx)
        if waiter.person_id is not None:
            outbox.emit(tx, "waiting.offered", waiter.id, outbox.person(waiter.person_id))
        return True


def _over(performance: Performance, now: int) -> bool:
    ended = now >= (performance.ends_at if performance.sale_until is None else performance.sale_until)
    return ended or performance.state is PerformanceState.CANCELLED
