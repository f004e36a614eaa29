"""Memberships paid at Stripe: begun on its page, renewed by its clock, changed, paused and ended; and what is in the
books of it."""

from collections.abc import AsyncIterator

import pytest

from novacast.clock import DAY, HOUR
from novacast.errors import Conflict, NotFound
from novacast.folder import DataFolder
from novacast.money import PaymentRefused
from novacast.outbox import Event as Fact
from novacast.payments.memberships.models import ChargeState, Interval, State
from novacast.payments.memberships.plans import PlanDraft
from novacast_admin.stripe_stand_in.billing import ATTACHES_ONLY
from novacast_admin.stripe_stand_in.money import DECLINED, SUCCESS
from tests.payments.memberships.cards import CardClub, card_club
from tests.payments.memberships.conftest import ADA, BEN, ORG, OWNER, SELLER, day


@pytest.fixture
async def club(folder: DataFolder) -> AsyncIterator[CardClub]:
    async with card_club(folder) as opened:
        yield opened


async def test_a_membership_begins_on_the_page_and_renews_each_month(club: CardClub) -> None:
    plan = await club.plan(await club.tier(), tax=1900)
    made, page = await club.begun(plan)
    assert (made.state, made.billed, await club.opens()) == (State.PENDING, True, False)
    assert (await club.own.billed.ask(made.id)).state is State.PENDING
    club.standin.checkout.pay(page["id"], SUCCESS)
    paid = await club.own.billed.ask(made.id)
    assert (paid.state, paid.ends_at) == (State.ACTIVE, day("2026-02-28"))
    assert await club.opens()
    await club.go(day("2026-04-02"))
    after = await club.now(made)
    assert (after.state, after.ends_at) == (State.ACTIVE, day("2026-04-30"))
    assert [one.state for one in await club.charges(made)] == [ChargeState.PAID] * 3
    assert await club.balance("clearing:stripe") == club.standin.money.balance("eur") == 3 * 900
    assert await club.balance("tax:1900") == -3 * 144
    assert await club.balance("revenue:1900") == -2 * 756
    assert await club.balance("deferred:1900") == -756


async def test_nobody_is_charged_twice_however_often_they_begin(club: CardClub) -> None:
    tier = await club.tier()
    plan, yearly = await club.plan(tier), await club.plan(tier, Interval.YEAR)
    first, page = await club.begun(plan)
    again, same = await club.begun(plan)
    assert (again.id, same["id"]) == (first.id, page["id"])
    other, another = await club.begun(yearly)
    assert other.id != first.id
    assert club.standin.account.get("checkout.session", page["id"])["status"] == "expired"
    club.standin.checkout.pay(another["id"], SUCCESS)
    with pytest.raises(Conflict):
        await club.own.memberships.subscribe(ADA, plan.id, "stripe")
    assert sorted(one.state for one in await club.all()) == [State.ACTIVE, State.EXPIRED]


async def test_a_trial_costs_nothing_and_is_had_once(club: CardClub) -> None:
    plan = await club.plan(await club.tier(), trial_days=14)
    made = await club.member(plan)
    assert (made.state, made.ends_at) == (State.ACTIVE, day("2026-02-14"))
    assert await club.opens()
    await club.go(day("2026-02-12"))
    assert len(await club.facts("membership.trial_ending")) == 1
    assert await club.charges(made) == []
    await club.go(day("2026-02-15"))
    assert [one.amount for one in await club.charges(made)] == [900]
    await club.own.memberships.cancel(ADA, made.id, now=True)
    assert (await club.now(made)).state is State.CANCELLED
    again = await club.member(plan)
    assert (again.trial_until, [one.amount for one in await club.charges(again)]) == (None, [900])


async def test_a_renewal_that_fails_keeps_its_benefits_for_the_grace_and_is_suspended_then(club: CardClub) -> None:
    made = await club.member(await club.plan(await club.tier(), grace_days=5))
    club.card(made, ATTACHES_ONLY)
    await club.go(day("2026-03-01"))
    assert (await club.now(made)).state is State.PAST_DUE
    assert await club.opens()
    (due, _) = await club.charges(made)
    assert due.state is ChargeState.DUE
    assert due.url is not None
    await club.go(day("2026-03-06"))
    assert not await club.opens()
    assert (await club.now(made)).suspended_at is not None
    assert len(await club.facts("membership.suspended")) == 1
    club.card(made, SUCCESS)
    await club.go(day("2026-03-09"))
    after = await club.now(made)
    assert (after.state, after.suspended_at, after.ends_at) == (State.ACTIVE, None, day("2026-03-31"))
    assert await club.opens()


async def test_what_is_never_paid_runs_out_when_stripe_gives_up(club: CardClub) -> None:
    made = await club.member(await club.plan(await club.tier()))
    club.card(made, ATTACHES_ONLY)
    await club.go(day("2026-04-01"))
    after = await club.now(made)
    assert (after.state, after.gone, await club.opens()) == (State.EXPIRED, True, False)
    assert [one.state for one in await club.charges(made)] == [ChargeState.VOID, ChargeState.PAID]
    assert all(one["status"] != "open" for one in club.standin.account.all("invoice"))
    assert (await club.member(await club.plan(await club.tier()))).state is State.ACTIVE


