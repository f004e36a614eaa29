"""What is paid for nothing goes back by itself, and its buyer is told: a video that was deleted meanwhile, or that they
had already. Of a video that is deleted rentals go back too that have not run out; what was bought to keep is for the
house to decide."""

import logging
from collections.abc import Sequence

from novacast import outbox
from novacast.database import Database, Transaction
from novacast.identity import SYSTEM
from novacast.outbox import Event as Fact
from novacast.tickets import store as log_book
from novacast.tickets.events import store as events
from novacast.tickets.holds.models import Claim
from novacast.tickets.models import OrderState, PerformanceState
from novacast.tickets.orders import store as orders
from novacast.tickets.orders.models import Order
from novacast.tickets.orders.undoing import undo
from novacast.tickets.ports import Books
from novacast.tickets.post.store import bring_forward
from novacast.tickets.rentals import store
from novacast.tickets.rentals.models import OfferKind, Right
from novacast.tickets.shelves import store as shelves
from novacast.tickets.shelves.models import ShelfKind

log = logging.getLogger(__name__)

GONE = "the video was deleted"
TWICE = "it was theirs already"


class Withdrawing:
    """A durable subscriber of the outbox."""

    def __init__(self, db: Database, books: Books) -> None:
        self._db, self._books = db, books

    async def hear(self, fact: Fact) -> None:
        if fact.topic == "video.deleted":
            await self._withdraw(fact.subject, fact.seq)
        elif fact.topic == "order.paid":
            await self._db.write(lambda tx: self._paid(tx, fact.subject, fact.seq))

    async def _withdraw(self, media_id: str, seq: int) -> None:
        """Again after a crash, or where it is heard twice, it goes on."""
        found = await self._db.all(shelves.of_media(ShelfKind.VIDEO, media_id))
        for shelf in found:
            await self._db.write(lambda tx, id_=shelf.perf_id: _shut(tx, id_, seq))  # type: ignore[misc]  # a default binds the name
        running = await self._db.all(store.holders(media_id)) if found else []
        for _person_id, right in running:
            if right.kind is OfferKind.RENT:
                await self._db.write(lambda tx, one=right: self._give_back(tx, one))  # type: ignore[misc]  # a default binds the name

    def _give_back(self, tx: Transaction, right: Right) -> None:
        if right.opens(tx.now) and (order := tx.one(orders.order(right.order_id))) is not None:
            self._undo(tx, order, GONE)

    def _paid(self, tx: Transaction, order_id: str, seq: int) -> None:
        """Of what is gone, or theirs by another order, that came first."""
        order = tx.one(orders.order(order_id))
        shelf = None if order is None else tx.one(shelves.shelf(order.perf_id))
        if order is None or shelf is None or shelf.kind is not ShelfKind.VIDEO:
            return
        if shelf.gone is not None and shelf.gone < seq:
            self._undo(tx, order, GONE)
        elif _twice(tx, order, shelf.media_id):
            self._undo(tx, order, TWICE)

    def _undo(self, tx: Transaction, order: Order, why: str) -> None:
        if order.state in (OrderState.PAID, OrderState.PARTIALLY_REFUNDED):
            log.warning("order %s: %s: the money goes back", order.code, why)
            undo(tx, self._books, order, SYSTEM, why)


def _twice(tx: Transaction, order: Order, media_id: str) -> bool:
    """Two orders of the same may be paid at once, in two windows; the first counts."""
    rights = [] if order.person_id is None else tx.all(store.rights(order.person_id, media_id))
    mine = next((one for one in rights if one.order_id == order.id), None)
    if mine is None:
        return False
    before = (mine.bought_at, mine.order_id)
    return any(one.opens(tx.now) and one.kind is mine.kind and (one.bought_at, one.order_id) < before for one in rights)


def _shut(tx: Transaction, perf_id: str, seq: int) -> None:
    shelves.end(tx, perf_id, seq)
    performance = tx.one(events.performance(perf_id))
    if performance is None or performance.state is PerformanceState.CANCELLED:
        return
    for item in tx.all(events.items(perf_id)):
        events.change_item(tx, item.id, {"on_sale": 0})
    events.change_performance(tx, perf_id, {"state": PerformanceState.CANCELLED})
    bring_forward(tx, perf_id, tx.now)
    kept = sum(1 for _ in tx.all(store.paid_of(perf_id, "", 10_000)))
    log_book.log(tx, "video.withdrawn", performance.org_id, perf_id, detail=f"{kept} orders were paid")
    outbox.emit(tx, "video.withdrawn", performance.programme_id or "", outbox.org(performance.org_id), orders=kept)


def stands(tx: Transaction, order: Order, before: Sequence[Claim]) -> bool:
    """Whether what a late payment was for is still offered, for what it cost then, and not theirs by now. What has an
    hour is not asked about; a tip that comes late is none."""
    shelf = tx.one(shelves.shelf(order.perf_id))
    if shelf is None or shelf.kind is not ShelfKind.VIDEO:
        return shelf is None
    items = {one.id: one for one in tx.all(events.items(order.perf_id))}
    rights = [] if order.person_id is None else tx.all(store.rights(order.person_id, shelf.media_id))
    if any(one.opens(tx.now) for one in rights):
        return False
    return all(items[one.item_id].on_sale and items[one.item_id].price == one.cost for one in before)
