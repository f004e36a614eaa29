"""Plans as carts hold them. Fits tickets' `PlanOffers` without knowing of it."""

from novacast.database import Database, Transaction
from novacast.i18n import gettext as _
from novacast.identity import Principal
from novacast.payments.memberships import store
from novacast.payments.memberships.models import Plan, Tier
from novacast.payments.memberships.trials.service import Trials
from novacast.payments.memberships.words import price
from novacast.records import dataclass


@dataclass(frozen=True, slots=True)
class PlanShown:
    id: str
    org_id: str
    name: str
    price: int
    currency: str
    words: str
    trial_days: int
    """For whoever looks: what they had before is counted as when it begins."""
    offered: bool
    had: bool
    """Whether they have one of the circle."""


class PlansWanted:
    """`PlanOffers`, and what mails about purchases say."""

    def __init__(self, db: Database, trials: Trials) -> None:
        self._db, self._trials = db, trials

    async def plan(self, principal: Principal, plan_id: str) -> PlanShown | None:
        person_id = principal.person_id or ""
        async with self._db.snapshot() as view:
            plan = await view.one(store.plan(plan_id))
            if plan is None:
                return None
            tier = await view.one(store.tier(plan.tier_id))
            assert tier is not None, "a plan has a tier"
            running = await view.one(store.running(person_id, tier.org_id, tier.circle))
        return PlanShown(
            id=plan.id,
            org_id=tier.org_id,
            name=tier.name,
            price=plan.price,
            currency=plan.currency,
            words=price(plan.price, plan.currency, plan.interval),
            trial_days=await self._days(plan, tier, person_id),
            offered=plan.offered and not tier.archived,
            had=running is not None,
        )

    async def _days(self, plan: Plan, tier: Tier, person_id: str) -> int:
        if not plan.trial_days or not person_id:
            return plan.trial_days
        days, _why = await self._db.write(lambda tx: self._trials.days(tx, plan, tier, person_id))
        return days

    def words(self, tx: Transaction, subscription_id: str) -> str:
        """A membership that was bought with other things, in the language that is being spoken."""
        one = tx.one(store.subscription(subscription_id))
        tier = None if one is None else tx.one(store.tier(one.tier_id))
        if one is None or tier is None or one.interval is None:
            return ""
        return _("Membership %(name)s: %(price)s") % {
            "name": tier.name,
            "price": price(one.price, one.currency, one.interval),
        }
