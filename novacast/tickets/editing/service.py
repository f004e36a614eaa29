"""What an order holds, changed after it was paid: a ticket becomes another, others are added, its address is corrected.

Each goes through the same gate as a purchase. What is dearer is paid to the house before it is had; what is cheaper is
owed back in the same transaction, and given back as everything is.
"""

from collections.abc import Sequence
from dataclasses import replace

from novacast import outbox
from novacast.database import Database, Then, Transaction
from novacast.errors import Conflict, InvalidInput, NotFound
from novacast.i18n import Text, text
from novacast.identity import Principal, new_id
from novacast.tickets import store as log_book
from novacast.tickets.admission import store as tickets
from novacast.tickets.admission.issuing import issue
from novacast.tickets.admission.models import Ticket
from novacast.tickets.cancelling import store as cancelling
from novacast.tickets.cancelling.models import AmountChanged, Cancellation, Policy, as_paid, refusal
from novacast.tickets.editing import store
from novacast.tickets.editing.models import PAID_BY, DearerHere, Exchange, Instead, exchange_of
from novacast.tickets.editing.replacing import into_order, left, sold, taken_over
from novacast.tickets.events import store as events
from novacast.tickets.events.permission import sells
from novacast.tickets.holders.models import NotYours
from novacast.tickets.holders.service import PROMISED, Find, check_unused
from novacast.tickets.holds import store as holds
from novacast.tickets.holds.models import Basket, Claim, Wish
from novacast.tickets.holds.taking import Taking
from novacast.tickets.models import STANDING, AttemptState, OrderState, TicketState
from novacast.tickets.orders import store as orders
from novacast.tickets.orders.bookings import entry_of, parts_of
from novacast.tickets.orders.models import Buyer, Method, Order, Receipt, Unpayable
from novacast.tickets.orders.placing import Placing
from novacast.tickets.orders.service import known_to, remembered
from novacast.tickets.ports import Books
from novacast.tickets.refunds.owing import owe
from novacast.tickets.seatmaps import store as seats

CHANGED: Text = text("What it costs has changed meanwhile. Look at it again.")


