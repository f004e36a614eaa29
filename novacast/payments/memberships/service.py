"""Subscriptions as members and box offices use them: begin, pay, stop, pause, give; and the sweep that renews them."""

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from novacast.database import Database, Page, Then, Transaction, keyset
from novacast.errors import Conflict, InvalidInput, NotFound, Unavailable
from novacast.i18n import text
from novacast.identity import Action, Principal, person_of
from novacast.payments.memberships import store
from novacast.payments.memberships.beginning import add, check_none, given, offered, wanted
from novacast.payments.memberships.billed.acting import Acting
from novacast.payments.memberships.booking import Booking
from novacast.payments.memberships.models import CASH, OFFLINE, Charge, Kind, State, Subscription, Tier
from novacast.payments.memberships.plans import office, office_tier
from novacast.payments.memberships.ports import Collector, People, Preview
from novacast.payments.memberships.trials.service import Trials
from novacast.payments.memberships.turning import begin_trial, charge, end, go_on, pause, settle, tell, turn
from novacast.records import dataclass

log = logging.getLogger(__name__)

SWEPT = 200
STRANGE = text("There is no such membership, or it is not yours.")


@dataclass(frozen=True, slots=True)
class Membership:
    """A subscription with its tier and what was charged, the newest first."""

    subscription: Subscription
    tier: Tier
    charges: Sequence[Charge]


@dataclass(frozen=True, slots=True)
class Paying:
    subscription: Subscription
    url: str | None
    """Where it is paid; None: nowhere, or it is paid."""


