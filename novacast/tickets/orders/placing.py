"""Orders come to be: of a basket, or at the box office in one go."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from novacast import outbox
from novacast.clock import DAY, MINUTE
from novacast.database import Transaction
from novacast.errors import Conflict
from novacast.i18n import text
from novacast.identity import new_id
from novacast.records import dataclass
from novacast.settings import Tickets
from novacast.tickets import store as books
from novacast.tickets.events import store as events
from novacast.tickets.events.models import Performance
from novacast.tickets.holds import store as holds
from novacast.tickets.holds.bounds import check_whose
from novacast.tickets.holds.models import Basket, NotOnSale
from novacast.tickets.members.service import Members
from novacast.tickets.models import AttemptState, HoldState, OrderState, PerformanceState
from novacast.tickets.orders import store
from novacast.tickets.orders.bookings import entry_of
from novacast.tickets.orders.models import (
    AT_ONCE,
    PAID,
    PUBLIC,
    REMOTE,
    Attempt,
    Buyer,
    Method,
    Order,
    Unpayable,
    new_code,
)
from novacast.tickets.orders.settling import settle
from novacast.tickets.ports import Books


@dataclass(frozen=True, slots=True)
class Among:
    """Of orders that are bought together."""

    total: int
    """Of them all."""
    due: int


class Placing:
    def __init__(
        self, settings: Tickets, instance: str, books: Books, members: Members, *, outside: Collection[str] = ()
    ) -> None:
        """`instance`: of this installation, so that nobody else's payments count here. `outside`: who is there to be
        asked for payments."""
        self._settings, self._instance, self._books, self._outside = settings, instance, books, outside
        self._members = members

    def methods(self, total: int, *, account: bool) -> Sequence[Method]:
        """How the public is offered to pay so much. Without an `account` a transfer is the last resort: nobody could
        say where to."""
        if not total:
            return (Method.FREE,)
        offered = tuple(one for one in PAID if one not in REMOTE or REMOTE[one] in self._outside)
        return offered if account else tuple(one for one in offered if one is not Method.TRANSFER) or offered

    def place(
        self,
        tx: Transaction,
        basket: Basket,
        buyer: Buyer,
        method: Method,
        *,
        person_id: str | None,
        seller: str | None,
        among: Among | None = None,
    ) -> Order:
        """An order of what is held, paid at once where that is how it is paid. `seller`: of the box office; None: the
        buyer did it. `among`: it is bought together with others. Raises Conflict, NotOnSale, Unpayable.
        """
        hold = basket.hold
        performance = tx.one(events.performance(hold.perf_id))
        assert performance is not None, "a hold has a performance"
        if performance.state is PerformanceState.CANCELLED:
            raise NotOnSale(text("This performance is not on sale at this moment."))
        total = basket.total if among is None else among.total
        self._check(total, method, test=basket.test, public=seller is None)
        if seller is None:
            _share(tx, performance, basket, buyer, person_id)
            self._members.check_still(tx, performance, person_id, (one.claim for one in basket.lines), tx.now)
        due = self.due(method, performance, tx.now) if among is None else among.due
        order = self._order(basket, buyer, method, person_id, seller, tx.now)
        store.add(tx, order)
        store.move(tx, order.id, OrderState.AWAITING_PAYMENT, due)
        holds.move(tx, hold.id, HoldState.PAYING)
        holds.to_pay(tx, hold.id, order.id, due)
        books.log(
            tx, "order.placed", order.org_id, order.id, order_id=order.id, person_id=seller or person_id, detail=method
        )
        outbox.emit(tx, "order.placed", order.id, outbox.org(order.org_id), code=order.code)
        attempt = self.attempt(tx, order, method)
        if method in AT_ONCE:
            return settle(tx, self._books, attempt.id, attempt.paid(), seller)
        if method is Method.TRANSFER:
            self._books.awaited(tx, entry_of(order, order.id, tx.now), order.total)
        return replace(order, state=OrderState.AWAITING_PAYMENT, due_at=due)

    def attempt(self, tx: Transaction, order: Order, method: Method) -> Attempt:
        """Another attempt to pay an order, with a key of its own. Nobody outside has heard of it yet."""
        made = Attempt(
            id=new_id(),
            order_id=order.id,
            provider=REMOTE.get(method, method),
            mode="test" if order.test else "live",
            instance=self._instance,
            key=new_id(),
            amount=order.total,
            currency=order.currency,
            reference=None,
            url=None,
            captured=0,
            refunded=0,
            mismatch=None,
            state=AttemptState.CREATED,
            created_at=tx.now,
            changed_at=tx.now,
        )
        store.add_attempt(tx, made)
        if method not in REMOTE:
            store.change_attempt(tx, made.id, {"state": AttemptState.SUBMITTED})
        return made

    def _check(self, total: int, method: Method, *, test: bool, public: bool) -> None:
        if public and method not in PUBLIC:
            raise Unpayable(text("That is a way to pay at the box office."))
        if method is Method.FREE and total:
            raise Unpayable(text("This order costs something. Choose how to pay it."))
        if method is not Method.FREE and public and not total:
            raise Unpayable(text("This order costs nothing."))
        if method is Method.SANDBOX and not test:
            raise Unpayable(text("The sandbox is only there in test mode."))
        if method in REMOTE and REMOTE[method] not in self._outside:
            raise Unpayable(text("There is no paying by card here."))

    def due(self, method: Method, performance: Performance, now: int) -> int:
        """Until when an order is to be paid. Raises Unpayable."""
        if method is not Method.TRANSFER:
            return now + self._settings.payment_minutes * MINUTE
        due = min(now + self._settings.transfer_days * DAY, performance.starts_at)
        if due <= now:
            raise Unpayable(text("It is too late for a bank transfer."))
        return due

    def _order(
        self, basket: Basket, buyer: Buyer, method: Method, person_id: str | None, seller: str | None, now: int
    ) -> Order:
        hold = basket.hold
        return Order(
            id=new_id(),
            code=new_code(),
            org_id=hold.org_id,
            perf_id=hold.perf_id,
            hold_id=hold.id,
            person_id=person_id,
            name=buyer.name,
            email=buyer.email,
            email_key=buyer.email_key,
            language=buyer.language,
            method=method,
            channel="web" if seller is None else "box_office",
            total=basket.total,
            currency=basket.currency,
            test=basket.test,
            disputed=False,
            note="",
            state=OrderState.DRAFT,
            due_at=None,
            created_at=now,
            changed_at=now,
        )


def _share(tx: Transaction, performance: Performance, basket: Basket, buyer: Buyer, person_id: str | None) -> None:
    """A guest is known by their address from here on."""
    if person_id is not None and basket.hold.person_id == person_id:
        return
    whose = f"email:{buyer.email_key}" if person_id is None else f"person:{person_id}"
    if basket.hold.person_id not in (None, person_id):
        raise Conflict(text("This basket is somebody else's."))
    if basket.hold.buyer == whose:
        return
    items = {one.id: one for one in tx.all(events.items(performance.id))}
    check_whose(tx, performance, items, whose, [one.claim for one in basket.lines])
    holds.share(tx, basket.hold.id, whose)
