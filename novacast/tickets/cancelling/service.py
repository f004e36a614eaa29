"""Giving tickets back: what it is worth today, done by buyers within the rules, and by the house as it sees fit.

Here stands of which tickets, and how much; the refunds that it makes are then given back by whoever moves the money.
"""

from collections.abc import Collection, Sequence

from novacast import outbox
from novacast.database import Database, Then, Transaction
from novacast.errors import InvalidInput, NotFound
from novacast.i18n import text
from novacast.identity import Principal, new_id
from novacast.tickets import store as books
from novacast.tickets.admission import store as tickets
from novacast.tickets.admission.issuing import void
from novacast.tickets.admission.models import Ticket
from novacast.tickets.cancelling import store
from novacast.tickets.cancelling.models import (
    WHOLE,
    AmountChanged,
    BankAccount,
    Cancellation,
    Policy,
    Quote,
    Returned,
    as_paid,
    check_policy,
    refusal,
)
from novacast.tickets.events import store as events
from novacast.tickets.events.permission import arranged_event, arranges, sells
from novacast.tickets.holders import store as holders
from novacast.tickets.holders.models import NotYours
from novacast.tickets.holds import store as holds
from novacast.tickets.holds.taking import told
from novacast.tickets.models import ClaimState, OrderState, PerformanceState, TicketState
from novacast.tickets.orders import store as orders
from novacast.tickets.orders.models import Order, Receipt
from novacast.tickets.orders.service import Orders, known, read
from novacast.tickets.ports import Books
from novacast.tickets.refunds.owing import owe

LONGEST_REASON = 500


class Cancelling:
    def __init__(self, db: Database, orders_: Orders, books_: Books) -> None:
        self._db, self._orders, self._books = db, orders_, books_

    async def policy(self, event_id: str) -> Policy | None:
        return await self._db.one(store.policy(event_id))

    async def decide(self, principal: Principal, event_id: str, policy: Policy | None) -> Policy | None:
        """None: buyers give nothing back by themselves. Raises NotFound, Forbidden, InvalidInput."""
        good = None if policy is None else check_policy(policy)

        def unit(tx: Transaction) -> Policy | None:
            event = arranged_event(principal, tx.one(events.event(event_id)))
            store.set_policy(tx, event_id, good)
            books.log(tx, "event.policy_set", event.org_id, event_id, person_id=principal.person_id, detail=repr(good))
            return good

        return await self._db.write(unit)

    async def account(self, org_id: str) -> BankAccount | None:
        """Where transfers to an organization go, for whoever has to pay."""
        return await self._db.one(store.account(org_id))

    async def account_for(self, principal: Principal, org_id: str) -> BankAccount | None:
        """For those who work there. Raises NotFound, Forbidden."""
        sells(principal, org_id)
        return await self.account(org_id)

    async def set_account(self, principal: Principal, org_id: str, account: BankAccount) -> BankAccount:
        """Raises NotFound, Forbidden, InvalidInput."""
        arranges(principal, org_id)
        good = account.checked()

        def unit(tx: Transaction) -> BankAccount:
            store.set_account(tx, org_id, good)
            books.log(tx, "account.set", org_id, org_id, person_id=principal.person_id, detail=good.iban)
            return good

        return await self._db.write(unit)

    async def done(self, order_id: str) -> Sequence[Cancellation]:
        return await self._db.all(store.of_order(order_id))

    async def quote(self, token: str) -> Quote:
        """What whoever has an order's link could give back now. Raises NotFound."""
        order_id = self._orders.id_of(token)
        return await self._db.write(lambda tx: _quote(tx, known(tx, order_id), public=True))

    async def give_back(
        self,
        principal: Principal,
        token: str,
        ticket_ids: Collection[str],
        back: int,
        then: Then[Receipt] | None = None,
    ) -> Receipt:
        """`back`: what was shown for these. Raises NotFound, NotYours, AmountChanged, Conflict, InvalidInput."""
        order_id = self._orders.id_of(token)

        def unit(tx: Transaction) -> Receipt:
            order = known(tx, order_id)
            whole = _quote(tx, order, public=True)
            if whole.refusal is not None:
                raise NotYours(whole.refusal)
            chosen = _all_of(whole, ticket_ids)
            if chosen.back != back:
                raise AmountChanged(text("What is given back has changed meanwhile. Look at it again."))
            _cancel(tx, self._books, order, chosen, principal, reason="", by_buyer=True)
            receipt = read(tx, order_id)
            if then is not None:
                then(tx, receipt)
            return receipt

        return await self._db.write(unit)

    async def cancel_tickets(
        self,
        principal: Principal,
        org_id: str,
        order_id: str,
        ticket_ids: Collection[str],
        reason: str,
        back: int | None,
        then: Then[Receipt] | None = None,
    ) -> Receipt:
        """Single tickets of an order, by the house. `back`: what is given back for them together; None: all that was
        paid. Raises NotFound, Forbidden, NotYours, InvalidInput."""
        sells(principal, org_id)

        def unit(tx: Transaction) -> Receipt:
            order = tx.one(orders.order(order_id))
            if order is None or order.org_id != org_id:
                raise NotFound(text("There is no such order."))
            chosen = _all_of(_quote(tx, order, public=False), ticket_ids)
            if back is not None and not 0 <= back <= min(chosen.paid, chosen.left):
                raise InvalidInput.field("back", text("Between nothing and what was paid for these tickets."))
            if back is not None:
                chosen = chosen.worth(back)
            _cancel(tx, self._books, order, chosen, principal, reason=reason[:LONGEST_REASON], by_buyer=False)
            receipt = read(tx, order_id)
            if then is not None:
                then(tx, receipt)
            return receipt

        return await self._db.write(unit)


