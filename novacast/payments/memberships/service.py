"""Subscriptions as members and box offices use them: begin, pay, stop, pause, give; and the sweep that renews them."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from novacast import outbox
from novacast.database import Database, Page, Then, Transaction, keyset
from novacast.errors import Conflict, InvalidInput, NotFound, Unauthenticated, Unavailable
from novacast.i18n import text
from novacast.identity import Action, Principal, new_id
from novacast.payments.memberships import store
from novacast.payments.memberships.models import (
    Charge,
    Kind,
    Plan,
    State,
    Subscription,
    Tier,
)
from novacast.payments.memberships.plans import office, office_tier
from novacast.payments.memberships.ports import Collector, People
from novacast.payments.memberships.turning import charge, end, go_on, pause, settle, tell, turn

log = logging.getLogger(__name__)

OFFLINE = "offline"
"""Paid at the counter or by transfer: somebody of the box office says that it is."""
SWEPT = 200


@dataclass(frozen=True, slots=True)
class Membership:
    """A subscription with its tier and what was charged, the newest first."""

    subscription: Subscription
    tier: Tier
    charges: Sequence[Charge]


class Memberships:
    def __init__(self, db: Database, collectors: Sequence[Collector], people: People) -> None:
        self._db, self._people = db, people
        self._collectors = {one.name: one for one in collectors}

    @property
    def ways(self) -> Sequence[str]:
        """How one may pay here."""
        return (OFFLINE, *self._collectors)

    async def mine(self, principal: Principal) -> Sequence[Membership]:
        found = await self._db.all(store.of_person(_person(principal)))
        return [await self._whole(one) for one in found]

    async def of_org(self, principal: Principal, org_id: str, cursor: str | None, limit: int) -> Page[Subscription]:
        """Newest first. Raises NotFound, Forbidden, InvalidInput."""
        office(principal, org_id, Action.ORDER_VIEW)
        start = keyset(cursor, int, str) or store.START
        rows = await self._db.all(store.of_org(org_id, (start[0], start[1]), limit + 1))
        return Page.of(rows, limit, lambda one: (one.created_at, one.id))

    async def unpaid(self, principal: Principal, org_id: str) -> Sequence[Charge]:
        """What the box office waits for. Raises NotFound, Forbidden."""
        office(principal, org_id, Action.ORDER_VIEW)
        return await self._db.all(store.due_of(org_id))

    async def show(self, principal: Principal, subscription_id: str) -> Membership:
        """Raises NotFound."""
        found = await self._db.one(store.subscription(subscription_id))
        return await self._whole(_seen(principal, found))

    async def subscribe(
        self, principal: Principal, plan_id: str, way: str, then: Then[Subscription] | None = None
    ) -> Subscription:
        """Who has one of the circle is refused before anything is charged. Raises Unauthenticated, NotFound,
        Conflict."""
        person_id = _person(principal)
        if way not in self.ways:
            raise Conflict(text("One can't pay like this here."))

        def unit(tx: Transaction) -> Subscription:
            plan = tx.one(store.plan(plan_id))
            tier = None if plan is None else tx.one(store.tier(plan.tier_id))
            if plan is None or tier is None or not plan.offered or tier.archived:
                raise NotFound(text("This membership is not offered."))
            _check_none(tx, person_id, tier)
            made = _begun(tier, plan, person_id, way, tx.now)
            store.add(tx, made)
            charge(tx, made)
            outbox.emit(tx, "membership.begun", made.id, outbox.org(made.org_id), state=made.state.value)
            if then is not None:
                then(tx, made)
            return made

        made = await self._db.write(unit)
        if way in self._collectors:
            await self.collect(way)
        return await self._db.one(store.subscription(made.id)) or made

    async def give(
        self, principal: Principal, tier_id: str, email: str, until: int, then: Then[Subscription] | None = None
    ) -> Subscription:
        """A membership for nothing. Raises NotFound, Forbidden, InvalidInput, Conflict."""
        person_id = await self._people.person_id(email)

        def unit(tx: Transaction) -> Subscription:
            tier = office_tier(principal, tx.one(store.tier(tier_id)))
            if person_id is None:
                raise InvalidInput.field("email", text("Nobody has an account with this address."), "unknown")
            if until <= tx.now:
                raise InvalidInput.field("until", text("This day is over already."), "out_of_range")
            _check_none(tx, person_id, tier)
            made = _given(tier, person_id, until, tx.now)
            store.add(tx, made)
            outbox.emit(tx, "membership.begun", made.id, outbox.org(made.org_id), state=made.state.value)
            tell(tx, made, made.state)
            if then is not None:
                then(tx, made)
            return made

        return await self._db.write(unit)

    async def paid(self, principal: Principal, charge_id: str, then: Then[Subscription] | None = None) -> Subscription:
        """Somebody of the box office has the money. Raises NotFound, Forbidden, Conflict where others collect it."""

        def unit(tx: Transaction) -> Subscription:
            found = tx.one(store.charge(charge_id))
            one = None if found is None else tx.one(store.subscription(found.subscription_id))
            if found is None or one is None:
                raise NotFound(text("There is no such payment, or it is not for you."))
            office(principal, one.org_id, Action.ORDER_MANAGE)
            if found.provider != OFFLINE:
                raise Conflict(text("This is collected by {provider}.", provider=found.provider))
            settle(tx, found, None)
            after = tx.one(store.subscription(one.id)) or one
            if then is not None:
                then(tx, after)
            return after

        return await self._db.write(unit)

    async def cancel(
        self, principal: Principal, subscription_id: str, *, now: bool = False, then: Then[Subscription] | None = None
    ) -> Subscription:
        """At the end of what is paid, or `now`; what is not paid ends at once. Repeatable. Raises NotFound."""

        def act(tx: Transaction, one: Subscription) -> None:
            if one.state is State.ACTIVE and not now and one.kind is Kind.PAID:
                store.change(tx, one.id, stops=1)
                tell(tx, one, one.state)
            else:
                end(tx, one, State.CANCELLED)

        return await self._act(principal, subscription_id, act, then)

    async def keep(
        self, principal: Principal, subscription_id: str, then: Then[Subscription] | None = None
    ) -> Subscription:
        """It was to stop, and is renewed after all. Raises NotFound, Conflict."""

        def act(tx: Transaction, one: Subscription) -> None:
            if one.state is not State.ACTIVE:
                raise Conflict(text("This membership has ended. Begin another."))
            store.change(tx, one.id, stops=0)
            tell(tx, one, one.state)

        return await self._act(principal, subscription_id, act, then)

    async def pause(
        self, principal: Principal, subscription_id: str, then: Then[Subscription] | None = None
    ) -> Subscription:
        """What is left of its period waits. Raises NotFound, Conflict."""

        def act(tx: Transaction, one: Subscription) -> None:
            if one.state is not State.ACTIVE or one.kind is not Kind.PAID or (one.ends_at or 0) <= tx.now:
                raise Conflict(text("Only a membership that is paid can be paused."))
            pause(tx, one)

        return await self._act(principal, subscription_id, act, then)

    async def go_on(
        self, principal: Principal, subscription_id: str, then: Then[Subscription] | None = None
    ) -> Subscription:
        """Raises NotFound, Conflict."""

        def act(tx: Transaction, one: Subscription) -> None:
            if one.state is not State.PAUSED:
                raise Conflict(text("This membership is not paused."))
            go_on(tx, one)

        return await self._act(principal, subscription_id, act, then)

    async def sweep(self) -> None:
        """What is over is renewed or ends; what providers collect by themselves is collected."""
        while found := await self._db.all(store.over(self._db.clock.now(), SWEPT)):
            if not await self._db.write(partial(_turned, found)):
                break
        for name in self._collectors:
            await self.collect(name)

    async def collect(self, way: str) -> None:
        """Ask a provider for all that is due. What it can't say now is asked again by the next sweep."""
        for one in await self._db.all(store.due_charges(way, SWEPT)):
            try:
                told = await self._collectors[way].collect(one)
            except Unavailable as error:
                log.warning("%s can't collect now: %s", way, error)
                return
            if told.paid:
                await self._db.write(partial(_settled, one.id, told.reference))

    async def _act(
        self,
        principal: Principal,
        subscription_id: str,
        act: "Act",
        then: Then[Subscription] | None,
    ) -> Subscription:
        def unit(tx: Transaction) -> Subscription:
            one = _seen(principal, tx.one(store.subscription(subscription_id)))
            act(tx, one)
            after = tx.one(store.subscription(one.id)) or one
            if then is not None:
                then(tx, after)
            return after

        return await self._db.write(unit)

    async def _whole(self, one: Subscription) -> Membership:
        tier = await self._db.one(store.tier(one.tier_id))
        assert tier is not None, "a subscription has a tier"
        return Membership(one, tier, await self._db.all(store.charges(one.id)))


