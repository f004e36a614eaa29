"""Close before you free. What somebody may be paying for is freed only once whoever moves the money has confirmed that
it is not paid and will not be; what turns out to be paid is fulfilled. Out of reach, it stays, and is asked again.
"""

import logging
from collections.abc import Collection, Mapping, Sequence

from novacast import outbox
from novacast.clock import HOUR, MINUTE
from novacast.database import Database, Transaction
from novacast.errors import Conflict, NotFound, Unavailable
from novacast.i18n import text
from novacast.money import Outcome, Provider
from novacast.tickets import store as log_book
from novacast.tickets.expiry import Expiry
from novacast.tickets.holds import store as holds
from novacast.tickets.holds.taking import give_back
from novacast.tickets.models import AttemptState, HoldState, OrderState
from novacast.tickets.orders import store
from novacast.tickets.orders.bookings import entry_of
from novacast.tickets.orders.models import OPEN_ATTEMPTS, Attempt, Method, Order
from novacast.tickets.ports import Books
from novacast.tickets.purchases.joining import attempt_known, settle_all, waiting

log = logging.getLogger(__name__)

BATCH = 50
LISTED, ASKED = 5000, 500
"""Attempts that are looked at in one sweep, and of which is asked."""
ASKED_AFTER = MINUTE
"""An attempt this old is asked about: whoever was to tell us did not."""
RARER = 4
"""What has not changed is asked about again after this part of its age: banks may take days."""
RAREST = HOUR


class Closing:
    def __init__(self, db: Database, expiry: Expiry, providers: Mapping[str, Provider], books: Books) -> None:
        self._db, self._expiry, self._providers, self._books = db, expiry, providers, books
        self._asked: dict[str, int] = {}

    async def sweep(self) -> int:
        """Ask about payments that nobody told of, and close orders whose time is over; how many were closed."""
        await self._ask()
        await self._db.write(self._mark_some)
        closed = 0
        listed = await self._db.all(store.closing(LISTED))
        due = [one for one in listed if not self._rests(one.id, one.due_at or one.created_at)]
        for order in due[:BATCH]:
            try:
                freed = await self._finish(order)
            except Unavailable as error:
                log.error("order %s can't be closed, and keeps what it has: %s", order.code, error)
                continue
            closed += freed
            self._note(order.id, over=freed)
        return closed

    def _rests(self, subject: str, since: int) -> bool:
        """Whether it was asked about so lately that it is not yet to be asked again."""
        now = self._db.clock.now()
        return now - self._asked.get(subject, 0) < min((now - since) // RARER, RAREST)

    def _note(self, subject: str, *, over: bool) -> None:
        if over:
            self._asked.pop(subject, None)
        else:
            self._asked[subject] = self._db.clock.now()

    def _forget(self, known: Collection[str]) -> None:
        """What is no longer open need not be remembered."""
        self._asked = {subject: at for subject, at in self._asked.items() if subject in known}

    async def close(self, order_id: str) -> None:
        """One order that is not paid yet, with all that is paid by the same payment. Raises NotFound, Conflict;
        Unavailable, and then it is left to the sweep."""

        def mark(tx: Transaction) -> Sequence[Order]:
            order = tx.one(store.order(order_id))
            if order is None:
                raise NotFound(text("There is no such order."))
            if order.state is OrderState.EXPIRED:
                return ()
            if order.state is not OrderState.AWAITING_PAYMENT:
                raise Conflict(text("Only what is not paid yet can be called off."))
            _mark(tx, order)
            return waiting(tx, order)

        for one in await self._db.write(mark):
            await self._finish(one)

    def _mark_some(self, tx: Transaction) -> int:
        overdue = tx.all(store.overdue(self._expiry.instant(tx), BATCH))
        for order in overdue:
            _mark(tx, order)
        return len(overdue)

    async def _finish(self, order: Order) -> bool:
        """Call off every attempt, then free; unless one of them is paid. Whether it is freed."""
        outcomes: dict[str, Outcome] = {}
        for attempt in await self._db.all(store.attempts(order.id)):
            if attempt.state in OPEN_ATTEMPTS and (provider := self._providers.get(attempt.provider)) is not None:
                outcomes[attempt.id] = await provider.close(attempt.demand(order.id))
        return await self._db.write(lambda tx: self._free(tx, order.id, outcomes))

    def _free(self, tx: Transaction, order_id: str, outcomes: Mapping[str, Outcome]) -> bool:
        for attempt_id, outcome in outcomes.items():
            if outcome.state == "paid":
                settle_all(tx, self._books, attempt_known(tx, attempt_id), outcome)
        order = tx.one(store.order(order_id))
        if order is None or order.state is not OrderState.AWAITING_PAYMENT:
            return False
        attempts = [one for one in tx.all(store.attempts(order_id)) if one.state in OPEN_ATTEMPTS]
        if not all(self._over(one, outcomes) for one in attempts):
            return False
        for attempt in attempts:
            store.change_attempt(tx, attempt.id, {"state": AttemptState.CANCELLED})
        hold = tx.one(holds.hold(order.hold_id))
        assert hold is not None, "an order has a hold"
        store.move(tx, order_id, OrderState.EXPIRED)
        if order.method is Method.TRANSFER:
            self._books.unawaited(tx, entry_of(order, order.id, tx.now), order.total)
        give_back(tx, hold, HoldState.RELEASED)
        log_book.log(tx, "order.expired", order.org_id, order_id, order_id=order_id)
        outbox.emit(tx, "order.expired", order_id, outbox.org(order.org_id), code=order.code)
        return True

    def _over(self, attempt: Attempt, outcomes: Mapping[str, Outcome]) -> bool:
        """Whether nothing will be paid on it any more. Without a provider the house itself says what is paid."""
        if attempt.provider not in self._providers:
            return True
        return attempt.id in outcomes and outcomes[attempt.id].state == "unpaid"

    async def ask(self) -> None:
        """About every payment that is open here, however lately it was asked about. Raises Unavailable."""
        for attempt in await self._db.all(store.unfinished(self._providers, self._db.clock.now(), LISTED)):
            outcome = await self._providers[attempt.provider].retrieve(attempt.demand(attempt.order_id))
            if outcome.state != "open":
                await self._settle(attempt.id, outcome)

    async def _ask(self) -> None:
        before = self._db.clock.now() - ASKED_AFTER
        listed = await self._db.all(store.unfinished(self._providers, before, LISTED))
        self._forget({one.id for one in listed} | {one.order_id for one in listed})
        due = [one for one in listed if not self._rests(one.id, one.created_at)]
        for attempt in due[:ASKED]:
            try:
                outcome = await self._providers[attempt.provider].retrieve(attempt.demand(attempt.order_id))
            except Unavailable as error:
                log.warning("%s can't be asked about a payment: %s", attempt.provider, error)
                continue
            self._note(attempt.id, over=outcome.state in ("paid", "unpaid"))
            if outcome.state != "open":
                await self._settle(attempt.id, outcome)

    async def _settle(self, attempt_id: str, outcome: Outcome) -> None:
        await self._db.write(lambda tx: settle_all(tx, self._books, attempt_known(tx, attempt_id), outcome))


def _mark(tx: Transaction, order: Order) -> None:
    """From here on nobody may begin to pay it, nor what is paid with it."""
    for one in waiting(tx, order):
        hold = tx.one(holds.hold(one.hold_id))
        if hold is not None and hold.state is HoldState.PAYING:
            holds.move(tx, hold.id, HoldState.CLOSING)
