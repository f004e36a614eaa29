"""An order's invoice is written when its buyer, or the house, first asks for it, and never again. What is given back of
it from then on, or was before, is taken back by credit notes, one for each cancellation."""

from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from novacast.clock import moment
from novacast.database import Database, Then, Transaction
from novacast.errors import Conflict, NotFound
from novacast.i18n import text
from novacast.identity import Principal
from novacast.outbox import Event as Fact
from novacast.tickets import store as log_book
from novacast.tickets.admission import store as tickets
from novacast.tickets.cancelling import store as cancelling
from novacast.tickets.cancelling.models import Cancellation, as_paid
from novacast.tickets.events import store as events
from novacast.tickets.events.models import Event
from novacast.tickets.events.permission import sells
from novacast.tickets.holds import store as holds
from novacast.tickets.holds.models import Claim
from novacast.tickets.orders.bookings import spread
from novacast.tickets.orders.models import Order
from novacast.tickets.orders.service import Orders, known
from novacast.tickets.ports import Bill, BillRow, Invoice, Invoicing
from novacast.tickets.words import night_there

MOST_ROWS = 200


class Billing:
    def __init__(self, db: Database, orders_: Orders, invoicing: Invoicing) -> None:
        self._db, self._orders, self._invoicing = db, orders_, invoicing

    async def hear(self, fact: Fact) -> None:
        """Of what is given back. A durable subscriber of the outbox."""
        if fact.topic == "refund.requested":
            await self._db.write(lambda tx: self._take_back(tx, fact.subject))

    async def of_order(self, token: str) -> Sequence[Invoice]:
        """For whoever has its link; none until somebody asks. Raises NotFound."""
        order_id = self._orders.id_of(token)
        await self._orders.show(token)
        return await self._invoicing.of_order(order_id)

    async def ask(
        self, token: str, buyer: tuple[str, ...], then: Then[Sequence[Invoice]] | None = None
    ) -> Sequence[Invoice]:
        """`buyer`: name and address as they shall stand on it; none: the order's name. Asked again it is what it was.
        Raises NotFound, Conflict where nothing was charged, NoSeller."""
        order_id = self._orders.id_of(token)
        return await self._db.write(lambda tx: self._charge(tx, known(tx, order_id), buyer, None, then))

    async def ask_for(
        self,
        principal: Principal,
        org_id: str,
        order_id: str,
        buyer: tuple[str, ...],
        then: Then[Sequence[Invoice]] | None = None,
    ) -> Sequence[Invoice]:
        """By the house. Raises NotFound, Forbidden, Conflict, NoSeller."""
        sells(principal, org_id)

        def unit(tx: Transaction) -> Sequence[Invoice]:
            order = known(tx, order_id)
            if order.org_id != org_id:
                raise NotFound(text("There is no such order."))
            return self._charge(tx, order, buyer, principal.person_id, then)

        return await self._db.write(unit)

    async def file(self, token: str, invoice_id: str) -> tuple[str, bytes]:
        """Name and PDF. Raises NotFound."""
        return await self._invoicing.file(self._orders.id_of(token), invoice_id)

    def _charge(
        self,
        tx: Transaction,
        order: Order,
        buyer: tuple[str, ...],
        person_id: str | None,
        then: Then[Sequence[Invoice]] | None,
    ) -> Sequence[Invoice]:
        if not order.total or not tx.all(tickets.of_order(order.id)):
            raise Conflict(text("Nothing was paid for this order, so there is no invoice."))
        if not self._invoicing.charged(tx, order.id):
            claims = [one for one in tx.all(holds.of_order(order.id)) if one.cost]
            amounts = [(one, one.cost) for one in claims]
            self._invoicing.charge(tx, self._bill(tx, order, order.id, amounts, buyer or (order.name,)))
            log_book.log(tx, "order.invoiced", order.org_id, order.id, order_id=order.id, person_id=person_id)
            self._take_back(tx, order.id)
        found = self._invoicing.charged(tx, order.id)
        if then is not None:
            then(tx, found)
        return found

    def _take_back(self, tx: Transaction, order_id: str) -> None:
        if not self._invoicing.charged(tx, order_id):
            return
        order = known(tx, order_id)
        for made in tx.all(cancelling.of_order(order_id)):
            if made.back:
                amounts = _given_back(tx, order, made)
                self._invoicing.take_back(tx, self._bill(tx, order, made.id, amounts, ()))

    def _bill(
        self,
        tx: Transaction,
        order: Order,
        source: str,
        amounts: Iterable[tuple[Claim, int]],
        buyer: tuple[str, ...],
    ) -> Bill:
        event, performance = tx.one(events.event_of(order.perf_id)), tx.one(events.performance(order.perf_id))
        assert event is not None, "an order has an event"
        assert performance is not None, "an order has a performance"
        names = {one.id: one.name for one in tx.all(events.items(order.perf_id))}
        named = night_there(event.title, performance.starts_at, event.timezone)
        return Bill(
            source=source,
            org_id=order.org_id,
            order_id=order.id,
            currency=order.currency,
            test=order.test,
            year=_year(tx.now, event),
            buyer=buyer,
            subject=f"{order.code} · {named}",
            rows=_rows(names, amounts),
        )


def _rows(names: dict[str, str], amounts: Iterable[tuple[Claim, int]]) -> Sequence[BillRow]:
    """Units of one kind, rate and worth together."""
    found: dict[tuple[str, int, int], int] = {}
    for claim, gross in amounts:
        if gross:
            key = names[claim.item_id], claim.tax_bp, gross
            found[key] = found.get(key, 0) + 1
    return [(name, units, units * gross, rate) for (name, rate, gross), units in found.items()]


def _given_back(tx: Transaction, order: Order, made: Cancellation) -> Sequence[tuple[Claim, int]]:
    """The amount laid on the tickets that it names; on all of the order where it names none."""
    named = {one.claim_id for one in tx.all(tickets.of_order(order.id)) if one.id in made.tickets}
    paid_for = {id_: (price, fee) for id_, price, fee in tx.all(cancelling.moved(order.id))}
    every = [as_paid(one, paid_for) for one in tx.all(holds.of_order(order.id))]
    chosen = [one for one in every if one.id in named and one.cost] or [one for one in every if one.cost]
    parts = spread([(one.cost, one.tax_bp) for one in chosen], made.back)
    return [(claim, gross) for claim, (gross, _rate) in zip(chosen, parts, strict=True)]


def _year(at: int, event: Event) -> int:
    return moment(at).astimezone(ZoneInfo(event.timezone)).year
