"""The one way in which an answer about a membership becomes true. A provider's message, a member's return, a sweep and
the command line all come here, with what was asked for just before; again and again with the same effect.

One transaction: what is paid, the state, the ledger, invoices and facts.
"""

import json
import logging
from typing import Any

from novacast import outbox
from novacast.database import Transaction
from novacast.identity import new_id
from novacast.payments.memberships import store
from novacast.payments.memberships.billed import store as billed
from novacast.payments.memberships.billed.models import Kind, misfit, target, way
from novacast.payments.memberships.booking import Booking
from novacast.payments.memberships.models import TERMINAL, Charge, ChargeState, State, Subscription
from novacast.payments.memberships.ports import Bill, Told
from novacast.payments.memberships.trials.models import Why
from novacast.payments.memberships.trials.service import Trials
from novacast.payments.memberships.turning import alarm, tell
from novacast.records import dataclass

log = logging.getLogger(__name__)
_ENDS = frozenset({"closed", "over"})
DISPUTE = "dispute"
"""A mismatch that begins with this is of a dispute: no answer about the membership clears it."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What settling needs beside the answer."""

    booking: Booking
    trials: Trials
    mode: str
    instance: str


def settle(tx: Transaction, desk: Desk, subscription_id: str, told: Told) -> Subscription:
    """The membership as it is afterwards."""
    one = tx.one(store.subscription(subscription_id))
    assert one is not None, "subscriptions are never deleted"
    if told.state not in ("open", "closed"):
        if wrong := _misfit(tx, desk, one, told):
            return mistrust(tx, one, wrong)
        if one.reference is None:
            store.change(tx, one.id, reference=told.reference)
        one = _planned(tx, one, told)
        for bill in told.bills:
            _bill(tx, desk, one, bill)
    one = tx.one(store.subscription(subscription_id)) or one
    if one.state in TERMINAL:
        _gone(tx, one, told)
    elif (why := _no_trial(tx, desk, one, told)) is not None:
        _refuse(tx, one, why)
    else:
        _follow(tx, one, told)
    return tx.one(store.subscription(subscription_id)) or one


def _misfit(tx: Transaction, desk: Desk, one: Subscription, told: Told) -> str | None:
    plan = tx.one(store.plan(told.plan_id))
    tier = None if plan is None else tx.one(store.tier(plan.tier_id))
    ours = tier is not None and (tier.org_id, tier.circle) == (one.org_id, one.circle)
    price = (plan.price, plan.currency) if plan is not None and ours else None
    return misfit(one, told, desk.mode, desk.instance, price)


def mistrust(tx: Transaction, one: Subscription, wrong: str, *, over: bool = False) -> Subscription:
    """Told once, however often it is heard. `over`: nobody has to look at it any more."""
    if over and one.mismatch == wrong:
        store.change(tx, one.id, mismatch=None)
    elif one.mismatch != wrong and not over:
        store.change(tx, one.id, mismatch=wrong)
        alarm(tx, "membership.mismatch", one, wrong)
    return tx.one(store.subscription(one.id)) or one


def _planned(tx: Transaction, one: Subscription, told: Told) -> Subscription:
    """Another plan, whoever chose it."""
    plan = tx.one(store.plan(told.plan_id))
    if plan is None or plan.id == one.plan_id or told.state == "over":
        return one
    store.change(
        tx, one.id, plan_id=plan.id, tier_id=plan.tier_id, price=plan.price, currency=plan.currency, tax=plan.tax,
        interval=plan.interval.value,
    )  # fmt: skip
    # What the tier before it opened is looked at again.
    tell(tx, one, one.state)
    after = tx.one(store.subscription(one.id)) or one
    tell(tx, after, after.state)
    return after


def _bill(tx: Transaction, desk: Desk, one: Subscription, bill: Bill) -> None:
    if bill.amount <= 0 or bill.currency != one.currency:
        return
    charge = tx.one(billed.charge_of_bill(one.provider, bill.reference))
    if charge is None:
        if bill.state == "void":
            return
        charge = _added(tx, one, bill)
    if bill.state == "paid" and charge.state is not ChargeState.PAID:
        _paid(tx, desk, one, charge)
    elif bill.state == "void" and charge.state is ChargeState.DUE:
        store.change_charge(tx, charge.id, state=ChargeState.VOID.value, url=None)
    elif bill.state == "due" and charge.url != bill.url:
        store.change_charge(tx, charge.id, url=bill.url)