def _cancel(
    tx: Transaction,
    books_: Books,
    order: Order,
    chosen: Quote,
    principal: Principal,
    *,
    reason: str,
    by_buyer: bool,
) -> None:
    """Tickets are void, their units free, and what is owed for them is written down."""
    wanted = {one.ticket_id for one in chosen.lines}
    freed = {one.claim_id for one in chosen.lines}
    for claim_id in freed:
        holders.withdraw(tx, claim_id)
    void(tx, order, wanted)
    holds.release_units(tx, freed)
    left = [one for one in tx.all(holds.of_order(order.id)) if one.state is ClaimState.SOLD]
    orders.move(tx, order.id, _next(order.state, all_gone=not left))
    made = Cancellation(
        id=new_id(),
        order_id=order.id,
        org_id=order.org_id,
        tickets=tuple(sorted(wanted)),
        paid=chosen.paid,
        back=chosen.back,
        currency=order.currency,
        reason=reason,
        by_buyer=by_buyer,
        person_id=principal.person_id,
        at=tx.now,
    )
    store.add(tx, made)
    owe(tx, books_, order, made, chosen.parts)
    what = "order.partly_cancelled" if left else "order.cancelled"
    detail = f"{len(wanted)} tickets, {chosen.back} of {chosen.paid} {order.currency} back"
    detail += f": {reason}" if reason else ""
    books.log(tx, what, order.org_id, order.id, order_id=order.id, person_id=principal.person_id, detail=detail)
    audience = outbox.org(order.org_id)
    if left:
        outbox.emit(tx, "order.partly_cancelled", order.id, audience, code=order.code, tickets=len(wanted))
    else:
        outbox.emit(tx, "order.cancelled", order.id, audience, code=order.code)
    hold = tx.one(holds.hold(order.hold_id))
    assert hold is not None, "an order has a hold"
    told(tx, hold, [one for one in tx.all(holds.of_order(order.id)) if one.id in freed], ClaimState.RELEASED)


def _next(state: OrderState, *, all_gone: bool) -> OrderState:
    if not all_gone:
        return OrderState.PARTIALLY_REFUNDED
    return OrderState.CANCELLED if state is OrderState.PAID else OrderState.REFUNDED


def _quote(tx: Transaction, order: Order, *, public: bool) -> Quote:
    """`public`: by the event's rules, and only of tickets that nobody else has or came in with."""
    performance = tx.one(events.performance(order.perf_id))
    assert performance is not None, "an order has a performance"
    policy = WHOLE
    why = None
    deadline: int | None = None
    if public:
        found = tx.one(store.policy_for(performance))
        why = refusal(found, performance, tx.now)
        if found is not None and performance.state is not PerformanceState.CANCELLED:
            policy, deadline = found, found.deadline(performance)
    if order.state not in (OrderState.PAID, OrderState.PARTIALLY_REFUNDED):
        why = text("There is nothing to be given back of this order.")
    receipt = read(tx, order.id)
    paid_for = {id_: (price, fee) for id_, price, fee in tx.all(store.moved(order.id))}
    lines = {one.claim.id: one for one in receipt.lines}
    found_lines: list[Returned] = []
    for ticket in tx.all(tickets.of_order(order.id)):
        if ticket.state is not TicketState.VALID or (public and not _returnable(tx, ticket)):
            continue
        line = lines[ticket.claim_id]
        claim = as_paid(line.claim, paid_for)
        seat = "" if line.seat is None else line.seat.label
        back = policy.back(claim)
        found_lines.append(
            Returned(ticket.id, ticket.claim_id, line.item, seat, ticket.name, claim.cost, back, claim.tax_bp)
        )
    if public and not found_lines and why is None:
        why = text("None of these tickets can be given back.")
    left = order.total - sum(one.back for one in tx.all(store.of_order(order.id)))
    return Quote(found_lines, order.currency, deadline, left, why)


def _returnable(tx: Transaction, ticket: Ticket) -> bool:
    taken = any(one.state == "accepted" for one in tx.all(holders.of_claim(ticket.claim_id)))
    return not taken and not tx.one(holders.used(ticket.claim_id))


def _all_of(whole: Quote, ticket_ids: Collection[str]) -> Quote:
    """Raises InvalidInput, NotYours."""
    if not ticket_ids:
        raise InvalidInput.field("tickets", text("Choose at least one ticket."), "required")
    chosen = whole.chosen(set(ticket_ids))
    if len(chosen.lines) < len(set(ticket_ids)):
        raise NotYours(text("One of these tickets was handed on, used, or is good no more."))
    return chosen