class Memberships:
    def __init__(
        self,
        db: Database,
        collectors: Sequence[Collector],
        people: People,
        booking: Booking,
        acting: Acting,
        trials: Trials,
    ) -> None:
        self._db, self._people, self._booking, self._acting, self._trials = db, people, booking, acting, trials
        self._collectors = {one.name: one for one in collectors}

    @property
    def ways(self) -> Sequence[str]:
        """How one may pay here."""
        return (*self._acting.ways, OFFLINE, *self._collectors)

    async def mine(self, principal: Principal) -> Sequence[Membership]:
        found = await self._db.all(store.of_person(person_of(principal)))
        return [await self._whole(one) for one in found]

    async def of_org(self, principal: Principal, org_id: str, cursor: str | None, limit: int) -> Page[Subscription]:
        """Newest first. Raises NotFound, Forbidden, InvalidInput."""
        office(principal, org_id, Action.ORDER_VIEW)
        start = keyset(cursor, int, str) or store.START
        rows = await self._db.all(store.of_org(org_id, (start[0], start[1]), limit + 1))
        return Page.of(rows, limit, lambda one: (one.created_at, one.id))

    async def tiers(self, org_id: str) -> Mapping[str, str]:
        """Names by id."""
        return {one.id: one.name for one in await self._db.all(store.tiers(org_id))}

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
        person_id = person_of(principal)
        if way not in self.ways:
            raise Conflict(text("One can't pay like this here."))
        if way in self._acting.ways:
            return await self._acting.subscribe(person_id, plan_id, way, then)

        def unit(tx: Transaction) -> Subscription:
            plan, tier = offered(tx, plan_id)
            check_none(tx, person_id, tier)
            days, why = self._trials.days(tx, plan, tier, person_id)
            made = wanted(tier, plan, person_id, way, tx.now, no_trial=why)
            add(tx, made)
            if days:
                self._trials.begin(tx, made)
                begin_trial(tx, made, days)
            else:
                charge(tx, made)
            if then is not None:
                then(tx, tx.one(store.subscription(made.id)) or made)
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
            check_none(tx, person_id, tier)
            made = given(tier, person_id, until, tx.now)
            add(tx, made)
            tell(tx, made, made.state)
            if then is not None:
                then(tx, made)
            return made

        return await self._db.write(unit)

    async def paid(
        self, principal: Principal, charge_id: str, how: str = CASH, then: Then[Subscription] | None = None
    ) -> Subscription:
        """Somebody of the box office has the money; `how`: cash, transfer or card_terminal. Raises NotFound, Forbidden,
        Conflict where others collect it."""

        def unit(tx: Transaction) -> Subscription:
            found = tx.one(store.charge(charge_id))
            one = None if found is None else tx.one(store.subscription(found.subscription_id))
            if found is None or one is None:
                raise NotFound(text("There is no such payment, or it is not for you."))
            office(principal, one.org_id, Action.ORDER_MANAGE)
            if found.provider != OFFLINE:
                raise Conflict(text("This is collected by {provider}.", provider=found.provider))
            settle(tx, self._booking, found, how)
            after = tx.one(store.subscription(one.id)) or one
            if then is not None:
                then(tx, after)
            return after

        return await self._db.write(unit)

    async def cancel(
        self, principal: Principal, subscription_id: str, *, now: bool = False, then: Then[Subscription] | None = None
    ) -> Subscription:
        """At the end of what is paid, or `now`; what is not paid ends at once. Repeatable. Raises NotFound; Conflict,
        Unavailable where a provider is to do it."""
        if (billed := await self._billed(principal, subscription_id)) is not None:
            return await self._acting.cancel(billed, now=now, then=then)

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
        if (billed := await self._billed(principal, subscription_id, own=True)) is not None:
            return await self._acting.keep(billed, then)

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
        if (billed := await self._billed(principal, subscription_id)) is not None:
            return await self._acting.pause(billed, then)

        def act(tx: Transaction, one: Subscription) -> None:
            if one.state is not State.ACTIVE or one.kind is not Kind.PAID or (one.ends_at or 0) <= tx.now:
                raise Conflict(text("Only a membership that is paid can be paused."))
            pause(tx, one)

        return await self._act(principal, subscription_id, act, then)

    async def go_on(
        self, principal: Principal, subscription_id: str, then: Then[Subscription] | None = None
    ) -> Subscription:
        """Raises NotFound, Conflict."""
        if (billed := await self._billed(principal, subscription_id, own=True)) is not None:
            return await self._acting.go_on(billed, then)

        def act(tx: Transaction, one: Subscription) -> None:
            if one.state is not State.PAUSED:
                raise Conflict(text("This membership is not paused."))
            go_on(tx, one)

        return await self._act(principal, subscription_id, act, then)

    async def pay(self, principal: Principal, subscription_id: str) -> Paying:
        """Where it is paid, if a provider has a page for that. Raises NotFound, PaymentRefused, Unavailable."""
        billed = await self._billed(principal, subscription_id)
        url = None if billed is None else await self._acting.lead(billed)
        return Paying((await self.show(principal, subscription_id)).subscription, url)

    async def refresh(self, principal: Principal, subscription_id: str) -> Subscription:
        """Ask the provider what has become of it, and make it true here. Raises NotFound, Unavailable."""
        if (billed := await self._billed(principal, subscription_id)) is not None:
            return await self._acting.ask(billed)
        return (await self.show(principal, subscription_id)).subscription

    async def change(
        self,
        principal: Principal,
        subscription_id: str,
        plan_id: str,
        at: int | None = None,
        then: Then[Subscription] | None = None,
    ) -> Subscription:
        """To another plan of the circle, from now on. `at`: of the preview that was shown. Raises NotFound, Conflict,
        Unavailable."""
        return await self._acting.change(await self._changeable(principal, subscription_id), plan_id, at, then)

    async def preview(self, principal: Principal, subscription_id: str, plan_id: str) -> Preview:
        """What that costs. Raises NotFound, Conflict, Unavailable."""
        return await self._acting.preview(await self._changeable(principal, subscription_id), plan_id)

    async def _changeable(self, principal: Principal, subscription_id: str) -> Subscription:
        billed = await self._billed(principal, subscription_id, own=True)
        if billed is None:
            raise Conflict(text("Only a membership that is paid by card can be changed. End it, and begin another."))
        return billed

    async def _billed(self, principal: Principal, subscription_id: str, *, own: bool = False) -> Subscription | None:
        """`own`: theirs alone whose card is charged for it. None: its periods are counted here. Raises NotFound."""
        found = await self._db.one(store.subscription(subscription_id))
        one = _seen(principal, found)
        if own and one.person_id != principal.person_id:
            raise NotFound(STRANGE)
        return one if one.billed else None

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
                await self._db.write(partial(_settled, self._booking, one.id, told.reference))

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


def _seen(principal: Principal, found: Subscription | None) -> Subscription:
    """One's own, or of an organization whose orders one manages. Raises NotFound."""
    if found is None or not (
        (principal.person_id is not None and found.person_id == principal.person_id)
        or principal.allows(Action.ORDER_MANAGE, found.org_id)
    ):
        raise NotFound(STRANGE)
    return found


def _turned(ids: Sequence[str], tx: Transaction) -> int:
    return sum(turn(tx, one) for one in ids)


def _settled(booking: Booking, charge_id: str, reference: str | None, tx: Transaction) -> None:
    """The row is read anew: others may have been faster."""
    found = tx.one(store.charge(charge_id))
    if found is not None:
        settle(tx, booking, found, reference)