def _added(tx: Transaction, one: Subscription, bill: Bill) -> Charge:
    made = Charge(
        id=new_id(),
        subscription_id=one.id,
        number=tx.one(store.next_number(one.id)) or 1,
        amount=bill.amount,
        currency=bill.currency,
        tax=one.tax,
        state=ChargeState.DUE,
        provider=one.provider,
        reference=bill.reference,
        created_at=bill.at,
        paid_at=None,
        late=False,
        since=bill.since,
        until=bill.until,
        url=bill.url,
    )
    billed.bill(tx, made, json.dumps(bill.rows, ensure_ascii=False))
    return tx.one(store.charge(made.id)) or made


def _paid(tx: Transaction, desk: Desk, one: Subscription, charge: Charge) -> None:
    """What had ended before it was paid stays ended: the money is given back."""
    late = one.state in TERMINAL
    store.pay(tx, charge.id, None, late=late)
    store.change_charge(tx, charge.id, url=None)
    if late:
        desk.booking.late(tx, one, charge)
        outbox.emit(tx, "membership.paid_late", one.id, outbox.org(one.org_id), charge=charge.id)
        return
    desk.booking.paid(tx, one, charge)
    outbox.emit(tx, "membership.paid", one.id, outbox.org(one.org_id), charge=charge.id)


def _gone(tx: Transaction, one: Subscription, told: Told) -> None:
    """Nothing brings back what has ended; it is over once the other side says so."""
    if told.state in _ENDS and not one.gone:
        store.change(tx, one.id, gone=1)


def _no_trial(tx: Transaction, desk: Desk, one: Subscription, told: Told) -> Why | None:
    """Against a trial that would begin now: only here is it known which card it is of."""
    begins = one.state is State.PENDING and told.state == "running" and (told.trial_until or 0) > tx.now
    return desk.trials.begin(tx, one, told.card) if begins else None


def _refuse(tx: Transaction, one: Subscription, why: Why) -> None:
    """Nothing was charged, and nothing will be: what is over here is ended there as well."""
    store.change(tx, one.id, state=State.CANCELLED.value, no_trial=why.value, trial_until=None)
    store.void(tx, one.id)
    tell(tx, one, State.CANCELLED)


def _follow(tx: Transaction, one: Subscription, told: Told) -> None:
    aim = target(one, told)
    columns = _dates(one, told, aim)
    if aim is State.PAUSED and one.left is None:
        asked = tx.one(billed.asked_of(one.id))
        frozen = asked.left if asked is not None and asked.kind is Kind.PAUSE else None
        columns["left"] = frozen or max(1, (one.ends_at or 0) - tx.now)
    steps = way(one.state, aim)
    if not steps and aim is not one.state:
        alarm(tx, "membership.mismatch", one, f"{one.state} can't become {aim}")
        return
    changed = {name: value for name, value in columns.items() if getattr(one, name) != value}
    if changed and not steps:
        store.change(tx, one.id, **changed)
        if changed.keys() & {"ends_at", "stops", "trial_until"}:
            tell(tx, one, one.state)
    for step in steps:
        left = columns.get("left", one.left) if step is State.PAUSED else None
        extra = {"gone": 1} if step in TERMINAL else {}
        store.change(tx, one.id, **{**columns, "left": left, **extra}, state=step.value)
        if step in TERMINAL:
            store.void(tx, one.id)
        tell(tx, one, step)


def _dates(one: Subscription, told: Told, aim: State) -> dict[str, Any]:
    """None of what has ended, or never began."""
    if told.state in ("open", "closed", "unpaid"):
        return {}
    disputed = (one.mismatch or "").startswith(DISPUTE)
    columns: dict[str, Any] = {"next_at": told.next_at, "mismatch": one.mismatch if disputed else None}
    if aim is not State.PAST_DUE:
        columns["suspended_at"] = None
    if told.state == "over":
        return columns
    columns |= {"stops": told.stops, "trial_until": told.trial_until}
    if told.paid_until is not None and aim is not State.PAUSED:
        columns["ends_at"] = told.paid_until
    return columns
