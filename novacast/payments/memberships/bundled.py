"""Memberships that begin with a purchase of the box office, and are paid by its payment. Fits the shapes that are
wanted there."""

from collections.abc import Collection
from dataclasses import replace
from typing import Protocol

from novacast.clock import DAY
from novacast.database import Database, Transaction
from novacast.errors import NotFound
from novacast.i18n import text
from novacast.money import Disputed
from novacast.payments.memberships import store
from novacast.payments.memberships.beginning import add, check_none, offered, wanted
from novacast.payments.memberships.billed.acting import Acting
from novacast.payments.memberships.billed.news import MembershipNews
from novacast.payments.memberships.billed.service import Billed
from novacast.payments.memberships.booking import Booking
from novacast.payments.memberships.disputes import store as disputes
from novacast.payments.memberships.models import CASH, FIRST_DAYS, OFFLINE, TERMINAL, Charge, State, Subscription
from novacast.payments.memberships.refunds import store as refunds
from novacast.payments.memberships.refunds.models import live
from novacast.payments.memberships.service import Memberships
from novacast.payments.memberships.trials.service import Trials
from novacast.payments.memberships.turning import begin_trial, charge, end, settle
from novacast.records import dataclass


@dataclass(frozen=True, slots=True)
class Begun:
    id: str
    org_id: str
    tier: str
    price: int
    currency: str
    interval: str
    state: str


class Part(Protocol):
    @property
    def subscription_id(self) -> str: ...
    @property
    def told(self) -> Disputed: ...


class Bundled:
    def __init__(
        self,
        db: Database,
        memberships: Memberships,
        acting: Acting,
        billed: Billed,
        booking: Booking,
        news: MembershipNews,
        trials: Trials,
    ) -> None:
        self._db, self._memberships, self._acting, self._billed = db, memberships, acting, billed
        self._booking, self._news, self._trials = booking, news, trials

    @property
    def ways(self) -> Collection[str]:
        return self._memberships.ways

    @property
    def patience(self) -> int:
        return (FIRST_DAYS - 1) * DAY

    def billed(self, way: str) -> bool:
        return way in self._acting.ways

    async def prepare(self, person_id: str, plan_id: str) -> None:
        """Raises NotFound, Unavailable."""
        if await self._db.one(store.plan(plan_id)) is None:
            raise NotFound(text("This membership is not offered."))
        await self._acting.give_up(person_id, plan_id, also=True)

    def begin(self, tx: Transaction, person_id: str, plan_id: str, way: str) -> tuple[Begun, int]:
        """Raises NotFound, Conflict."""
        plan, tier = offered(tx, plan_id)
        check_none(tx, person_id, tier)
        days, why = self._trials.days(tx, plan, tier, person_id)
        made = wanted(tier, plan, person_id, way, tx.now, billed=self.billed(way), trial_days=days, no_trial=why)
        add(tx, made)
        return self.member(tx, made.id), days

    def member(self, tx: Transaction, subscription_id: str) -> Begun:
        one = _known(tx, subscription_id)
        tier = tx.one(store.tier(one.tier_id))
        assert tier is not None, "a subscription has a tier"
        interval = "" if one.interval is None else one.interval.value
        return Begun(one.id, one.org_id, tier.name, one.price, one.currency, interval, one.state.value)

    async def lead(self, subscription_id: str) -> str | None:
        return await self._billed.lead(subscription_id)

    async def ready(self, org_id: str) -> None:
        await self._booking.prepare(org_id)

    def paid(self, tx: Transaction, subscription_id: str, amount: int) -> None:
        """What had ended before it was paid stays ended, and its money is an incident."""
        one = _known(tx, subscription_id)
        if one.state not in (State.PENDING, *TERMINAL) or tx.all(store.charges(one.id)):
            return
        if not amount:
            self._try(tx, one)
            return
        found = tx.one(store.charge(charge(tx, one)))
        assert found is not None, "it was written just now"
        settle(tx, self._booking, found, CASH if one.provider == OFFLINE else f"{one.provider}-{found.id}")

    def over(self, tx: Transaction, subscription_id: str) -> None:
        one = _known(tx, subscription_id)
        if one.state is State.PENDING:
            end(tx, one, State.EXPIRED)

    async def ask(self, subscription_id: str) -> None:
        await self._billed.ask(subscription_id)

    async def left(self, subscription_id: str) -> int:
        """Raises Unavailable."""
        found = await self._first(subscription_id)
        if found is None:  # a bank may be heard before whoever counts its periods was asked
            await self._billed.ask(subscription_id)
            found = await self._first(subscription_id)
        return 0 if found is None else found.amount - live(await self._db.all(refunds.of_charge(found.id)))

    async def disputed(self, provider: str, part: Part) -> bool:
        """A part of nothing is told for what began when something was left."""
        found = await self._first(part.subscription_id)
        if not part.told.amount and await self._db.one(disputes.by_reference(provider, part.told.reference)) is None:
            return False
        return found is not None and await self._news.dispute(provider, replace(part.told, key=found.reference or ""))

    async def booked(self, subscription_id: str) -> str | None:
        found = await self._first(subscription_id)
        entry = None if found is None else await self._booking.found(self._db, found.id)
        return None if entry is None else entry.source

    def _try(self, tx: Transaction, one: Subscription) -> None:
        plan = None if one.plan_id is None else tx.one(store.plan(one.plan_id))
        if one.state is not State.PENDING or plan is None:
            return
        if self._trials.begin(tx, one) is None:
            begin_trial(tx, one, plan.trial_days)
        else:
            end(tx, one, State.CANCELLED)

    async def _first(self, subscription_id: str) -> Charge | None:
        """What was paid with the purchase; what is tried first costs nothing there."""
        found = await self._db.all(store.charges(subscription_id))
        return found[-1] if found else None


def _known(tx: Transaction, subscription_id: str) -> Subscription:
    one = tx.one(store.subscription(subscription_id))
    assert one is not None, "subscriptions are never deleted"
    return one
