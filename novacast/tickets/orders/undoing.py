"""A paid order is undone as a whole, inside the transaction that gives the reason."""

from novacast import outbox
from novacast.database import Transaction
from novacast.errors import Conflict
from novacast.i18n import text
from novacast.identity import Principal, new_id
from novacast.tickets import store as log_book
from novacast.tickets.admission import store as tickets
from novacast.tickets.admission.issuing import void
from novacast.tickets.cancelling import store as cancelling
from novacast.tickets.cancelling.models import Cancellation, as_paid
from novacast.tickets.holders import store as holders
from novacast.tickets.holds import store as holds
from novacast.tickets.holds.taking import told
from novacast.tickets.models import ClaimState, OrderState, TicketState
from novacast.tickets.orders import store
from novacast.tickets.orders.bookings import capped, parts_of
from novacast.tickets.orders.models import Order
from novacast.tickets.ports import Books
from novacast.tickets.refunds.owing import owe


def undo(
    tx: Transaction, books: Books, order: Order, principal: Principal, reason: str, what: str = "order.cancelled"
) -> None:
    """Its tickets are void, its units free, and what is left of what was paid is owed back. Repeatable. `what`: as
    it is logged and told. Raises Conflict."""
    if order.state in (OrderState.CANCELLED, OrderState.REFUNDED):
        return
    if order.state not in (OrderState.PAID, OrderState.PARTIALLY_REFUNDED):
        raise Conflict(text("Only what is paid, or waits for it, can be cancelled."))
    valid = [one for one in tx.all(tickets.of_order(order.id)) if one.state is TicketState.VALID]
    for ticket in valid:
        holders.withdraw(tx, ticket.claim_id)
    void(tx, order)
    sold = [one for one in tx.all(holds.of_order(order.id)) if one.state is ClaimState.SOLD]
    paid_for = {id_: (price, fee) for id_, price, fee in tx.all(cancelling.moved(order.id))}
    parts = parts_of(as_paid(one, paid_for) for one in sold)
    holds.release_sold(tx, order.id)
    store.move(tx, order.id, OrderState.CANCELLED if order.state is OrderState.PAID else OrderState.REFUNDED)
    who = principal.person_id
    paid = sum(gross for gross, _rate in parts)
    back = min(paid, order.total - sum(one.back for one in tx.all(cancelling.of_order(order.id))))
    made = Cancellation(
        id=new_id(),
        order_id=order.id,
        org_id=order.org_id,
        tickets=tuple(one.id for one in valid),
        paid=paid,
        back=back,
        currency=order.currency,
        reason=reason,
        by_buyer=False,
        person_id=who,
        at=tx.now,
    )
    cancelling.add(tx, made)
    owe(tx, books, order, made, capped(parts, back))
    log_book.log(tx, what, order.org_id, order.id, order_id=order.id, person_id=who, detail=reason)
    outbox.emit(tx, what, order.id, outbox.org(order.org_id), code=order.code)
    hold = tx.one(holds.hold(order.hold_id))
    assert hold is not None, "an order has a hold"
    told(tx, hold, sold, ClaimState.RELEASED)
