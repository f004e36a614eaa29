"""What was sold before there was a ledger is written into it, once; and what is paid is earned when it was played."""

from collections.abc import Sequence

from novacast.database import Database, Transaction
from novacast.money import Parts
from novacast.tickets.accounting import store
from novacast.tickets.admission import store as tickets
from novacast.tickets.cancelling import store as cancelling
from novacast.tickets.cancelling.models import Cancellation, as_paid
from novacast.tickets.events import store as events
from novacast.tickets.holds import store as holds
from novacast.tickets.holds.models import Claim
from novacast.tickets.models import OrderState, PerformanceState
from novacast.tickets.orders import store as orders
from novacast.tickets.orders.bookings import entry_of, parts_of, spread
from novacast.tickets.orders.models import CAPTURED, Method, Order
from novacast.tickets.ports import Books
from novacast.tickets.refunds import store as refunds
from novacast.tickets.refunds.models import Why
from novacast.tickets.refunds.owing import owe, request
from novacast.tickets.shelves import store as shelves

BATCH = 200
"""Orders that are written down in one transaction."""


class Accounting:
    def __init__(self, db: Database, books: Books) -> None:
        self._db, self._books = db, books

    async def sweep(self) -> None:
        await self.fill()
        await self.earn()

    async def fill(self) -> None:
        """Again after a crash it finds what is written down already, and goes on."""
        if await self._db.one(store.filled()):
            return
        behind = ""
        while some := await self._db.all(orders.behind(behind, BATCH)):
            await self._db.write(lambda tx, some=some: self._fill(tx, [one.id for one in some]))  # type: ignore[misc]  # a default binds the name
            behind = some[-1].id
        await self._db.write(store.end)

    async def earn(self) -> None:
        now = self._db.clock.now()
        for perf_id in await self._db.all(self._books.unearned()):
            performance = await self._db.one(events.performance(perf_id))
            if performance is None:
                continue
            # What has no hour is there from the moment it is paid, also where nobody can buy it any more.
            if not await self._db.one(shelves.shelf(perf_id)) and (
                performance.state is PerformanceState.CANCELLED or performance.ends_at > now
            ):
                continue
            await self._db.write(lambda tx, id_=perf_id: self._books.earned(tx, id_))  # type: ignore[misc]  # a default binds the name

    def _fill(self, tx: Transaction, order_ids: Sequence[str]) -> None:
        for order_id in order_ids:
            order = tx.one(orders.order(order_id))
            assert order is not None, "orders are never deleted"
            self._payments(tx, order)
            for made in tx.all(cancelling.of_order(order_id)):
                if made.back and not tx.one(self._books.known(made.id)):
                    owe(tx, self._books, order, made, _parts(tx, order, made))

    def _payments(self, tx: Transaction, order: Order) -> None:
        if order.state is OrderState.AWAITING_PAYMENT and order.method is Method.TRANSFER:
            self._books.awaited(tx, entry_of(order, order.id, order.created_at), order.total)
        buys = bool(tx.all(tickets.of_order(order.id)))
        for attempt in tx.all(orders.attempts(order.id)):
            if attempt.state not in CAPTURED or not attempt.amount:
                continue
            entry = entry_of(order, attempt.id, attempt.changed_at)
            if not tx.one(self._books.known(attempt.id)):
                if buys:
                    self._books.sold(tx, entry, attempt.provider, parts_of(tx.all(holds.of_order(order.id))))
                else:
                    self._books.surplus(tx, entry, attempt.provider, attempt.captured)
                waits = order.state is OrderState.PAID_UNFULFILLABLE
                if not buys and not waits and not tx.one(refunds.spoken_for(attempt.id)):
                    request(tx, order, attempt, attempt.captured, Why.SURPLUS)
            buys = False


def _parts(tx: Transaction, order: Order, made: Cancellation) -> Parts:
    """Of its tickets, as far as it names any."""
    named = {one.claim_id for one in tx.all(tickets.of_order(order.id)) if one.id in made.tickets}
    paid_for = {id_: (price, fee) for id_, price, fee in tx.all(cancelling.moved(order.id))}
    claims: list[Claim] = [as_paid(one, paid_for) for one in tx.all(holds.of_order(order.id))]
    chosen = parts_of(one for one in claims if one.id in named) or parts_of(claims)
    return spread(chosen, made.back)
