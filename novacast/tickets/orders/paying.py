"""Beginning to pay at somebody outside. Each step is on disk before the next: a crash repeats one, by its key."""

from collections.abc import Mapping
from dataclasses import replace

from novacast.database import Database, Transaction
from novacast.errors import Conflict, NotFound
from novacast.i18n import text
from novacast.money import Begun, Demand, PayForm, Provider
from novacast.tickets.events import store as events
from novacast.tickets.holds import store as holds
from novacast.tickets.models import AttemptState, HoldState, OrderState
from novacast.tickets.orders import store
from novacast.tickets.orders.models import OPEN_ATTEMPTS, REMOTE, Attempt, Order, Unpayable
from novacast.tickets.orders.placing import Placing
from novacast.tickets.ports import Books
from novacast.tickets.purchases import store as purchases
from novacast.tickets.purchases.joining import again, settle_all, together, waiting


class Paying:
    def __init__(self, db: Database, placing: Placing, providers: Mapping[str, Provider], books: Books) -> None:
        self._db, self._placing, self._providers, self._books = db, placing, providers, books

    async def begin(self, order_id: str, back: str) -> None:
        """Begin to pay, or go on with what was begun. `back`: address where the buyer comes back to. What is refused
        for good has failed, and the next time it is another attempt. Raises NotFound, Unpayable, Unavailable."""
        attempt, demand = await self._db.write(lambda tx: self._payable(tx, order_id, back))
        if attempt.state is not AttemptState.CREATED:
            return
        try:
            begun = await self._providers[attempt.provider].begin(demand)
        except Conflict as error:
            await self._db.write(lambda tx: settle_all(tx, self._books, attempt, attempt.refused()))
            raise Unpayable(error.message) from error
        await self._db.write(lambda tx: _told(tx, attempt, begun))

    async def form(self, attempt: Attempt) -> PayForm | None:
        """Of what is open to be paid on a page of ours. Raises Unavailable."""
        provider = self._providers.get(attempt.provider)
        if provider is None or attempt.state not in OPEN_ATTEMPTS:
            return None
        return await provider.form(attempt.demand(attempt.order_id))

    async def anew(self, order_id: str, back: str) -> None:
        """Call off what was begun, and only then begin another. Raises NotFound, Unpayable, Unavailable."""
        for attempt in await self._db.all(store.attempts(order_id)):
            provider = self._providers.get(attempt.provider)
            if provider is not None and attempt.state in OPEN_ATTEMPTS:
                outcome = await provider.close(attempt.demand(order_id))
                await self._db.write(lambda tx, one=attempt, told=outcome: settle_all(tx, self._books, one, told))  # type: ignore[misc]  # a default binds the names
        await self.begin(order_id, back)

    def _payable(self, tx: Transaction, order_id: str, back: str) -> tuple[Attempt, Demand]:
        """The attempt that is open, or another one, and how it is asked for. Raises NotFound, Unpayable."""
        order = tx.one(store.order(order_id))
        if order is None:
            raise NotFound(text("There is no such order."))
        hold = tx.one(holds.hold(order.hold_id))
        waits = order.state is OrderState.AWAITING_PAYMENT and hold is not None and hold.state is HoldState.PAYING
        if REMOTE.get(order.method) not in self._providers or not waits:
            raise Unpayable(text("There is nothing to be paid here."))
        open_ = [one for one in tx.all(store.attempts(order_id)) if one.state in OPEN_ATTEMPTS]
        attempt = open_[-1] if open_ else self._another(tx, order)
        demand = replace(attempt.demand(_what(tx, order)), back=back, until=order.due_at)
        return attempt, replace(demand, again=any(one.id != attempt.id for one in tx.all(store.attempts(order_id))))

    def _another(self, tx: Transaction, order: Order) -> Attempt:
        """What is bought together is tried again together."""
        purchase_id = tx.one(purchases.of_order(order.id))
        if purchase_id is None:
            return self._placing.attempt(tx, order, order.method)
        parts = [self._placing.attempt(tx, one, one.method) for one in waiting(tx, order)]
        again(tx, purchase_id, parts)
        return parts[0]


def _told(tx: Transaction, attempt: Attempt, begun: Begun) -> None:
    columns = {"state": AttemptState.SUBMITTED, "reference": begun.reference, "url": begun.url}
    for one in together(tx, attempt):
        now = tx.one(store.attempt(one.id))
        if now is not None and now.state is AttemptState.CREATED:
            store.change_attempt(tx, one.id, columns)


def _what(tx: Transaction, order: Order) -> str:
    """For people: on the page where it is paid, and on statements."""
    performance = tx.one(events.performance(order.perf_id))
    event = None if performance is None else tx.one(events.event(performance.event_id))
    return order.code if event is None else f"{event.title} · {order.code}"
