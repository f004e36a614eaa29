"""What members do with a membership that a biller counts: begin, change, stop, pause. Here is what is allowed; how it
is asked for is `Billed`'s."""

from collections.abc import Sequence

from novacast.database import Database, Then, Transaction
from novacast.errors import Conflict, Unavailable
from novacast.i18n import text
from novacast.payments.memberships import store
from novacast.payments.memberships.beginning import add, check_none, offered, wanted
from novacast.payments.memberships.billed.models import PAGE_LASTS, Kind
from novacast.payments.memberships.billed.service import Billed
from novacast.payments.memberships.models import TERMINAL, ChargeState, Plan, State, Subscription
from novacast.payments.memberships.ports import Preview
from novacast.payments.memberships.trials.service import Trials


class Acting:
    def __init__(self, db: Database, billed: Billed, trials: Trials) -> None:
        self._db, self._billed, self._trials = db, billed, trials

    @property
    def ways(self) -> Sequence[str]:
        return self._billed.names

    async def subscribe(self, person_id: str, plan_id: str, way: str, then: Then[Subscription] | None) -> Subscription:
        """Who has begun one of the circle and not paid goes on with it, or gives it up for another plan. Nobody is
        charged here: that is done on the biller's page. Raises NotFound, Conflict; Unavailable, where it is not known
        whether an earlier one is being paid."""
        await self.give_up(person_id, plan_id)

        def unit(tx: Transaction) -> Subscription:
            plan, tier = offered(tx, plan_id)
            made = tx.one(store.running(person_id, tier.org_id, tier.circle))
            if made is None or not _waits(made, plan, way):
                check_none(tx, person_id, tier)
                days, why = self._trials.days(tx, plan, tier, person_id)
                made = wanted(tier, plan, person_id, way, tx.now, billed=True, trial_days=days, no_trial=why)
                add(tx, made)
            if then is not None:
                then(tx, made)
            return made

        return await self._db.write(unit)

    async def lead(self, one: Subscription) -> str | None:
        """Where it is paid, the first time or a renewal that was not. Raises PaymentRefused, Unavailable."""
        if one.state is State.PENDING:
            return await self._billed.lead(one.id)
        charges = await self._db.all(store.charges(one.id))
        return next((each.url for each in charges if each.state is ChargeState.DUE and each.url), None)

    async def ask(self, one: Subscription) -> Subscription:
        """Raises Unavailable."""
        return await self._billed.ask(one.id)

    async def cards(self, one: Subscription, back: str) -> str:
        """Where the card is changed. Raises Conflict, PaymentRefused, Unavailable."""
        url = await self._billed.cards(one, back)
        if url is None:
            raise Conflict(text("Nothing was paid by card here yet."))
        return url

    async def cancel(self, one: Subscription, *, now: bool, then: Then[Subscription] | None) -> Subscription:
        """With what is paid; `now`, or where nothing is paid any more, at once."""
        if one.state in TERMINAL or (one.stops and not now):
            return await self._same(one, then)
        if one.state is State.PENDING:
            after = await self._billed.close(one.id)
            if after.state is State.PENDING:
                raise Unavailable(text("It is not known yet whether it is paid. Try again in a minute."))
            if after.state in TERMINAL:
                return await self._same(after, then)
            one = after
        kind = Kind.STOP if one.state is State.ACTIVE and not now else Kind.END
        return await self._billed.wish(one, kind, then=then)

    async def keep(self, one: Subscription, then: Then[Subscription] | None) -> Subscription:
        if one.state is not State.ACTIVE:
            raise Conflict(text("This membership has ended. Begin another."))
        return await self._billed.wish(one, Kind.KEEP, then=then) if one.stops else await self._same(one, then)

    async def pause(self, one: Subscription, then: Then[Subscription] | None) -> Subscription:
        if one.state is not State.ACTIVE or one.stops or (one.ends_at or 0) <= self._db.clock.now():
            raise Conflict(text("Only a membership that is paid can be paused."))
        return await self._billed.wish(one, Kind.PAUSE, then=then)

    async def go_on(self, one: Subscription, then: Then[Subscription] | None) -> Subscription:
        if one.state is not State.PAUSED:
            raise Conflict(text("This membership is not paused."))
        return await self._billed.wish(one, Kind.RESUME, then=then)

    async def change(
        self, one: Subscription, plan_id: str, at: int | None, then: Then[Subscription] | None
    ) -> Subscription:
        plan = await self._other(one, plan_id)
        return await self._billed.wish(one, Kind.PLAN, plan, at, then)

    async def preview(self, one: Subscription, plan_id: str) -> Preview:
        return await self._billed.preview(one, await self._other(one, plan_id))

    async def others(self, one: Subscription) -> Sequence[Plan]:
        """Plans that it may become."""
        # While a renewal is collected nobody knows yet what is left of which period.
        collected = (one.ends_at or 0) > self._db.clock.now()
        if not one.billed or one.state is not State.ACTIVE or one.stops or not collected:
            return []
        known = await self._db.all(store.tiers(one.org_id))
        tiers = {each.id for each in known if each.circle == one.circle and not each.archived}
        plans = await self._db.all(store.plans(one.org_id))
        return [each for each in plans if each.tier_id in tiers and _fits(one, each)]

    async def _other(self, one: Subscription, plan_id: str) -> Plan:
        """Raises Conflict."""
        found = next((each for each in await self.others(one) if each.id == plan_id), None)
        if found is None:
            raise Conflict(text("This membership can't become that one. End it, and begin another."))
        return found

    async def give_up(self, person_id: str, plan_id: str, *, also: bool = False) -> None:
        """What was begun for another plan, or a while ago, and is not paid; `also` for this one, now. Raises
        Unavailable."""
        plan = await self._db.one(store.plan(plan_id))
        if plan is None:
            return
        tier = await self._db.one(store.tier(plan.tier_id))
        assert tier is not None, "a plan has a tier"
        before = await self._db.one(store.running(person_id, tier.org_id, tier.circle))
        if before is None or not before.billed or before.state is not State.PENDING:
            return
        if also or before.plan_id != plan.id or before.created_at + PAGE_LASTS // 2 <= self._db.clock.now():
            await self._billed.close(before.id)

    async def _same(self, one: Subscription, then: Then[Subscription] | None) -> Subscription:
        if then is not None:
            await self._db.write(lambda tx: then(tx, one))
        return one


def _waits(made: Subscription, plan: Plan, way: str) -> bool:
    return made.billed and made.state is State.PENDING and (made.plan_id, made.provider) == (plan.id, way)


def _fits(one: Subscription, plan: Plan) -> bool:
    """Of one currency and one rate of tax: what is left of the one is set off against the other."""
    return plan.offered and plan.id != one.plan_id and (plan.currency, plan.tax) == (one.currency, one.tax)