async def test_another_tier_costs_what_stripe_says_it_costs(club: CardClub) -> None:
    small, large = await club.tier("Friends", circle="us"), await club.tier("Patrons", circle="us")
    plan = await club.plan(small)
    better = await club.own.plans.price(OWNER, large.tier.id, _price(2700))
    made = await club.member(plan)
    await club.go(day("2026-02-14"))
    shown = await club.own.memberships.preview(ADA, made.id, better.id)
    assert shown.now == 900
    changed = await club.own.memberships.change(ADA, made.id, better.id, shown.at)
    assert (changed.plan_id, changed.tier_id, changed.price) == (better.id, large.tier.id, 2700)
    assert [(one.amount, sum(part for _, part in one.rows)) for one in await club.charges(made)] == [
        (900, 900),
        (900, 900),
    ]
    cheaper = await club.own.memberships.preview(ADA, made.id, plan.id)
    assert cheaper.now == -900
    await club.own.memberships.change(ADA, made.id, plan.id, cheaper.at)
    await club.go(day("2026-03-01"))
    assert len(await club.charges(made)) == 2  # what was left over paid the month
    assert await club.balance("clearing:stripe") == club.standin.money.balance("eur") == 1800


async def test_a_card_that_is_declined_changes_nothing(club: CardClub) -> None:
    small, large = await club.tier("Friends", circle="us"), await club.tier("Patrons", circle="us")
    better = await club.own.plans.price(OWNER, large.tier.id, _price(2700))
    made = await club.member(await club.plan(small))
    club.card(made, ATTACHES_ONLY)
    with pytest.raises(PaymentRefused, match="Nothing has changed"):
        await club.own.memberships.change(ADA, made.id, better.id)
    after = await club.now(made)
    assert (after.price, after.state, len(await club.charges(made))) == (900, State.ACTIVE, 1)


async def test_a_pause_keeps_what_was_left_and_costs_nothing(club: CardClub) -> None:
    made = await club.member(await club.plan(await club.tier()))
    await club.go(day("2026-02-18"))
    paused = await club.own.memberships.pause(ADA, made.id)
    assert (paused.state, paused.left) == (State.PAUSED, 10 * DAY)
    assert not await club.opens()
    await club.go(day("2026-06-01"))
    assert (await club.now(made)).state is State.PAUSED
    back = await club.own.memberships.go_on(ADA, made.id)
    assert (back.state, back.ends_at, back.left) == (State.ACTIVE, day("2026-06-11"), None)
    assert await club.opens()
    await club.go(day("2026-06-12"))
    assert (await club.now(made)).ends_at == day("2026-07-11")
    assert club.standin.money.balance("eur") == 2 * 900


async def test_stopping_lasts_to_the_end_of_what_is_paid_and_can_be_taken_back(club: CardClub) -> None:
    made = await club.member(await club.plan(await club.tier()))
    assert (await club.own.memberships.cancel(ADA, made.id)).stops
    assert not (await club.own.memberships.keep(ADA, made.id)).stops
    assert (await club.own.memberships.cancel(ADA, made.id)).stops
    await club.go(day("2026-02-28") - HOUR)
    assert await club.opens()
    await club.go(day("2026-02-28"))
    assert ((await club.now(made)).state, await club.opens()) == (State.CANCELLED, False)


async def test_one_who_never_pays_is_free_to_begin_again(club: CardClub) -> None:
    plan = await club.plan(await club.tier())
    made, page = await club.begun(plan)
    with pytest.raises(Exception, match="declined"):
        club.standin.checkout.pay(page["id"], DECLINED)
    club.clock.advance(3 * 3600)
    await club.own.sweep()
    assert (await club.now(made)).state is State.EXPIRED
    assert (await club.member(plan)).state is State.ACTIVE


async def test_nobody_is_charged_for_a_house_that_is_gone(club: CardClub) -> None:
    plan = await club.plan(await club.tier())
    made = await club.member(plan)
    gone = Fact(1, 0, "organization.deleted", ORG, "internal", {})
    for _ in range(2):
        await club.own.endings.hear(gone)
        assert ((await club.now(made)).state, await club.opens()) == (State.CANCELLED, False)
    await club.go(day("2026-06-01"))
    assert club.there(made)["status"] == "canceled"
    assert len([one for one in await club.charges(made) if one.state is ChargeState.PAID]) == 1
    with pytest.raises(NotFound):
        await club.own.memberships.subscribe(BEN, plan.id, "stripe")


def _price(amount: int) -> PlanDraft:
    return PlanDraft(Interval.MONTH, amount, "EUR")


async def test_nobody_but_the_member_has_their_card_charged_for_more(club: CardClub) -> None:
    tier = await club.tier()
    plan, dear = await club.plan(tier), await club.plan(tier, Interval.YEAR)
    made = await club.member(plan)
    own = club.own.memberships
    for who in (SELLER, OWNER, BEN):
        for act in (own.change(who, made.id, dear.id), own.preview(who, made.id, dear.id)):
            with pytest.raises(NotFound):
                await act
    await own.cancel(ADA, made.id)
    with pytest.raises(NotFound):
        await own.keep(SELLER, made.id)
    assert (await club.now(made)).stops
    await own.cancel(SELLER, made.id, now=True)
    assert (await club.now(made)).state is State.CANCELLED
