"""The moves of a subscription, each inside of somebody's transaction: paid, over, ended."""

import logging

from novacast import outbox
from novacast.clock import DAY
from novacast.database import Transaction
from novacast.identity import new_id
from novacast.payments.memberships import store
from novacast.payments.memberships.booking import Booking
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

log = logging.getLogger(__name__)

OPENED = "media.tickets_changed"
"""Makes playback and chat look again at what a person may see."""


def settle(tx: Transaction, booking: Booking, charge: Charge, reference: str | None) -> bool:
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
        booking.late(tx, one, tx.one(store.charge(charge.id)) or charge)
        outbox.emit(tx, "membership.paid_late", one.id, audience, charge=charge.id)
        return True
    outbox.emit(tx, "membership.paid", one.id, audience, charge=charge.id)
    assert one.interval is not None, "what is charged has an interval"
    anchor = tx.now if one.anchor is None else one.anchor
    periods = one.periods + 1
    since, until = period_end(anchor, one.interval, one.periods), period_end(anchor, one.interval, periods)
    store.change_charge(tx, charge.id, since=since, until=until)
    booking.paid(tx, one, tx.one(store.charge(charge.id)) or charge)
    _moved(tx, one, State.ACTIVE, anchor=anchor, periods=periods, ends_at=until)
    return True


def begin_trial(tx: Transaction, one: Subscription, days: int) -> None:
    """It opens, and its first period begins, and is charged, when the trial is over."""
    until = tx.now + days * DAY
    _moved(tx, one, State.ACTIVE, anchor=until, ends_at=until, trial_until=until)


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
    outbox.emit(tx, "membership.yours_changed", one.id, outbox.person(one.person_id), state=state.value)
    outbox.emit(tx, OPENED, one.tier_id, outbox.INTERNAL, person_id=one.person_id)


def alarm(tx: Transaction, what: str, one: Subscription, detail: str) -> None:
    """Something that a person of the house has to look at."""
    log.error("membership %s: %s: %s", one.id, what, detail)
    outbox.emit(tx, what, one.id, outbox.org(one.org_id), detail=detail)
