"""A paid order is undone as a whole, inside the transaction that gives the reason."""

from novacast import outbox
from novacast.database import Transaction
from novacast.errors import Conflict
from novacast.i18n import text
from novacast.identity import Principal, new_id
from novacast.tickets import store as books
from novacast.tickets.admission import store as tickets
from novacast.tickets.admission.issuing import void
from novacast.tickets.cancelling import store as cancelling
from novacast.tickets.cancelling.models import Cancellation
from novacast.tickets.holds import store as holds
from novacast.tickets.holds.taking import told
from novacast.tickets.models import ClaimState, OrderState, TicketState
from novacast.tickets.orders import store
from novacast.tickets.orders.models import Order


def undo(tx: Transaction, order: Order, principal: Principal, reason: str) -> None:
    """Its tickets are void, its units free, and all that was paid is written down as to be given back. Repeatable.
    Raises Conflict."""
    if order.state is OrderState.CANCELLED:
        return
    if order.state is not OrderState.PAID:
        raise Conflict(text("Only what is paid, or waits for it, can be cancelled."))
    valid = tuple(one.id for one in tx.all(tickets.of_order(order.id)) if one.state is TicketState.VALID)
    void(tx, order)
    sold = [one for one in tx.all(holds.of_order(order.id)) if one.state is ClaimState.SOLD]
    holds.release_sold(tx, order.id)
    store.move(tx, order.id, OrderState.CANCELLED)
    who = principal.person_id
    made = Cancellation(
        id=new_id(),
        order_id=order.id,
        org_id=order.org_id,
        tickets=valid,
        paid=order.total,
        back=order.total,
        currency=order.currency,
        reason=reason,
        by_buyer=False,
        person_id=who,
        at=tx.now,
    )
    cancelling.add(tx, made)
    books.log(tx, "order.cancelled", order.org_id, order.id, order_id=order.id, person_id=who, detail=reason)
    outbox.emit(tx, "order.cancelled", order.id, outbox.org(order.org_id), code=order.code)
    hold = tx.one(holds.hold(order.hold_id))
    assert hold is not None, "an order has a hold"
    told(tx, hold, sold, ClaimState.RELEASED)
