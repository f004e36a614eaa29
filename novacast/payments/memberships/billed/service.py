"""Memberships whose periods a biller counts: begun, asked about, changed. What is asked is on disk first, and asked
again with the same key until there is an answer; what became of it is then asked for, and settled."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from novacast.clock import DAY, HOUR
from novacast.database import Database, Then, Transaction
from novacast.errors import Conflict, NotFound, Unavailable
from novacast.i18n import text
from novacast.identity import new_id
from novacast.money import Demand, PaymentRefused
from novacast.payments.memberships import store
from novacast.payments.memberships.billed import store as billed
from novacast.payments.memberships.billed.models import LONGEST_DEBT, PAGE_LASTS, RARER, RAREST, Asked, Kind, Wish
from novacast.payments.memberships.billed.settling import Desk, settle
from novacast.payments.memberships.models import TERMINAL, Plan, State, Subscription
from novacast.payments.memberships.ports import Addressees, Biller, Change, Opening, Preview, Told

log = logging.getLogger(__name__)

BATCH, MOST = 200, 5000
"""Memberships that are read at once, and that one sweep asks about."""
TOGETHER, LOCKS = 4, 64
MARGIN = 2 * DAY
"""Bills are asked for from so long before a membership was begun here: clocks differ."""


Beside = Callable[[Transaction, str], Demand | None]
"""What is bought with a membership and paid by the payment that begins it, by the membership's id."""


