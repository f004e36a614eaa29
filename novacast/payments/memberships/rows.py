"""Rows of memberships as what they mean."""

import json

from novacast.database import Row
from novacast.payments.memberships.models import (
    Charge,
    ChargeState,
    Interval,
    Kind,
    Plan,
    State,
    Subscription,
    Tier,
)
from novacast.payments.memberships.trials.models import Why


def tier_of(row: Row) -> Tier:
    return Tier(
        id=row["id"],
        org_id=row["org_id"],
        circle=row["circle"],
        name=row["name"],
        description=row["description"],
        badge=row["badge"],
        discount=row["discount"],
        presale_hours=row["presale_hours"],
        position=row["position"],
        archived=bool(row["archived"]),
        created_at=row["created_at"],
        changed_at=row["changed_at"],
    )


def plan_of(row: Row) -> Plan:
    return Plan(
        id=row["id"],
        tier_id=row["tier_id"],
        org_id=row["org_id"],
        interval=Interval(row["interval"]),
        price=row["price"],
        currency=row["currency"],
        tax=row["tax"],
        grace_days=row["grace_days"],
        offered=bool(row["offered"]),
        created_at=row["created_at"],
        trial_days=row["trial_days"],
    )


def subscription_of(row: Row) -> Subscription:
    return Subscription(
        id=row["id"],
        org_id=row["org_id"],
        circle=row["circle"],
        tier_id=row["tier_id"],
        plan_id=row["plan_id"],
        person_id=row["person_id"],
        kind=Kind(row["kind"]),
        state=State(row["state"]),
        provider=row["provider"],
        price=row["price"],
        currency=row["currency"],
        tax=row["tax"],
        interval=None if row["interval"] is None else Interval(row["interval"]),
        grace_days=row["grace_days"],
        anchor=row["anchor"],
        periods=row["periods"],
        ends_at=row["ends_at"],
        stops=bool(row["stops"]),
        left=row["left"],
        created_at=row["created_at"],
        changed_at=row["changed_at"],
        billed=bool(row["billed"]),
        reference=row["reference"],
        gone=bool(row["gone"]),
        trial_until=row["trial_until"],
        next_at=row["next_at"],
        suspended_at=row["suspended_at"],
        reminded_at=row["reminded_at"],
        mismatch=row["mismatch"],
        no_trial=None if row["no_trial"] is None else Why(row["no_trial"]),
    )


def charge_of(row: Row) -> Charge:
    return Charge(
        id=row["id"],
        subscription_id=row["subscription_id"],
        number=row["number"],
        amount=row["amount"],
        currency=row["currency"],
        tax=row["tax"],
        state=ChargeState(row["state"]),
        provider=row["provider"],
        reference=row["reference"],
        created_at=row["created_at"],
        paid_at=row["paid_at"],
        late=bool(row["late"]),
        since=row["since"],
        until=row["until"],
        rows=tuple((words, amount) for words, amount in json.loads(row["rows"] or "[]")),
        url=row["url"],
        earned=row["earned"],
        refunded=row["refunded"],
    )
