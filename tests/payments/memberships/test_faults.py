"""Every fault at every step of a membership, with a crash before or after each commit of it, ends with what is charged
being what is open, once and in the books. Some of it is tried each time, all of it by the marker `slow`."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from novacast.clock import DAY, HOUR
from novacast.errors import NovaCastError
from novacast.folder import DataFolder
from novacast.payments.memberships.models import Interval, Plan, Subscription
from novacast.payments.memberships.plans import PlanDraft
from novacast_admin.stripe_stand_in.faults import Fault
from novacast_admin.stripe_stand_in.money import SUCCESS
from tests.payments.matrix import Crash, Doomed
from tests.payments.memberships.cards import CardClub, card_club
from tests.payments.memberships.conftest import ADA, OWNER
from tests.payments.memberships.truths import check, recovered

STEPS = ("subscribe", "return", "webhook", "renewal", "change", "stop", "pause", "resume", "end", "refund")
FAULTS: tuple[Fault | None, ...] = (None, *Fault)
MOST_COMMITS = 5
TWICE = ("subscribe", "change")
"""What people try once more."""
EVERY = 97
IMPATIENT = 0.3


@dataclass(frozen=True)
class Case:
    step: str
    fault: Fault | None
    commit: int
    """At which the process ends; 0: it does not."""
    after: bool
    again: bool
    """Whether whoever did it tries once more."""

    def __str__(self) -> str:
        crash = f"crash {'after' if self.after else 'before'} commit {self.commit}" if self.commit else "no crash"
        return f"{self.step}{' twice' * self.again}, {self.fault or 'no fault'}, {crash}"


def cases() -> Iterator[Case]:
    for step in STEPS:
        for fault in FAULTS:
            for again in (False, True) if step in TWICE else (False,):
                yield Case(step, fault, 0, False, again)
                for commit in range(1, MOST_COMMITS + 1):
                    yield Case(step, fault, commit, False, again)
                    yield Case(step, fault, commit, True, again)


class Story:
    """Of one member."""

    def __init__(self, club: CardClub, plan: Plan, better: Plan) -> None:
        self.club, self.plan, self.better = club, plan, better
        self.one: Subscription | None = None

    async def prepare(self, step: str) -> None:
        club = self.club
        if step == "subscribe":
            return
        made, page = await club.begun(self.plan)
        self.one = made
        club.standin.checkout.pay(page["id"], SUCCESS)
        if step in ("return", "webhook"):
            return
        self.one = await club.own.billed.ask(made.id)
        club.standin.webhooks.waiting.clear()
        if step == "resume":
            await club.own.memberships.pause(ADA, made.id)
            club.clock.advance(40 * DAY / 1_000_000)
            club.standin.account.tick()

    async def act(self, step: str) -> None:
        club, own = self.club, self.club.own.memberships
        if step == "subscribe":
            made = await own.subscribe(ADA, self.plan.id, "stripe")
            if await club.own.billed.lead(made.id) is not None:
                club.standin.checkout.pay(club.page(made)["id"], SUCCESS)
            await club.own.billed.ask(made.id)
            return
        assert self.one is not None
        id_ = self.one.id
        acts: Mapping[str, Callable[[], Awaitable[object]]] = {
            "return": lambda: club.own.billed.ask(id_),
            "webhook": lambda: club.hear(order=reversed, copies=2),
            "renewal": self._renew,
            "change": lambda: own.change(ADA, id_, self.better.id),
            "stop": lambda: own.cancel(ADA, id_),
            "pause": lambda: own.pause(ADA, id_),
            "resume": lambda: own.go_on(ADA, id_),
            "end": lambda: own.cancel(ADA, id_, now=True),
            "refund": self._refund,
        }
        await acts[step]()

    async def _renew(self) -> None:
        assert self.one is not None
        await self.club.go((self.one.ends_at or 0) + 2 * HOUR)

    async def _refund(self) -> None:
        assert self.one is not None
        (charge,) = await self.club.charges(self.one)
        await self.club.own.refunds.give_back(OWNER, charge.id, 400)


async def tried(club: CardClub, case: Case, plans: tuple[Plan, Plan]) -> str:
    story = Story(club, *plans)
    await story.prepare(case.step)
    db, whole = club.db, club.settings
    doomed: Any = Doomed(db, case.commit, after=case.after) if case.commit else db
    # What hangs is given up soon; everything else gets its time.
    patience = IMPATIENT if case.fault is Fault.HANG else 5.0
    club.settings = replace(whole, stripe=replace(whole.stripe, timeout_seconds=patience))
    await club.restarted(doomed)
    if case.fault is not None:
        club.standin.faults.plan(case.fault, "/v1/")
    try:
        for _time in range(1 + case.again):
            try:
                await story.act(case.step)
            except (Crash, NovaCastError):
                await club.restarted(db)
    finally:
        club.standin.faults.clear()
        club.standin.faults.gate.clear()
        club.settings = whole
    await club.restarted(db)
    await recovered(club)
    await check(club, case)
    paid = [one for one in club.standin.account.all("payment_intent") if one["status"] == "succeeded"]
    most = {"renewal": 2, "change": 2, "resume": 1}.get(case.step, 1)
    assert len(paid) - len(club.paid_before) <= most, f"{case}: paid {len(paid) - len(club.paid_before)} times"
    state = (await club.all())[0].state if await club.all() else "nothing"
    club.paid_before = [one["id"] for one in paid]
    await over(club)
    return str(state)


async def over(club: CardClub) -> None:
    """The next story begins anew."""
    for one in await club.all():
        await club.own.memberships.cancel(ADA, one.id, now=True)
    await recovered(club)
    club.standin.webhooks.waiting.clear()
    club.clock.advance(3 * HOUR / 1_000_000)


async def counted(folder: DataFolder, chosen: Sequence[Case]) -> None:
    counts: Counter[str] = Counter()
    async with card_club(folder) as club:
        small, large = await club.tier("Friends", circle="us"), await club.tier("Patrons", circle="us")
        plans = (
            await club.plan(small),
            await club.own.plans.price(OWNER, large.tier.id, PlanDraft(Interval.MONTH, 2700, "EUR")),
        )
        for case in chosen:
            counts[await tried(club, case, plans)] += 1
    print(f"{len(chosen)} cases: {dict(counts)}")
    assert sum(counts.values()) == len(chosen)


async def test_some_of_the_matrix_ends_as_it_must(folder: DataFolder) -> None:
    await counted(folder, list(cases())[::EVERY])


@pytest.mark.slow
@pytest.mark.parametrize("step", STEPS)
async def test_the_whole_matrix_ends_as_it_must(folder: DataFolder, step: str) -> None:
    await counted(folder, [case for case in cases() if case.step == step])
