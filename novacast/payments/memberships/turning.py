"""The moves of a subscription, each inside of somebody's transaction: paid, over, ended."""

from novacast import outbox
from novacast.clock import DAY
from novacast.database import Transaction
from novacast.identity import new_id
from novacast.payments.memberships import store
from novacast.payments.memberships.models import (
    FIRST_DAYS,
    TERMINAL,
    Charge,
    ChargeState,
    Kind,
    State,
    Subscription,
    period_end,
)

OPENED = "media.tickets_changed"
"""Makes playback and chat look again at what a person may see."""


def settle(tx: Transaction, charge: Charge, reference: str | None) -> bool:
    """A charge is paid: whoever says so, and however often. Whether that is news. What had ended stays ended, and the
    money is an incident for people to look at."""
    if charge.state is ChargeState.PAID:
        return False
    one = tx.one(store.subscription(charge.subscription_id))
    assert one is not None, "a charge has a subscription"
    late = one.state in TERMINAL or charge.state is ChargeState.VOID
    store.pay(tx, charge.id, reference, late=late)
    audience = outbox.org(one.org_id)
    if late:
        outbox.emit(tx, "membership.paid_late", one.id, audience, charge=charge.id)
        return True
    outbox.emit(tx, "membership.paid", one.id, audience, charge=charge.id)
    assert one.interval is not None, "what is charged has an interval"
    anchor = tx.now if one.anchor is None else one.anchor
    periods = one.periods + 1
    columns = {"anchor": anchor, "periods": periods, "ends_at": period_end(anchor, one.interval, periods)}
    _moved(tx, one, State.ACTIVE, **columns)
    return True


def turn(tx: Transaction, subscription_id: str) -> bool:
    """Do what its hour has come for. Whether there was anything to do: nothing of it happens twice."""
    one = tx.one(store.subscription(subscription_id))
    if one is None:
        return False
    if one.state is State.PENDING and one.created_at + FIRST_DAYS * DAY <= tx.now:
        return end(tx, one, State.EXPIRED)
    if one.ends_at is None:
        return False
    if one.state is State.ACTIVE and one.ends_at <= tx.now:
        if one.kind is Kind.COMP:
            return end(tx, one, State.EXPIRED)
        if one.stops:
            return end(tx, one, State.CANCELLED)
        charge(tx, one)
        return _moved(tx, one, State.PAST_DUE)
    if one.state is State.PAST_DUE and one.ends_at + one.grace_days * DAY <= tx.now:
        return end(tx, one, State.EXPIRED)
    return False


def charge(tx: Transaction, one: Subscription) -> str:
    """Write down what its next period costs; the id of it."""
    charge_id = new_id()
    store.add_charge(tx, charge_id, one, tx.one(store.next_number(one.id)) or 1)
    return charge_id


def end(tx: Transaction, one: Subscription, state: State) -> bool:
    """`state` is one of the last; whether it was not in one of them already."""
    if one.state in TERMINAL:
        return False
    store.void(tx, one.id)
    return _moved(tx, one, state, left=None)


def pause(tx: Transaction, one: Subscription) -> None:
    """What is left of its period is kept."""
    assert one.ends_at is not None, "what is active has an end"
    _moved(tx, one, State.PAUSED, left=one.ends_at - tx.now)


def go_on(tx: Transaction, one: Subscription) -> None:
    """Its periods are counted anew from the end of what was left."""
    assert one.left is not None, "what is paused has something left"
    ends = tx.now + one.left
    _moved(tx, one, State.ACTIVE, left=None, ends_at=ends, anchor=ends, periods=0)


def _moved(tx: Transaction, one: Subscription, state: State, **columns: int | None) -> bool:
    store.change(tx, one.id, state=state.value, **columns)
    tell(tx, one, state)
    return True


def tell(tx: Transaction, one: Subscription, state: State) -> None:
    outbox.emit(tx, "membership.changed", one.id, outbox.org(one.org_id), state=state.value)
    outbox.emit(tx, OPENED, one.tier_id, outbox.INTERNAL, person_id=one.person_id)
