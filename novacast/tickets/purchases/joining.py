"""One payment over several attempts, inside the transaction that makes them; and what is heard of one of them, heard of
all."""

from collections.abc import Sequence
from dataclasses import replace

from novacast.database import Transaction
from novacast.errors import Conflict
from novacast.i18n import text
from novacast.identity import new_id
from novacast.money import Outcome
from novacast.tickets.models import OrderState
from novacast.tickets.orders import store as orders
from novacast.tickets.orders.models import OPEN_ATTEMPTS, Attempt, Order
from novacast.tickets.orders.settling import settle
from novacast.tickets.ports import Books
from novacast.tickets.purchases import store
from novacast.tickets.purchases.models import Joint


def join(
    tx: Transaction,
    purchase_id: str,
    parts: Sequence[Attempt],
    *,
    what: str,
    back: str,
    until: int,
    beside: int = 0,
    key: str | None = None,
) -> Joint:
    """`parts`: attempts that nobody outside has heard of. `beside`: what is a membership's; `key`: of that."""
    first, before = parts[0], tx.all(store.joints(purchase_id))
    made = Joint(
        key=key or new_id(),
        purchase_id=purchase_id,
        number=len(before) + 1,
        provider=first.provider,
        mode=first.mode,
        instance=first.instance,
        amount=sum(one.amount for one in parts) + beside,
        beside=beside,
        currency=first.currency,
        what=what,
        back=back,
        until=until,
        created_at=tx.now,
    )
    store.join(tx, made, list(parts))
    return made


def together(tx: Transaction, attempt: Attempt) -> Sequence[Attempt]:
    """The attempts that are paid by the same payment, this one first."""
    joint = tx.one(store.joint_of(attempt.key))
    if joint is None:
        return (attempt,)
    return (attempt, *(one for one in tx.all(store.shares(joint.key)) if one.order_id != attempt.order_id))


def settle_all(tx: Transaction, books: Books, attempt: Attempt, outcome: Outcome, person_id: str | None = None) -> None:
    """What became of an attempt, and by that of every other that the same payment pays."""
    wrong = outcome.amount - attempt.amount
    for one in together(tx, attempt):
        settle(tx, books, one.id, replace(outcome, amount=one.amount + wrong), person_id)


def part_of(tx: Transaction, attempt: Attempt, amount: int) -> int:
    """What of an amount that came for a whole payment is for one of its attempts: what is wrong with it, is wrong with
    each."""
    joint = tx.one(store.joint_of(attempt.key))
    return amount if joint is None else attempt.amount + amount - joint.amount


def waiting(tx: Transaction, order: Order) -> Sequence[Order]:
    """What is to be paid with an order: itself, and the others of its purchase."""
    others = tx.all(store.beside(order.id))
    return [one for one in (order, *others) if one.state is OrderState.AWAITING_PAYMENT]


def again(tx: Transaction, purchase_id: str, parts: Sequence[Attempt]) -> Joint:
    """Another payment for what the one before it came to nothing. Raises Conflict where a membership begins with it,
    which has an end of its own."""
    last = tx.all(store.joints(purchase_id))[-1]
    if any(one.state in OPEN_ATTEMPTS for one in tx.all(store.shares(last.key))):
        raise Conflict(text("The payment before it is not over yet. Try again in a minute."))
    purchase = tx.one(store.purchase(purchase_id))
    if purchase is not None and purchase.subscription_id == last.key:
        raise Conflict(text("This payment can't be begun again. Call it off, and choose again."))
    return join(tx, purchase_id, parts, what=last.what, back=last.back, until=last.until, beside=last.beside)


def attempt_known(tx: Transaction, attempt_id: str) -> Attempt:
    found = tx.one(orders.attempt(attempt_id))
    assert found is not None, "attempts are never deleted"
    return found
