"""A bank that took a payment back for good has given back what was owed of it: nothing goes back beside. What is given
back in this way comes off the losses that the dispute was."""

from novacast.database import Transaction
from novacast.money import Repaid
from novacast.tickets.models import RefundState
from novacast.tickets.orders import store as orders
from novacast.tickets.orders.models import Attempt, Order
from novacast.tickets.ports import Books
from novacast.tickets.refunds import store
from novacast.tickets.refunds.hearing import hear
from novacast.tickets.refunds.models import OVER, Refund
from novacast.tickets.refunds.owing import request

WAY = "dispute"


def covered(tx: Transaction, books: Books, refund: Refund) -> bool:
    """Whether a lost dispute of its payment has room for this refund; then it is given back by that. Only what nobody
    outside was asked for: what is on its way arrives."""
    if refund.state is not RefundState.REQUESTED:
        return False
    for reference, left in tx.all(store.lost(refund.attempt_id)):
        if refund.amount <= left:
            store.change(tx, refund.id, {"provider": WAY, "state": RefundState.SUBMITTED})
            hear(tx, books, refund.id, Repaid("succeeded", refund.amount, reference))
            return True
    return False


def taken(tx: Transaction, books: Books, order: Order, attempt: Attempt) -> None:
    """A dispute of this payment is lost: what is owed of it, and what came to nothing before, is given back by that."""
    for refund in tx.all(store.of_order(order.id)):
        if refund.attempt_id == attempt.id:
            covered(tx, books, _once_more(tx, order, attempt, refund))


def _once_more(tx: Transaction, order: Order, attempt: Attempt, refund: Refund) -> Refund:
    """The one in the place of what came to nothing, where the dispute has room for it; else itself."""
    room = any(refund.amount <= left for _, left in tx.all(store.lost(attempt.id)))
    if refund.state not in OVER or tx.one(store.superseded(refund.id)) is not None or not room:
        return refund
    return request(
        tx, order, attempt, refund.amount, refund.why, cancellation_id=refund.cancellation_id, again_of=refund.id
    )


def uncovered(tx: Transaction, books: Books, attempt_id: str, reference: str) -> None:
    """The dispute is won after all: what it had given back is owed again, and goes back the way that it came."""
    attempt = tx.one(orders.attempt(attempt_id))
    order = None if attempt is None else tx.one(orders.order(attempt.order_id))
    assert attempt is not None, "a dispute has a payment"
    assert order is not None, "a payment has an order"
    for refund in tx.all(store.covered_by(attempt_id, reference)):
        hear(tx, books, refund.id, Repaid("failed", refund.amount, reference, "dispute_won"))
        request(
            tx, order, attempt, refund.amount, refund.why, cancellation_id=refund.cancellation_id, again_of=refund.id
        )