class Editing:
    def __init__(self, db: Database, taking: Taking, placing: Placing, books: Books) -> None:
        self._db, self._taking, self._placing, self._books = db, taking, placing, books

    async def quote(
        self, principal: Principal, org_id: str, order_id: str, ticket_id: str, instead: Instead
    ) -> Exchange:
        """What a ticket is worth and what would take its place. Raises NotFound, Forbidden, Conflict, OtherTax."""
        sells(principal, org_id)

        def unit(tx: Transaction) -> Exchange:
            order, ticket = _known(tx, org_id, order_id, ticket_id)
            return self._quoted(tx, order, ticket, instead)

        return await self._db.write(unit)

    async def exchange(
        self,
        principal: Principal,
        org_id: str,
        order_id: str,
        ticket_id: str,
        instead: Instead,
        difference: int,
        method: Method | None,
        then: Then[Receipt] | None = None,
    ) -> Receipt:
        """`difference`: what was shown. `method`: how what it costs more is paid; complimentary: nothing is paid or
        given back, whatever it costs.

        Raises NotFound, Forbidden, NotYours, AmountChanged, Unpayable, OtherTax, SoldOut, SeatsTaken, InvalidInput.
        """
        sells(principal, org_id)

        def unit(tx: Transaction) -> Receipt:
            order, ticket = _known(tx, org_id, order_id, ticket_id)
            found = self._quoted(tx, order, ticket, instead)
            if found.difference != difference:
                raise AmountChanged(CHANGED)
            waived = method is Method.COMPLIMENTARY
            if found.difference > 0 and not waived and method not in PAID_BY:
                raise Unpayable(text("Say how the difference is paid: in cash, or by a card terminal."))
            self._exchange(tx, order, ticket, instead, found, principal, method, public=False)
            return remembered(tx, order_id, then)

        return await self._db.write(unit)

    async def own_quote(self, find: Find, instead: Instead) -> Exchange:
        """The same for whoever has the order's link, by the event's rules. Raises NotFound, NotYours, OtherTax."""

        def unit(tx: Transaction) -> Exchange:
            order, ticket = self._own(tx, find)
            return self._for_buyer(tx, order, self._quoted(tx, order, ticket, instead, public=True))

        return await self._db.write(unit)

    async def exchange_own(
        self, principal: Principal, find: Find, instead: Instead, back: int, then: Then[Receipt] | None = None
    ) -> Receipt:
        """Into what costs no more. `back`: what was shown as given back.

        Raises NotFound, NotYours, AmountChanged, DearerHere, OtherTax, NotOnSale, SoldOut, SeatsTaken, LonelySeat.
        """

        def unit(tx: Transaction) -> Receipt:
            order, ticket = self._own(tx, find)
            found = self._for_buyer(tx, order, self._quoted(tx, order, ticket, instead, public=True))
            if found.difference > 0:
                raise DearerHere(text("That costs more than your ticket. Buy it, and this one is given back."))
            if found.back != back:
                raise AmountChanged(CHANGED)
            self._exchange(tx, order, ticket, instead, found, principal, None, public=True)
            return remembered(tx, order.id, then)

        return await self._db.write(unit)

    async def buy_dearer(
        self, principal: Principal, find: Find, instead: Instead, then: Then[Basket] | None = None
    ) -> Basket:
        """A basket with what costs more than a ticket: once it is paid, the ticket is given back with all that was paid
        for it. Raises NotFound, NotYours, Conflict, OtherTax, NotOnSale, SoldOut, SeatsTaken, LonelySeat."""

        def unit(tx: Transaction) -> Basket:
            order, ticket = self._own(tx, find)
            found = self._quoted(tx, order, ticket, instead, public=True)
            if found.difference <= 0:
                raise Conflict(text("That costs no more than your ticket: change it for that."))
            if tx.one(store.trading(ticket.claim_id, tx.now)):
                raise Conflict(PROMISED)
            wish = instead.wish
            basket = self._taking.instead(tx, order.perf_id, wish, public=True, free=False, less=0)
            store.add_trade(tx, basket.hold.id, ticket.claim_id, found.before.buyer)
            if then is not None:
                then(tx, basket)
            return basket

        return await self._db.write(unit)

    async def add(
        self,
        principal: Principal,
        org_id: str,
        order_id: str,
        wishes: Sequence[Wish],
        method: Method,
        then: Then[Receipt] | None = None,
    ) -> Receipt:
        """Further tickets of an order, paid at once. Raises NotFound, Forbidden, Conflict, Unpayable, SoldOut,
        SeatsTaken, InvalidInput."""
        sells(principal, org_id)
        free = method is Method.COMPLIMENTARY
        if not free and method not in PAID_BY:
            raise Unpayable(text("Say how the difference is paid: in cash, or by a card terminal."))

        def unit(tx: Transaction) -> Receipt:
            order = known_to(tx, org_id, order_id)
            if order.state not in STANDING:
                raise Conflict(text("Only an order that is paid can be added to."))
            basket = self._taking.take(tx, order.perf_id, wishes, person_id=None, public=False, free=free)
            self._joined(tx, order, basket, _whose(order) or basket.hold.buyer, method, principal)
            issue(tx, order, [one.claim for one in basket.lines])
            detail = f"{len(basket.lines)} tickets, {basket.total} {order.currency}, {method}"
            _note(tx, "order.added_to", order, principal, detail)
            return remembered(tx, order_id, then)

        return await self._db.write(unit)

    async def readdress(
        self, principal: Principal, org_id: str, order_id: str, buyer: Buyer, then: Then[Receipt] | None = None
    ) -> Receipt:
        """Whose order it is, and where its mail goes from here on; it is sent there again. Raises NotFound, Forbidden,
        Conflict."""
        sells(principal, org_id)

        def unit(tx: Transaction) -> Receipt:
            order = known_to(tx, org_id, order_id)
            if order.state in (OrderState.EXPIRED, OrderState.CANCELLED, OrderState.REFUNDED):
                raise Conflict(text("This order does not stand any more."))
            if (buyer.name, buyer.email) != (order.name, order.email):
                store.readdress(tx, order_id, buyer, order.name)
                if order.person_id is None and order.email_key and buyer.email_key != order.email_key:
                    store.share(tx, order_id, f"email:{order.email_key}", f"email:{buyer.email_key}")
                who = principal.person_id
                log_book.log(tx, "order.readdressed", org_id, order_id, order_id=order_id, person_id=who)
                outbox.emit(tx, "order.readdressed", order_id, outbox.org(org_id), code=order.code)
            return remembered(tx, order_id, then)

        return await self._db.write(unit)

    def _exchange(
        self,
        tx: Transaction,
        order: Order,
        ticket: Ticket,
        instead: Instead,
        found: Exchange,
        principal: Principal,
        method: Method | None,
        *,
        public: bool,
    ) -> None:
        waived = method is Method.COMPLIMENTARY
        before = next(one for one in tx.all(holds.of_order(order.id)) if one.id == ticket.claim_id)
        left(tx, order, ticket, before)
        less = found.before.cost
        basket = self._taking.instead(tx, order.perf_id, instead.wish, public=public, free=waived, less=less)
        self._joined(tx, order, basket, before.buyer, method, principal)
        worth = found.before if waived else replace(found.before, price=found.price, fee=found.fee)
        taken_over(tx, order, basket, ticket, before, worth)
        if found.back and not waived:
            self._owe(tx, order, ticket, found, principal, by_buyer=public)
        was, now = (f"{one.item_id}{f' {one.seat_id}' if one.seat_id else ''}" for one in (before, instead))
        _note(tx, "ticket.exchanged", order, principal, f"{was} > {now}")

    def _joined(
        self, tx: Transaction, order: Order, basket: Basket, buyer: str, method: Method | None, principal: Principal
    ) -> None:
        """What was taken is paid and sold, in the order."""
        claims = into_order(tx, order, basket, buyer)
        if basket.total:
            assert method is not None, "what costs something is paid somehow"
            self._paid(tx, order, claims, basket.total, method, principal)
        sold(tx, order, basket)

    def _paid(
        self, tx: Transaction, order: Order, claims: Sequence[Claim], amount: int, method: Method, who: Principal
    ) -> None:
        attempt = self._placing.attempt(tx, replace(order, total=amount), method)
        orders.change_attempt(tx, attempt.id, {"state": AttemptState.CAPTURED, "captured": amount})
        store.add_to_total(tx, order.id, amount)
        self._books.sold(tx, entry_of(order, attempt.id, tx.now), attempt.provider, parts_of(claims))
        detail = f"{attempt.provider} {amount} {order.currency}"
        person_id = who.person_id
        log_book.log(
            tx, "payment.captured", order.org_id, attempt.id, order_id=order.id, person_id=person_id, detail=detail
        )
        outbox.emit(tx, "payment.captured", order.id, outbox.org(order.org_id), provider=attempt.provider)

    def _owe(
        self, tx: Transaction, order: Order, ticket: Ticket, found: Exchange, principal: Principal, *, by_buyer: bool
    ) -> None:
        room = order.total - sum(one.back for one in tx.all(cancelling.of_order(order.id)))
        back = min(found.back, room)
        if not back:
            return
        made = Cancellation(
            id=new_id(),
            order_id=order.id,
            org_id=order.org_id,
            tickets=(ticket.id,),
            paid=-found.difference,
            back=back,
            currency=order.currency,
            reason="",
            by_buyer=by_buyer,
            person_id=principal.person_id,
            at=tx.now,
        )
        cancelling.add(tx, made)
        if order.state is OrderState.PAID:
            orders.move(tx, order.id, OrderState.PARTIALLY_REFUNDED)
        owe(tx, self._books, order, made, [(back, found.before.tax_bp)])

    def _quoted(
        self, tx: Transaction, order: Order, ticket: Ticket, instead: Instead, *, public: bool = False
    ) -> Exchange:
        if order.state not in STANDING or ticket.state is not TicketState.VALID:
            raise NotYours(text("Only a valid ticket of an order that is paid can become another."))
        check_unused(tx, ticket)
        before = next(one for one in tx.all(holds.of_order(order.id)) if one.id == ticket.claim_id)
        paid_for = {id_: (price, fee) for id_, price, fee in tx.all(cancelling.moved(order.id))}
        item = next((one for one in tx.all(events.items(order.perf_id)) if one.id == instead.item_id), None)
        if item is None or item.open_price or (public and item.hidden):
            raise InvalidInput.field("item", text("There is no such kind of ticket here."), "unknown")
        if item.seated != (instead.seat_id is not None):
            raise InvalidInput.field("seat", text("A seat, exactly where the kind has seats."), "invalid")
        if (before.item_id, before.seat_id) == (instead.item_id, instead.seat_id):
            raise Conflict(text("That is what the ticket is for already."))
        seat = None
        if instead.seat_id is not None:
            seat = tx.one(seats.some(order.perf_id, [instead.seat_id]))
            if seat is None:
                raise InvalidInput.field("seat", text("This performance has no such seats."), "unknown")
        return exchange_of(as_paid(before, paid_for), item, seat, order.currency, tx.now)

    def _own(self, tx: Transaction, find: Find) -> tuple[Order, Ticket]:
        ticket = find(tx)
        order = tx.one(orders.order(ticket.order_id))
        assert order is not None, "a ticket has an order"
        if order.disputed:
            raise NotYours(text("A bank took the payment back. Until that is decided nothing is changed here."))
        _rules(tx, order)
        self._taking.serve(tx, order.perf_id)
        return order, ticket

    def _for_buyer(self, tx: Transaction, order: Order, found: Exchange) -> Exchange:
        """What is given back of the difference is what would be given back of a ticket that cost so much."""
        less = max(0, found.before.price - found.price), max(0, found.before.fee - found.fee)
        back = _rules(tx, order).back(replace(found.before, price=less[0], fee=less[1]))
        return replace(found, back=min(found.back, back))


