"""A ticket that was promised for a dearer one is given back, with all that was paid for it, in the transaction that
pays for the other: nobody is without either, and nobody has both."""

from novacast import outbox
from novacast.database import Transaction
from novacast.errors import Conflict
from novacast.i18n import text
from novacast.identity import new_id
from novacast.tickets import store as log_book
from novacast.tickets.admission.issuing import void
from novacast.tickets.cancelling import store as cancelling
from novacast.tickets.cancelling.models import Cancellation, as_paid
from novacast.tickets.editing import store
from novacast.tickets.holders import store as holders
from novacast.tickets.holds import store as holds
from novacast.tickets.holds.models import Claim
from novacast.tickets.holds.taking import told
from novacast.tickets.models import STANDING, ClaimState, OrderState
from novacast.tickets.orders import store as orders
from novacast.tickets.orders.models import Order
from novacast.tickets.ports import Books
from novacast.tickets.refunds.owing import owe


def trade(tx: Transaction, books: Books, paid: Order) -> None:
    """`paid`: what was bought. Nothing where nothing was promised for it; where that can't be given back any more, it
    stays as it is, and the house is told."""
    claim_id = tx.one(store.traded_for(paid.hold_id))
    ticket = None if claim_id is None else tx.one(holders.valid_of(claim_id))
    if claim_id is None:
        return
    old = None if ticket is None else tx.one(orders.order(ticket.order_id))
    taken = any(one.state == "accepted" for one in tx.all(holders.of_claim(claim_id)))
    entries = tx.one(holders.used(claim_id)) or 0
    if ticket is None or old is None or old.state not in STANDING or taken or entries:
        log_book.log(tx, "ticket.not_traded", paid.org_id, paid.id, order_id=paid.id)
        detail = "" if old is None else old.code
        outbox.emit(tx, "ticket.not_traded", paid.id, outbox.org(paid.org_id), code=paid.code, detail=detail)
        return
    claims = tx.all(holds.of_order(old.id))
    before = next(one for one in claims if one.id == claim_id)
    holders.withdraw(tx, claim_id)
    void(tx, old, {ticket.id})
    holds.release_units(tx, [claim_id])
    left = [one for one in claims if one.state is ClaimState.SOLD and one.id != claim_id]
    _owed(tx, books, old, before, ticket.id, all_gone=not left)
    log_book.log(tx, "ticket.traded", old.org_id, old.id, order_id=old.id, detail=paid.code)
    log_book.log(tx, "ticket.traded", old.org_id, paid.id, order_id=paid.id, detail=old.code)
    hold = tx.one(holds.hold(old.hold_id))
    assert hold is not None, "an order has a hold"
    told(tx, hold, [before], ClaimState.RELEASED)


def follow(tx: Transaction, before_id: str, after_id: str) -> None:
    """What was in one basket is in another: with a code it may cost less. Raises Conflict where that is no more than
    the ticket, for what is cheaper is given back by the event's rules, not whole."""
    claim_id = tx.one(store.traded_for(before_id))
    ticket = None if claim_id is None else tx.one(holders.valid_of(claim_id))
    if ticket is not None:
        before = next(one for one in tx.all(holds.of_order(ticket.order_id)) if one.id == claim_id)
        costs = sum(one.cost for one in tx.all(holds.claims(after_id)))
        if costs <= _worth(tx, ticket.order_id, before).cost:
            raise Conflict(text("That costs no more than your ticket: change it for that."))
    store.follow_trade(tx, before_id, after_id)


def _worth(tx: Transaction, order_id: str, before: Claim) -> Claim:
    paid_for = {id_: (price, fee) for id_, price, fee in tx.all(cancelling.moved(order_id))}
    return as_paid(before, paid_for)


def _owed(tx: Transaction, books: Books, old: Order, before: Claim, ticket_id: str, *, all_gone: bool) -> None:
    done = tx.all(cancelling.of_order(old.id))
    worth = _worth(tx, old.id, before)
    back = min(worth.cost, old.total - sum(one.back for one in done))
    made = Cancellation(
        id=new_id(),
        order_id=old.id,
        org_id=old.org_id,
        tickets=(ticket_id,),
        paid=worth.cost,
        back=back,
        currency=old.currency,
        reason="",
        by_buyer=True,
        person_id=old.person_id,
        at=tx.now,
    )
    cancelling.add(tx, made)
    gone = OrderState.CANCELLED if old.state is OrderState.PAID else OrderState.REFUNDED
    orders.move(tx, old.id, gone if all_gone else OrderState.PARTIALLY_REFUNDED)
    owe(tx, books, old, made, [(back, worth.tax_bp)])
    audience, what = outbox.org(old.org_id), "order.cancelled" if all_gone else "order.partly_cancelled"
    more = {} if all_gone else {"tickets": 1}
    outbox.emit(tx, what, old.id, audience, code=old.code, **more)