Act = Callable[[Transaction, Subscription], None]


def _person(principal: Principal) -> str:
    if principal.person_id is None:
        raise Unauthenticated(text("Log in first."))
    return principal.person_id


def _seen(principal: Principal, found: Subscription | None) -> Subscription:
    """One's own, or of an organization whose orders one manages. Raises NotFound."""
    if found is None or not (
        (principal.person_id is not None and found.person_id == principal.person_id)
        or principal.allows(Action.ORDER_MANAGE, found.org_id)
    ):
        raise NotFound(text("There is no such membership, or it is not yours."))
    return found


def _check_none(tx: Transaction, person_id: str, tier: Tier) -> None:
    if tx.one(store.running(person_id, tier.org_id, tier.circle)) is not None:
        raise Conflict(text("There is such a membership already. It has to end first."))


def _turned(ids: Sequence[str], tx: Transaction) -> int:
    return sum(turn(tx, one) for one in ids)


def _settled(charge_id: str, reference: str | None, tx: Transaction) -> None:
    """The row is read anew: others may have been faster."""
    found = tx.one(store.charge(charge_id))
    if found is not None:
        settle(tx, found, reference)


def _begun(tier: Tier, plan: Plan, person_id: str, way: str, now: int) -> Subscription:
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
        grace_days=plan.grace_days,
        anchor=None,
        periods=0,
        ends_at=None,
        stops=False,
        left=None,
        created_at=now,
        changed_at=now,
    )


def _given(tier: Tier, person_id: str, until: int, now: int) -> Subscription:
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
