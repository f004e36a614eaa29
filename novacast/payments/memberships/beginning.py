"""How a subscription begins, before anything is paid. Nobody has two of one circle."""

from novacast import outbox
from novacast.clock import DAY
from novacast.database import Transaction
from novacast.errors import Conflict, NotFound
from novacast.i18n import text
from novacast.identity import new_id
from novacast.payments.memberships import store
from novacast.payments.memberships.billed.models import LEAST_GRACE
from novacast.payments.memberships.models import Kind, Plan, State, Subscription, Tier
from novacast.payments.memberships.trials.models import Why


def offered(tx: Transaction, plan_id: str) -> tuple[Plan, Tier]:
    """Raises NotFound."""
    plan = tx.one(store.plan(plan_id))
    tier = None if plan is None else tx.one(store.tier(plan.tier_id))
    if plan is None or tier is None or not plan.offered or tier.archived:
        raise NotFound(text("This membership is not offered."))
    return plan, tier


def check_none(tx: Transaction, person_id: str, tier: Tier) -> None:
    """Raises Conflict."""
    if tx.one(store.running(person_id, tier.org_id, tier.circle)) is not None:
        raise Conflict(text("There is such a membership already. It has to end first."))


def add(tx: Transaction, made: Subscription) -> None:
    store.add(tx, made)
    outbox.emit(tx, "membership.begun", made.id, outbox.org(made.org_id), state=made.state.value)


def wanted(
    tier: Tier,
    plan: Plan,
    person_id: str,
    way: str,
    now: int,
    *,
    billed: bool = False,
    trial_days: int = 0,
    no_trial: Why | None = None,
) -> Subscription:
    return Subscription(
        id=new_id(),
        org_id=tier.org_id,
        circle=tier.circle,
        tier_id=tier.id,
        plan_id=plan.id,
        person_id=person_id,
        kind=Kind.PAID,
        state=State.PENDING,
        provider=way,
        price=plan.price,
        currency=plan.currency,
        tax=plan.tax,
        interval=plan.interval,
        grace_days=max(plan.grace_days, LEAST_GRACE) if billed else plan.grace_days,
        anchor=None,
        periods=0,
        ends_at=None,
        stops=False,
        left=None,
        created_at=now,
        changed_at=now,
        billed=billed,
        trial_until=now + trial_days * DAY if billed and trial_days else None,
        no_trial=no_trial,
    )


def given(tier: Tier, person_id: str, until: int, now: int) -> Subscription:
    return Subscription(
        id=new_id(),
        org_id=tier.org_id,
        circle=tier.circle,
        tier_id=tier.id,
        plan_id=None,
        person_id=person_id,
        kind=Kind.COMP,
        state=State.ACTIVE,
        provider="",
        price=0,
        currency="",
        tax=0,
        interval=None,
        grace_days=0,
        anchor=now,
        periods=0,
        ends_at=until,
        stops=True,
        left=None,
        created_at=now,
        changed_at=now,
    )