class Billed:
    def __init__(
        self, db: Database, billers: Sequence[Biller], desk: Desk, people: Addressees, public_url: str
    ) -> None:
        self._db, self._desk, self._people, self._root = db, desk, people, public_url
        self._billers: Mapping[str, Biller] = {one.name: one for one in billers}
        self.beside: Beside = lambda tx, subscription_id: None
        self._locks = [asyncio.Lock() for _ in range(LOCKS)]
        self._asked: dict[str, int] = {}

    @property
    def names(self) -> Sequence[str]:
        return tuple(self._billers)

    def of(self, one: Subscription) -> Biller:
        """Raises Unavailable, where the settings name it no more."""
        found = self._billers.get(one.provider)
        if found is None:
            raise Unavailable(text("Payments by card are out of order. The house has been told."))
        return found

    async def lead(self, subscription_id: str) -> str | None:
        """Where it is paid; None: there is nothing to pay there any more. Raises PaymentRefused, Unavailable."""
        async with self._alone(subscription_id):
            one = await self._one(subscription_id)
            if one.state is not State.PENDING:
                return None
            opening = await self._db.write(lambda tx: self._opening(tx, one, None))
            try:
                return await self.of(one).begin(opening)
            except PaymentRefused:
                await self._settle(one, await self.of(one).close(one.id))
                raise

    async def ask(self, subscription_id: str) -> Subscription:
        """What has become of it: webhook, return, sweep and command line alike. Raises Unavailable."""
        async with self._alone(subscription_id):
            return await self._ask(await self._one(subscription_id))

    async def close(self, subscription_id: str) -> Subscription:
        """Call off what is not begun there; where it is, it is settled. Raises Unavailable."""
        async with self._alone(subscription_id):
            one = await self._one(subscription_id)
            if one.state is not State.PENDING:
                return one
            return await self._settle(one, await self.of(one).close(one.id))

    async def wish(
        self,
        one: Subscription,
        kind: Kind,
        plan: Plan | None = None,
        at: int | None = None,
        then: Then[Subscription] | None = None,
    ) -> Subscription:
        """`at`: of another plan, the instant that its price was reckoned for. Raises Conflict, PaymentRefused,
        Unavailable; the last only says that it is not known yet: it is asked again until there is an answer."""
        made = await self._db.write(lambda tx: _asked(tx, one.id, kind, plan, at))
        await self._fulfil(made)
        after = await self._db.one(billed.wish(made.id))
        if after is not None and after.state is Asked.REFUSED:
            raise PaymentRefused(
                text("Nothing has changed: the card was not taken. Look at it first."), after.reason or ""
            )

        def unit(tx: Transaction) -> Subscription:
            found = tx.one(store.subscription(one.id)) or one
            if then is not None:
                then(tx, found)
            return found

        return await self._db.write(unit)

    async def preview(self, one: Subscription, plan: Plan) -> Preview:
        """Raises PaymentRefused, Unavailable."""
        now = self._db.clock.now()
        wish = Wish("", one.id, Kind.PLAN, plan.id, now, None, Asked.ASKED, None, now)
        change = await self._db.write(lambda tx: self._change(tx, one, wish))
        return await self.of(one).preview(change)

    async def cards(self, one: Subscription, back: str) -> str | None:
        return await self.of(one).cards(one.person_id, f"{self._root}{back}")

    async def sweep(self) -> int:
        """Ask again for what has no answer, and about all that are not known to be over; how many."""
        for wish in await self._db.all(billed.asked(BATCH)):
            await self._tried(wish.subscription_id, self._fulfil(wish))
        count, after = 0, (0, "")
        known: set[str] = set()
        while count < MOST and (some := await self._db.all(billed.there(after, BATCH))):
            after = some[-1].created_at, some[-1].id
            known |= {one.id for one in some}
            due = [one for one in some if one.provider in self._billers and not self._rests(one)]
            for at in range(0, len(due), TOGETHER):
                await asyncio.gather(*(self._tried(one.id, self.ask(one.id)) for one in due[at : at + TOGETHER]))
            count += len(due)
        self._asked = {id_: at for id_, at in self._asked.items() if id_ in known}
        return count

    async def _tried(self, subscription_id: str, work: Awaitable[object]) -> None:
        self._asked[subscription_id] = self._db.clock.now()
        try:
            await work
        except (Unavailable, Conflict) as error:
            log.warning("membership %s is looked at later: %s", subscription_id, error)
        except Exception:
            log.exception("membership %s could not be looked at; the others are", subscription_id)

    def _rests(self, one: Subscription) -> bool:
        """What stirs is asked about more often than what runs."""
        now = self._db.clock.now()
        stirs = one.state in (State.PENDING, State.PAST_DUE) or (one.ends_at or 0) <= now
        wait = min((now - one.changed_at) // RARER, RAREST) if stirs else RAREST
        return now - self._asked.get(one.id, -RAREST) < wait

    async def _ask(self, one: Subscription) -> Subscription:
        biller = self.of(one)
        told = await biller.look(one.id, one.reference, one.created_at - MARGIN)
        if told.state == "open" and await self._page_over(one):
            told = await biller.close(one.id)
        after = await self._settle(one, told)
        return await self._clean(after, told)

    async def _page_over(self, one: Subscription) -> bool:
        """Whether nobody pays on its page any more; what is bought beside it may have longer."""
        now = self._db.clock.now()
        if one.created_at + PAGE_LASTS > now:
            return False
        beside = await self._db.write(lambda tx: self.beside(tx, one.id))
        return beside is None or (beside.until or 0) <= now

    async def _clean(self, one: Subscription, told: Told) -> Subscription:
        """What is over here must be over there: nobody is charged for what opens nothing."""
        biller, now = self.of(one), self._db.clock.now()
        indebted = one.state is State.PAST_DUE and (one.ends_at or now) + one.grace_days * DAY + LONGEST_DEBT <= now
        alive = told.state in ("unpaid", "running", "late", "paused")
        if alive and told.reference is not None and (one.state in TERMINAL or indebted) and not one.mismatch:
            await biller.change(Change(new_id(), told.reference, "end", now))
            told = await biller.look(one.id, told.reference, one.created_at - MARGIN)
            one = await self._settle(one, replace(told, failed=indebted or told.failed))
        elif told.state == "open" and one.state in TERMINAL:
            one = await self._settle(one, await biller.close(one.id))
        if one.state in TERMINAL:
            for bill in told.bills:
                if bill.state == "due":
                    await biller.void(bill.reference)
        return one

    async def _settle(self, one: Subscription, told: Told) -> Subscription:
        await self._desk.booking.prepare(one.org_id)
        return await self._db.write(lambda tx: settle(tx, self._desk, one.id, told))

    async def _fulfil(self, wish: Wish) -> None:
        """Raises Unavailable."""
        async with self._alone(wish.subscription_id):
            now = await self._db.one(billed.wish(wish.id))
            if now is None or now.state is not Asked.ASKED:
                return
            one = await self._one(wish.subscription_id)
            change = await self._db.write(lambda tx: self._change(tx, one, wish))
            state, reason = Asked.DONE, None
            try:
                await self.of(one).change(change)
            except PaymentRefused as error:
                state, reason = Asked.REFUSED, error.reason
            except NotFound:
                state, reason = Asked.REFUSED, "unknown"
            await self._ask(one)
            await self._db.write(partial(_ended, wish, state, reason))

    def _change(self, tx: Transaction, one: Subscription, wish: Wish) -> Change:
        plan = None if wish.plan_id is None else tx.one(store.plan(wish.plan_id))
        opening = None if plan is None else self._opening(tx, one, plan)
        if one.reference is None:
            raise Conflict(text("This membership has not begun."))
        return Change(wish.id, one.reference, wish.kind.value, wish.at, opening)

    def _opening(self, tx: Transaction, one: Subscription, plan: Plan | None) -> Opening:
        """With its own plan, or another one."""
        plan = plan or tx.one(store.plan(one.plan_id or ""))
        person = self._people.addressee(tx, one.person_id)
        assert plan is not None, "what is paid has a plan"
        tier = tx.one(store.tier(plan.tier_id))
        assert tier is not None, "a plan has a tier"
        trial = 0 if one.trial_until is None else (one.trial_until - one.created_at) // DAY
        return Opening(
            key=one.id,
            person_id=one.person_id,
            email="" if person is None else person.email,
            name="" if person is None else person.principal.name,
            tier_id=tier.id,
            tier=tier.name,
            plan_id=plan.id,
            interval=plan.interval,
            price=plan.price,
            currency=plan.currency,
            trial_days=trial,
            mode=self._desk.mode,
            instance=self._desk.instance,
            back=f"{self._root}/account/memberships/{one.id}/back",
            beside=self.beside(tx, one.id),
        )

    async def _one(self, subscription_id: str) -> Subscription:
        one = await self._db.one(store.subscription(subscription_id))
        if one is None or not one.billed:
            raise NotFound(text("There is no such membership, or it is not yours."))
        return one

    def _alone(self, subscription_id: str) -> asyncio.Lock:
        """An older answer must not be written after a newer one: one asks about a membership at a time."""
        return self._locks[hash(subscription_id) % LOCKS]


def _asked(tx: Transaction, subscription_id: str, kind: Kind, plan: Plan | None, at: int | None) -> Wish:
    """Raises Conflict."""
    one = tx.one(store.subscription(subscription_id))
    if one is None or one.reference is None or one.state in TERMINAL:
        raise Conflict(text("This membership has ended. Begin another."))
    if tx.one(billed.asked_of(subscription_id)) is not None:
        raise Conflict(text("Something is being changed already. Try again in a minute."))
    left = max(1, (one.ends_at or tx.now) - tx.now) if kind is Kind.PAUSE else None
    # A price that was shown lately still holds.
    shown = at if at is not None and tx.now - HOUR <= at <= tx.now else tx.now
    when = tx.now + (one.left or 0) if kind is Kind.RESUME else shown
    made = Wish(new_id(), one.id, kind, None if plan is None else plan.id, when, left, Asked.ASKED, None, tx.now)
    billed.ask(tx, made)
    return made


def _ended(wish: Wish, state: Asked, reason: str | None, tx: Transaction) -> None:
    billed.end(tx, wish.id, state, reason)
