"""Money that came after the seats were given back: the same seats again, else the best that are free of the same kind
and category, else the money goes back by itself, and the buyer is told which."""

import logging
from collections.abc import Callable, Sequence

from novacast import outbox
from novacast.database import Database, Transaction
from novacast.errors import Conflict, InvalidInput, NotFound
from novacast.tickets import store as log_book
from novacast.tickets.admission.issuing import issue
from novacast.tickets.cancelling import store as cancelling
from novacast.tickets.editing.trading import trade
from novacast.tickets.events import store as events
from novacast.tickets.holds import store as holds
from novacast.tickets.holds.models import Claim, Wish
from novacast.tickets.holds.taking import Taking, told
from novacast.tickets.models import ClaimState, HoldState, OrderState
from novacast.tickets.orders import store as orders
from novacast.tickets.orders.bookings import entry_of, parts_of
from novacast.tickets.orders.models import CAPTURED, Order
from novacast.tickets.ports import Books
from novacast.tickets.refunds import store
from novacast.tickets.refunds.models import Why
from novacast.tickets.refunds.owing import request
from novacast.tickets.seatmaps import store as seats

log = logging.getLogger(__name__)

BATCH = 20


class Late:
    def __init__(self, db: Database, taking: Taking, books: Books) -> None:
        self._db, self._taking, self._books = db, taking, books
        self.stands: Callable[[Transaction, Order, Sequence[Claim]], bool] = lambda tx, order, before: True
        """Whether what an order wanted is still offered as it was; without an hour, there is nothing else like it."""

    async def sweep(self) -> int:
        """How many were decided; none while the box office is shut, for that is no reason to give money back."""
        if self._taking.shut:
            return 0
        found = await self._db.all(orders.unfulfillable(BATCH))
        for order in found:
            if not await self._seated(order.id, same=True) and not await self._seated(order.id, same=False):
                await self._db.write(lambda tx, id_=order.id: self._give_back(tx, id_))  # type: ignore[misc]  # a default binds the name
        return len(found)

    async def _seated(self, order_id: str, *, same: bool) -> bool:
        """A refusal undoes all that was taken until then."""
        try:
            return await self._db.write(lambda tx: self._seat(tx, order_id, same=same))
        except (Conflict, InvalidInput, NotFound):
            return False

    def _seat(self, tx: Transaction, order_id: str, *, same: bool) -> bool:
        """Raises Conflict, InvalidInput, NotFound where it can't be had."""
        order = _open(tx, order_id)
        if order is None:
            return True
        performance = tx.one(events.performance(order.perf_id))
        if performance is None or performance.ends_at <= tx.now:
            return False
        before = [one for one in tx.all(holds.of_order(order_id)) if one.state is ClaimState.RELEASED]
        if not self.stands(tx, order, before):
            return False
        wishes = _same(before) if same else self._like(tx, order, before)
        basket = self._taking.take(tx, order.perf_id, wishes, person_id=None, public=False, free=True)
        hold = basket.hold
        holds.share(tx, hold.id, before[0].buyer)
        holds.move(tx, hold.id, HoldState.PAYING)
        holds.to_pay(tx, hold.id, order_id, hold.expires_at)
        orders.move(tx, order_id, OrderState.PAID)
        holds.sell(tx, order_id)
        holds.move(tx, hold.id, HoldState.CONVERTED)
        new = [one.claim for one in basket.lines]
        for one, old in _pairs(new, before):
            cancelling.add_move(tx, one, old, old)
        issue(tx, order, new)
        self._book(tx, order, before)
        trade(tx, self._books, order)
        told(tx, hold, new, ClaimState.SOLD)
        detail = "the same seats" if same else "other seats"
        log_book.log(tx, "order.reclaimed", order.org_id, order.id, order_id=order.id, detail=detail)
        log_book.log(tx, "order.paid", order.org_id, order.id, order_id=order.id, detail=order.method)
        audience = outbox.org(order.org_id)
        outbox.emit(tx, "order.paid", order.id, audience, code=order.code, total=order.total, currency=order.currency)
        return True

    def _like(self, tx: Transaction, order: Order, before: Sequence[Claim]) -> list[Wish]:
        named = {one.seat_id for one in before if one.seat_id is not None}
        places = {one.seat_id: one.category for one in tx.all(seats.some(order.perf_id, named))} if named else {}
        counts: dict[tuple[str, str | None], int] = {}
        for one in before:
            kind = one.item_id, None if one.seat_id is None else places.get(one.seat_id)
            counts[kind] = counts.get(kind, 0) + 1
        return [Wish(item_id, count, category=category) for (item_id, category), count in counts.items()]

    def _book(self, tx: Transaction, order: Order, before: Sequence[Claim]) -> None:
        """What came first buys it; whatever came beside that goes back."""
        came = [one for one in tx.all(orders.attempts(order.id)) if one.state in CAPTURED]
        self._books.fulfilled(tx, entry_of(order, came[0].id, tx.now), parts_of(before))
        for attempt in came[1:]:
            request(tx, order, attempt, attempt.captured, Why.SURPLUS)

    def _give_back(self, tx: Transaction, order_id: str) -> None:
        order = _open(tx, order_id)
        if order is None:
            return
        came = [one for one in tx.all(orders.attempts(order_id)) if one.state in CAPTURED and one.captured]
        for attempt in came:
            request(tx, order, attempt, attempt.captured, Why.LATE)
        if not came:  # it cost nothing, and what it was bought with came late
            orders.move(tx, order_id, OrderState.REFUNDED)
        log.warning("order %s: paid too late, and nothing like it is left: the money goes back", order.code)
        log_book.log(tx, "order.returned", order.org_id, order.id, order_id=order.id)
        outbox.emit(tx, "order.returned", order.id, outbox.org(order.org_id), code=order.code)


def _open(tx: Transaction, order_id: str) -> Order | None:
    order = tx.one(orders.order(order_id))
    undecided = order is not None and order.state is OrderState.PAID_UNFULFILLABLE
    return order if undecided and not tx.all(store.of_order(order_id)) else None


def _same(before: Sequence[Claim]) -> list[Wish]:
    items = dict.fromkeys(one.item_id for one in before)
    wishes = []
    for item_id in items:
        own = [one for one in before if one.item_id == item_id]
        named = tuple(one.seat_id for one in own if one.seat_id is not None)
        wishes.append(Wish(item_id, seats=named) if named else Wish(item_id, len(own)))
    return wishes


def _pairs(new: Sequence[Claim], before: Sequence[Claim]) -> list[tuple[Claim, Claim]]:
    """Each with the one whose place it takes: the same seat where that is had again, else one of its kind."""
    left = list(before)
    found = []
    for one in sorted(new, key=lambda one: not any(old.seat_id == one.seat_id for old in before)):
        alike = [old for old in left if old.item_id == one.item_id]
        old = next((old for old in alike if old.seat_id == one.seat_id), alike[0])
        left.remove(old)
        found.append((one, old))
    return found
