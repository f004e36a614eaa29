"""What is to be given back becomes a row for each payment that it comes out of, inside the transaction that makes it
owed; whoever moves the money hears of it later, by a key that stands in that row."""

from novacast import outbox
from novacast.database import Transaction
from novacast.errors import Conflict
from novacast.i18n import text
from novacast.identity import new_id
from novacast.money import Parts
from novacast.tickets import store as books_log
from novacast.tickets.cancelling.models import Cancellation
from novacast.tickets.models import RefundState
from novacast.tickets.orders import store as orders
from novacast.tickets.orders.bookings import entry_of
from novacast.tickets.orders.models import CAPTURED, Attempt, Order
from novacast.tickets.ports import Books
from novacast.tickets.refunds import store
from novacast.tickets.refunds.models import Refund, Why


def owe(tx: Transaction, books: Books, order: Order, made: Cancellation, parts: Parts) -> None:
    """`parts`: what is given back, by rates of tax. Raises Conflict where so much was never paid."""
    books.owed(tx, entry_of(order, made.id, made.at), parts)
    left = made.back
    for attempt in tx.all(orders.attempts(order.id)):
        part = min(left, _room(tx, attempt))
        if part:
            request(tx, order, attempt, part, Why.CANCELLED, person_id=made.person_id, cancellation_id=made.id)
            left -= part
    if left:
        raise Conflict(text("So much was not paid, or is given back already."))


def request(
    tx: Transaction,
    order: Order,
    attempt: Attempt,
    amount: int,
    why: Why,
    *,
    person_id: str | None = None,
    cancellation_id: str | None = None,
    again_of: str | None = None,
    provider: str | None = None,
) -> Refund:
    """`provider`: another way than the money came."""
    id_ = new_id()
    made = Refund(
        id=id_,
        order_id=order.id,
        org_id=order.org_id,
        attempt_id=attempt.id,
        cancellation_id=cancellation_id,
        again_of=again_of,
        why=why,
        provider=provider or attempt.provider,
        key=f"refund-{id_}",
        amount=amount,
        currency=order.currency,
        reference=None,
        reason=None,
        person_id=person_id,
        tries=0,
        due_at=tx.now,
        state=RefundState.REQUESTED,
        created_at=tx.now,
        changed_at=tx.now,
    )
    store.add(tx, made)
    tell(tx, "refund.requested", order, made, person_id)
    return made


def tell(tx: Transaction, what: str, order: Order, refund: Refund, person_id: str | None = None) -> None:
    detail = f"{refund.provider} {refund.amount} {refund.currency}"
    books_log.log(tx, what, order.org_id, refund.id, order_id=order.id, person_id=person_id, detail=detail)
    audience = outbox.org(order.org_id)
    outbox.emit(
        tx, what, order.id, audience, code=order.code, amount=refund.amount, currency=refund.currency, refund=refund.id
    )


def _room(tx: Transaction, attempt: Attempt) -> int:
    if attempt.state not in CAPTURED:
        return 0
    return attempt.captured - (tx.one(store.spoken_for(attempt.id)) or 0)
