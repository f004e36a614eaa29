"""Three years of a member: what they do, what their bank does, what is lost on the way; and after each step what is
paid is what is open, nobody is charged twice, and the books are right."""

import asyncio
import shutil
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from novacast.clock import DAY
from novacast.errors import NovaCastError
from novacast.folder import DataFolder
from novacast.payments.memberships.models import TERMINAL, ChargeState, Interval, State, Subscription
from novacast.payments.memberships.plans import PlanDraft
from novacast_admin.stripe_stand_in.billing import ATTACHES_ONLY
from novacast_admin.stripe_stand_in.errors import Refusal
from novacast_admin.stripe_stand_in.faults import Fault
from novacast_admin.stripe_stand_in.money import DECLINED, SUCCESS
from tests.payments.memberships.cards import card_club
from tests.payments.memberships.conftest import ADA, OWNER
from tests.payments.memberships.truths import check, recovered

T = TypeVar("T")
YEARS = 3
PRICES = ((Interval.MONTH, 900), (Interval.MONTH, 2700), (Interval.YEAR, 9000))


class Member(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = Path(mkdtemp(prefix="novacast-tests-"))
        self.stack = AsyncExitStack()
        self.hears = True

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def tried(self, work: Coroutine[Any, Any, T]) -> T | None:
        """None where the house or the bank refuses, or an answer is lost."""
        try:
            return self.run(work)
        except (NovaCastError, Refusal):
            return None
        finally:
            self.club.standin.faults.clear()
            self.run(self.settled())

    async def settled(self) -> None:
        self.club.standin.webhooks.waiting.clear()
        await recovered(self.club)
        await check(self.club)

    @initialize(trial=st.sampled_from([0, 10]))
    def found(self, trial: int) -> None:
        folder = DataFolder.at(self.folder)
        folder.prepare()
        self.club = self.run(self.stack.enter_async_context(card_club(folder)))
        self.begin = self.club.clock.now()
        tiers = [self.run(self.club.tier(name, circle="us")) for name in ("Friends", "Patrons", "Yearly")]
        self.plans = [
            self.run(self.club.own.plans.price(OWNER, tier.tier.id, PlanDraft(interval, price, "EUR", 1900,
                                                                              trial_days=trial)))
            for tier, (interval, price) in zip(tiers, PRICES, strict=True)
        ]  # fmt: skip

    @rule(number=st.integers(0, 2), card=st.sampled_from([SUCCESS, SUCCESS, ATTACHES_ONLY, DECLINED]))
    def become(self, number: int, card: str) -> None:
        self.tried(self._become(number, card))

    async def _become(self, number: int, card: str) -> None:
        made = await self.club.own.memberships.subscribe(ADA, self.plans[number].id, "stripe")
        if await self.club.own.billed.lead(made.id) is not None:
            self.club.standin.checkout.pay(self.club.page(made)["id"], card)
            await self.club.own.billed.ask(made.id)

    @rule(number=st.integers(0, 2))
    def begin_and_turn_back(self, number: int) -> None:
        async def begun() -> None:
            made = await self.club.own.memberships.subscribe(ADA, self.plans[number].id, "stripe")
            await self.club.own.billed.lead(made.id)

        self.tried(begun())

    @rule(days=st.integers(1, 45), told=st.booleans())
    def live_on(self, days: int, told: bool) -> None:
        """Without being told, the house finds out by itself."""
        self.tried(self.club.go(self.club.clock.now() + days * DAY, hear=told))

    @rule(number=st.sampled_from([SUCCESS, ATTACHES_ONLY]))
    def take_another_card(self, number: str) -> None:
        if (one := self.running()) is not None and one.reference is not None:
            self.club.card(one, number)

    @rule(number=st.integers(0, 2))
    def change(self, number: int) -> None:
        if (one := self.running()) is not None:
            self.tried(self.club.own.memberships.change(ADA, one.id, self.plans[number].id))

    @rule(act=st.sampled_from(["cancel", "keep", "pause", "go_on"]))
    def act(self, act: str) -> None:
        if (one := self.running()) is not None:
            self.tried(getattr(self.club.own.memberships, act)(ADA, one.id))

    @rule()
    def end(self) -> None:
        if (one := self.running()) is not None:
            self.tried(self.club.own.memberships.cancel(ADA, one.id, now=True))

    @rule(amount=st.sampled_from([None, 100, 333]))
    def be_given_back(self, amount: int | None) -> None:
        for one in self.run(self.club.all())[:1]:
            charges = self.run(self.club.charges(one))
            for charge in [each for each in charges if each.state is ChargeState.PAID][:1]:
                self.tried(self.club.own.refunds.give_back(OWNER, charge.id, amount))

    @rule(fault=st.sampled_from([Fault.DROP_BEFORE, Fault.DROP_AFTER, Fault.ERROR_AFTER, Fault.LIMITED]),
          skip=st.integers(0, 4))  # fmt: skip
    def lose_an_answer(self, fault: Fault, skip: int) -> None:
        self.club.standin.faults.plan(fault, "/v1/", skip=skip)

    @rule()
    def begin_anew(self) -> None:
        """The server is started again."""
        self.run(self.club.restarted())

    def running(self) -> Subscription | None:
        return next((one for one in self.run(self.club.all()) if one.state not in TERMINAL), None)

    def teardown(self) -> None:
        try:
            if hasattr(self, "club"):
                self.run(self.to_the_end())
        finally:
            self.run(self.stack.aclose())
            self.loop.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    async def to_the_end(self) -> None:
        """What is running runs on, quarter by quarter; in the end all that was paid for is earned."""
        end = self.begin + YEARS * 365 * DAY
        while self.club.clock.now() < end:
            await self.club.go(self.club.clock.now() + 91 * DAY)
            await self.settled()
        for one in await self.club.all():
            if one.state not in TERMINAL:
                await self.club.own.memberships.cancel(ADA, one.id, now=True)
        await self.club.go(end + 400 * DAY)
        await self.settled()
        assert all(one.state in (State.CANCELLED, State.EXPIRED) for one in await self.club.all())
        assert await self.club.balance("deferred:*") == 0
        assert await self.club.balance("refunds_owed") == 0
        earned = -await self.club.balance("revenue:*") - await self.club.balance("tax:*")
        assert earned == self.club.standin.money.balance("eur")


def lived(examples: int, steps: int, number: int) -> None:
    run_state_machine_as_test(
        seed(number)(Member),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_a_short_life_keeps_what_must_hold() -> None:
    lived(2, 12, 0)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(1, 7))
def test_three_years_of_many_lives_keep_what_must_hold(number: int) -> None:
    lived(8, 30, number)
