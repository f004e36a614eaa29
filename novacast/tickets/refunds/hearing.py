"""What is told of a refund, made true here: by an answer, a sweep, a provider's message, or a person who gave money
back by hand. Again and again with the same effect, inside one transaction."""

import logging
from collections.abc import Mapping
from typing import Any

from novacast.database import Transaction
from novacast.money import Repaid
from novacast.tickets.models import OrderState, RefundState
from novacast.tickets.orders import store as orders
from novacast.tickets.orders.bookings import entry_of
from novacast.tickets.orders.models import Order
from novacast.tickets.ports import Books
from novacast.tickets.refunds import store
from novacast.tickets.refunds.models import OVER, Refund, Why, later
from novacast.tickets.refunds.owing import tell

log = logging.getLogger(__name__)


def hear(tx: Transaction, books: Books, refund_id: str, told: Repaid, person_id: str | None = None) -> Refund:
    """The refund as it is afterwards."""
    refund = tx.one(store.refund(refund_id))
    order = None if refund is None else tx.one(orders.order(refund.order_id))
    assert refund is not None, "refunds are never deleted"
    assert order is not None, "a refund has an order"
    told = told.believed(refund.amount)
    if refund.state in OVER or refund.state is RefundState.REQUESTED:
        return refund
    _move(tx, books, order, refund, told, person_id)
    return tx.one(store.refund(refund_id)) or refund


def _move(tx: Transaction, books: Books, order: Order, refund: Refund, told: Repaid, person_id: str | None) -> None:
    columns: dict[str, Any] = {"reference": told.reference or refund.reference, "reason": told.reason}
    entry = entry_of(order, refund.id, tx.now)
    was = refund.state
    match told.state:
        case "pending":
            if was is RefundState.SUBMITTED and told.reference is not None:
                columns["state"] = RefundState.PENDING
            _ask_later(tx, order, refund, columns)
        case "succeeded" if was is not RefundState.SUCCEEDED:
            store.change(tx, refund.id, {**columns, "state": RefundState.SUCCEEDED})
            books.repaid(tx, entry, refund.provider, refund.amount)
            tell(tx, "refund.succeeded", order, refund, person_id)
            _over(tx, order, refund)
        case "failed" | "cancelled":
            failed = was is RefundState.SUCCEEDED or told.state == "failed"
            state = RefundState.FAILED if failed else RefundState.CANCELLED
            store.change(tx, refund.id, {**columns, "state": state})
            if was is RefundState.SUCCEEDED:
                books.returned(tx, entry, refund.provider, refund.amount)
            log.error("order %s: a refund of %s came to nothing: %s", order.code, refund.amount, told.reason)
            tell(tx, "refund.failed", order, refund, person_id)


def _ask_later(tx: Transaction, order: Order, refund: Refund, columns: Mapping[str, Any]) -> None:
    if columns["reason"] != refund.reason and columns["reason"]:
        log.error("order %s: a refund is not what was asked for: %s", order.code, columns["reason"])
        tell(tx, "refund.failed", order, refund)
    if refund.state is not RefundState.SUCCEEDED:
        due = tx.now + later(refund.tries)
        store.change(tx, refund.id, {**columns, "tries": refund.tries + 1, "due_at": due})


def _over(tx: Transaction, order: Order, refund: Refund) -> None:
    """What was paid too late is over once all of it is given back."""
    if refund.why is Why.LATE and order.state is OrderState.PAID_UNFULFILLABLE:
        attempts = tx.all(orders.attempts(order.id))
        if all(one.captured == one.refunded for one in attempts):
            orders.move(tx, order.id, OrderState.REFUNDED)