def _rules(tx: Transaction, order: Order) -> Policy:
    """Raises NotYours."""
    performance = tx.one(events.performance(order.perf_id))
    assert performance is not None, "an order has a performance"
    policy = tx.one(cancelling.policy_for(performance))
    why = refusal(policy, performance, tx.now)
    if policy is None or why is not None:
        raise NotYours(why or text("Tickets of this event can't be given back here. Write to the house."))
    return policy


def _whose(order: Order) -> str:
    """Empty where nobody knows."""
    if order.person_id is not None:
        return f"person:{order.person_id}"
    return f"email:{order.email_key}" if order.email_key else ""


def _known(tx: Transaction, org_id: str, order_id: str, ticket_id: str) -> tuple[Order, Ticket]:
    order, ticket = known_to(tx, org_id, order_id), tx.one(tickets.ticket(ticket_id))
    if ticket is None or ticket.order_id != order_id:
        raise NotFound(text("There is no such ticket."))
    return order, ticket


def _note(tx: Transaction, what: str, order: Order, principal: Principal, detail: str) -> None:
    """In the order's story, and to its buyer."""
    who = principal.person_id
    log_book.log(tx, what, order.org_id, order.id, order_id=order.id, person_id=who, detail=detail)
    outbox.emit(tx, "order.changed", order.id, outbox.org(order.org_id), code=order.code)
