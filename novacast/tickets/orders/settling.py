"""The one way in which money becomes tickets. A provider's message, a buyer's return, a sweep and a box office's sale
all come here; it may be called again and again with what is known already.

One transaction: payment captured, order paid, claims sold, tickets issued, the ledger, log and facts written.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace

from novacast import outbox
from novacast.database import Transaction
from novacast.identity import new_id
from novacast.money import Outcome
from novacast.tickets import store as books
from novacast.tickets.admission.issuing import issue
from novacast.tickets.editing.trading import trade
from novacast.tickets.holds import store as holds
from novacast.tickets.holds.models import Claim
from novacast.tickets.holds.taking import told
from novacast.tickets.models import AttemptState, ClaimState, HoldState, OrderState
from novacast.tickets.orders import store
from novacast.tickets.orders.bookings import entry_of, parts_of
from novacast.tickets.orders.models import CAPTURED, LATE, OPEN_ATTEMPTS, Attempt, Method, Order, mismatch
from novacast.tickets.ports import Books
from novacast.tickets.refunds.models import Why
from novacast.tickets.refunds.owing import request

log = logging.getLogger(__name__)


def settle(tx: Transaction, books: Books, attempt_id: str, outcome: Outcome, person_id: str | None = None) -> Order:
    """What became of an attempt, made true here. The order as it is afterwards."""
    attempt = tx.one(store.attempt(attempt_id))
    order = None if attempt is None else tx.one(store.order(attempt.order_id))
    assert attempt is not None, "attempts are never deleted"
    assert order is not None, "an attempt has an order"
    if attempt.state in CAPTURED:
        return order
    if outcome.state != "paid":
        _not_paid(tx, order, attempt, outcome, person_id)
        return order
    if wrong := mismatch(attempt, outcome):
        _mistrust(tx, order, attempt, wrong)
        return order
    attempt = _capturable(tx, attempt)
    if attempt.state in CAPTURED:
        return order
    if attempt.state is AttemptState.CREATED:
        store.change_attempt(tx, attempt.id, {"state": AttemptState.SUBMITTED})
    store.change_attempt(
        tx,
        attempt.id,
        {
            "state": AttemptState.CAPTURED,
            "captured": attempt.amount,
            "reference": outcome.reference or attempt.reference,
        },
    )
    _note(tx, "payment.captured", order, attempt, person_id)
    entry = entry_of(order, attempt.id, tx.now)
    if order.state is OrderState.AWAITING_PAYMENT:
        sold = _fulfil(tx, order, person_id)
        books.sold(tx, entry, attempt.provider, parts_of(sold))
        trade(tx, books, order)
        if order.method is Method.TRANSFER:
            books.unawaited(tx, replace(entry, source=order.id), order.total)
    elif order.state is OrderState.EXPIRED:
        store.move(tx, order.id, OrderState.PAID_UNFULFILLABLE)
        books.surplus(tx, entry, attempt.provider, attempt.amount)
        alarm(tx, "order.unfulfillable", order, "paid after its seats were given back")
    elif attempt.amount:
        books.surplus(tx, entry, attempt.provider, attempt.amount)
        request(tx, order, attempt, attempt.amount, Why.SURPLUS)
        alarm(tx, "payment.surplus", order, f"paid again while {order.state}")
    return tx.one(store.order(order.id)) or order


def _not_paid(tx: Transaction, order: Order, attempt: Attempt, outcome: Outcome, person_id: str | None) -> None:
    if outcome.state == "unpaid":
        _failed(tx, order, attempt, person_id)
    elif outcome.state == "processing":
        _wait(tx, attempt)


def _wait(tx: Transaction, attempt: Attempt) -> None:
    """A bank takes its time; nobody may begin to pay it once more meanwhile."""
    if attempt.state is AttemptState.CREATED:
        store.change_attempt(tx, attempt.id, {"state": AttemptState.SUBMITTED})
    if attempt.state in (AttemptState.CREATED, AttemptState.SUBMITTED, AttemptState.REQUIRES_ACTION):
        store.change_attempt(tx, attempt.id, {"state": AttemptState.PROCESSING})


def _failed(tx: Transaction, order: Order, attempt: Attempt, person_id: str | None) -> None:
    if attempt.state in OPEN_ATTEMPTS:
        store.change_attempt(tx, attempt.id, {"state": AttemptState.FAILED})
        _note(tx, "payment.failed", order, attempt, person_id)


def _mistrust(tx: Transaction, order: Order, attempt: Attempt, wrong: str) -> None:
    """Told once, however often it is heard."""
    if attempt.mismatch != wrong:
        store.change_attempt(tx, attempt.id, {"mismatch": wrong})
        alarm(tx, "payment.mismatch", order, wrong)


def _fulfil(tx: Transaction, order: Order, person_id: str | None) -> Sequence[Claim]:
    """What was sold."""
    store.move(tx, order.id, OrderState.PAID)
    holds.sell(tx, order.id)
    holds.move(tx, order.hold_id, HoldState.CONVERTED)
    claims = [one for one in tx.all(holds.of_order(order.id)) if one.state is ClaimState.SOLD]
    issue(tx, order, claims)
    books.log(tx, "order.paid", order.org_id, order.id, order_id=order.id, person_id=person_id, detail=order.method)
    audience = outbox.org(order.org_id)
    outbox.emit(tx, "order.paid", order.id, audience, code=order.code, total=order.total, currency=order.currency)
    hold = tx.one(holds.hold(order.hold_id))
    assert hold is not None, "an order has a hold"
    told(tx, hold, claims, ClaimState.SOLD)
    return claims


def _capturable(tx: Transaction, gone: Attempt) -> Attempt:
    """The attempt itself while it is open. Money for one that was called off, or had failed, came all the same, and is
    written down as another."""
    if gone.state in OPEN_ATTEMPTS:
        return gone
    late = replace(
        gone,
        id=new_id(),
        key=f"{gone.key}{LATE}",
        state=AttemptState.CREATED,
        captured=0,
        refunded=0,
        created_at=tx.now,
        changed_at=tx.now,
    )
    known = [one for one in tx.all(store.attempts(gone.order_id)) if one.key == late.key]
    if not known:
        store.add_attempt(tx, late)
    return known[0] if known else late


def alarm(tx: Transaction, what: str, order: Order, detail: str) -> None:
    """Something that a person of the house has to look at: in the log, in the order's story, and told to the house."""
    log.error("order %s: %s: %s", order.code, what, detail)
    books.log(tx, what, order.org_id, order.id, order_id=order.id, detail=detail)
    outbox.emit(tx, what, order.id, outbox.org(order.org_id), code=order.code, detail=detail)


def _note(tx: Transaction, what: str, order: Order, attempt: Attempt, person_id: str | None) -> None:
    detail = f"{attempt.provider} {attempt.amount} {attempt.currency}"
    books.log(tx, what, order.org_id, attempt.id, order_id=order.id, person_id=person_id, detail=detail)
    outbox.emit(tx, what, order.id, outbox.org(order.org_id), provider=attempt.provider)
