"""What a membership opens and for how long, whatever is paid when; and that nobody has two of one circle."""

import asyncio

import pytest

from novacast.clock import DAY, SECOND
from novacast.database import Transaction
from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound, Unauthenticated, Unavailable
from novacast.identity import ANONYMOUS
from novacast.payments.memberships import store
from novacast.payments.memberships.models import (
    MOVES,
    TERMINAL,
    Charge,
    ChargeState,
    Interval,
    State,
    period_end,
)
from novacast.payments.memberships.plans import PlanDraft, TierDraft
from novacast.payments.memberships.ports import Collected
from novacast.payments.memberships.service import Memberships
from tests.payments.memberships.conftest import ADA, BEN, DOOR, ORG, OTHER_ORG, OUTSIDER, OWNER, SELLER, Club, day


def test_periods_go_by_the_calendar_and_come_back_to_their_day() -> None:
    anchor = day("2026-01-31")
    ends = [period_end(anchor, Interval.MONTH, count) for count in range(1, 15)]
    assert ends[:3] == [day("2026-02-28"), day("2026-03-31"), day("2026-04-30")]
    assert ends[12] == day("2027-02-28")
    assert sorted(ends) == ends
    assert period_end(day("2028-02-29"), Interval.YEAR, 1) == day("2029-02-28")
    assert period_end(day("2028-02-29"), Interval.YEAR, 4) == day("2032-02-29")
    assert period_end(anchor + 123_456, Interval.MONTH, 1) == day("2026-02-28") + 123_456


async def test_a_membership_opens_once_it_is_paid_and_what_its_tier_opens(club: Club) -> None:
    plan = await club.plan(await club.tier())
    made = await club.own.memberships.subscribe(ADA, plan.id, "offline")
    assert (made.state, await club.opens()) == (State.PENDING, False)
    paid = await club.pay(made)
    assert (paid.state, paid.ends_at) == (State.ACTIVE, day("2026-02-28"))
    assert await club.opens()
    assert not await club.opens(BEN)
    assert not await club.opens(ANONYMOUS)
    assert not await club.opens(media="another")
    assert await club.own.entitlement.houses(ADA, "video1") == {ORG}
    assert [one.name for one in await club.own.entitlement.tiers(ADA, ORG)] == ["Friends"]
    assert await club.own.entitlement.tiers(ADA, OTHER_ORG) == []


async def test_a_sandbox_pays_at_once_and_renews_by_itself(club: Club) -> None:
    plan = await club.plan(await club.tier())
    made = await club.own.memberships.subscribe(ADA, plan.id, "sandbox")
    assert made.state is State.ACTIVE
    for month in ("2026-02-28", "2026-03-31", "2026-04-30"):
        await club.at(day(month))
        assert (await club.now(made)).state is State.ACTIVE
    assert (await club.now(made)).ends_at == day("2026-05-31")
    assert [one.state for one in await club.charges(made)] == [ChargeState.PAID] * 4


async def test_a_renewal_that_is_not_paid_stays_open_for_its_grace_and_no_longer(club: Club) -> None:
    made = await club.member(await club.plan(await club.tier(), grace_days=10))
    end = day("2026-02-28")
    await club.at(end)
    assert (await club.now(made)).state is State.PAST_DUE
    assert await club.opens()
    club.clock.advance((10 * DAY - 1) / SECOND)
    assert await club.opens()
    club.clock.advance(2 / SECOND)
    assert not await club.opens()  # though no sweep has looked yet
    await club.own.memberships.sweep()
    assert (await club.now(made)).state is State.EXPIRED
    assert [one.state for one in await club.charges(made)] == [ChargeState.VOID, ChargeState.PAID]


async def test_a_renewal_that_is_paid_within_its_grace_goes_on_from_where_the_last_ended(club: Club) -> None:
    made = await club.member(await club.plan(await club.tier()))
    await club.at(day("2026-03-05"))
    renewed = await club.pay(made)
    assert (renewed.state, renewed.ends_at) == (State.ACTIVE, day("2026-03-31"))


async def test_what_is_paid_after_the_end_brings_nothing_back_and_is_seen(club: Club) -> None:
    made = await club.member(await club.plan(await club.tier(), grace_days=0))
    await club.at(day("2026-03-01"))
    assert (await club.now(made)).state is State.EXPIRED
    (late, _) = await club.charges(made)
    await club.own.memberships.paid(SELLER, late.id)
    assert (await club.now(made)).state is State.EXPIRED
    assert not await club.opens()
    (fact,) = await club.facts("membership.paid_late")
    assert fact.payload == {"charge": late.id}
    assert [one.late for one in await club.charges(made)] == [True, False]
    await club.own.memberships.paid(SELLER, late.id)
    assert len(await club.facts("membership.paid_late")) == 1


async def test_what_is_paid_twice_counts_once(club: Club) -> None:
    made = await club.member(await club.plan(await club.tier()))
    (first,) = await club.charges(made)
    await club.own.memberships.paid(SELLER, first.id)
    assert (await club.now(made)).ends_at == day("2026-02-28")
    assert len(await club.facts("membership.paid")) == 1


async def test_nobody_has_two_of_one_circle_however_fast_they_click(club: Club) -> None:
    tier = await club.tier()
    monthly, yearly = await club.plan(tier), await club.plan(tier, Interval.YEAR)
    tries = [club.own.memberships.subscribe(ADA, plan.id, "sandbox") for plan in (monthly, yearly) * 5]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(one, Conflict) for one in results) == 9
    (mine,) = await club.own.memberships.mine(ADA)
    assert len(mine.charges) == 1
    with pytest.raises(Conflict):
        await club.own.memberships.give(OWNER, tier.tier.id, "ada@venue.example", day("2027-01-01"))
    other = await club.plan(await club.tier("Patrons", circle="Patrons"))
    assert (await club.member(other)).state is State.ACTIVE


async def test_the_schema_refuses_what_the_code_would_not_do(club: Club) -> None:
    tier = await club.tier()
    made = await club.member(await club.plan(tier))

    async def refused(sql: str, match: str) -> None:
        with pytest.raises(Exception, match=match):
            await club.db.write(lambda tx: tx.run(sql, {"id": made.id}))

    same = "org_id, circle, tier_id, plan_id, person_id, kind, provider, price, currency, tax, interval, grace_days"
    into = f"INSERT INTO subscriptions (id, state, created_at, changed_at, {same})"
    copy = f"{into} SELECT id || 'x', 'pending', 1, 1, {same}"
    await refused(f"{copy} FROM subscriptions WHERE id = :id", "UNIQUE")
    await refused("UPDATE subscriptions SET state = 'pending' WHERE id = :id", "no such move")
    await refused("UPDATE subscriptions SET person_id = 'ben' WHERE id = :id", "never changes")
    await refused("UPDATE subscription_charges SET amount = 1 WHERE subscription_id = :id", "never changes")
    await refused("UPDATE subscription_charges SET state = 'due', paid_at = NULL", "no such move")
    await club.own.memberships.cancel(ADA, made.id, now=True)
    for state in set(State) - TERMINAL:
        await refused(f"UPDATE subscriptions SET state = '{state}', left = 1 WHERE id = :id", "no such move")


@pytest.mark.parametrize("old", list(State))
async def test_the_schema_and_the_code_know_the_same_moves(club: Club, old: State) -> None:
    tier = await club.tier()
    made = await club.own.memberships.subscribe(ADA, (await club.plan(tier)).id, "offline")
    way = {
        State.PENDING: (),
        State.ACTIVE: (State.ACTIVE,),
        State.PAST_DUE: (State.ACTIVE, State.PAST_DUE),
        State.PAUSED: (State.ACTIVE, State.PAUSED),
        State.CANCELLED: (State.CANCELLED,),
        State.EXPIRED: (State.EXPIRED,),
    }

    def put(tx: Transaction, state: State) -> None:
        store.change(tx, made.id, state=state.value, ends_at=tx.now, left=1 if state is State.PAUSED else None)

    for step in way[old]:
        await club.db.write(lambda tx, step=step: put(tx, step))  # type: ignore[misc]  # a default
    for new in set(State) - {old}:

        def attempt(tx: Transaction, new: State = new) -> None:
            put(tx, new)
            raise InvalidInput("undo")

        with pytest.raises(InvalidInput if new in MOVES[old] else Exception) as refused:
            await club.db.write(attempt)
        assert isinstance(refused.value, InvalidInput) is (new in MOVES[old]), (old, new)


async def test_stopping_ends_it_with_what_is_paid_and_can_be_taken_back(club: Club) -> None:
    made = await club.member(await club.plan(await club.tier()))
    assert (await club.own.memberships.cancel(ADA, made.id)).stops
    assert not (await club.own.memberships.keep(ADA, made.id)).stops
    await club.own.memberships.cancel(ADA, made.id)
    assert await club.opens()
    await club.at(day("2026-02-28"))
    assert (await club.now(made)).state is State.CANCELLED
    assert not await club.opens()
    assert len(await club.charges(made)) == 1
    with pytest.raises(Conflict):
        await club.own.memberships.keep(ADA, made.id)
    assert (await club.own.memberships.cancel(ADA, made.id)).state is State.CANCELLED


async def test_a_pause_keeps_what_was_left_of_the_period(club: Club) -> None:
    made = await club.member(await club.plan(await club.tier()))
    await club.at(day("2026-02-18"))
    await club.own.memberships.pause(ADA, made.id)
    assert not await club.opens()
    await club.at(day("2026-06-01"))
    assert (await club.now(made)).state is State.PAUSED
    resumed = await club.own.memberships.go_on(ADA, made.id)
    assert (resumed.state, resumed.ends_at) == (State.ACTIVE, day("2026-06-11"))
    assert await club.opens()
    await club.at(day("2026-06-11"))
    renewed = await club.pay(made)
    assert renewed.ends_at == day("2026-07-11")
    with pytest.raises(Conflict):
        await club.own.memberships.go_on(ADA, made.id)


async def test_a_gift_lasts_until_its_day_and_costs_nothing(club: Club) -> None:
    tier = await club.tier()
    given = await club.own.memberships.give(OWNER, tier.tier.id, "Ada@venue.example", day("2026-03-15"))
    assert await club.opens()
    await club.at(day("2026-03-14"))
    assert await club.opens()
    await club.at(day("2026-03-15"))
    assert (await club.now(given)).state is State.EXPIRED
    assert not await club.opens()
    assert await club.charges(given) == []
    for email, until in (("nobody@venue.example", "2027-01-01"), ("ada@venue.example", "2026-01-01")):
        with pytest.raises(InvalidInput):
            await club.own.memberships.give(OWNER, tier.tier.id, email, day(until))


async def test_one_that_is_never_paid_ends_by_itself_and_is_free_to_begin_again(club: Club) -> None:
    plan = await club.plan(await club.tier())
    made = await club.own.memberships.subscribe(ADA, plan.id, "offline")
    await club.at(day("2026-02-15"))
    assert (await club.now(made)).state is State.EXPIRED
    assert (await club.member(plan)).state is State.ACTIVE


async def test_everything_that_changes_what_is_open_is_told_to_playback(club: Club) -> None:
    made = await club.member(await club.plan(await club.tier()))
    await club.own.memberships.pause(ADA, made.id)
    await club.own.memberships.go_on(ADA, made.id)
    await club.own.memberships.cancel(ADA, made.id, now=True)
    told = await club.facts("media.tickets_changed")
    assert [one.payload for one in told] == [{"person_id": "ada"}] * 4


async def test_a_provider_that_is_away_is_asked_again_and_collects_once(club: Club) -> None:
    class Moody:
        name = "moody"

        def __init__(self) -> None:
            self.asked: list[str] = []

        async def collect(self, charge: Charge) -> Collected:
            self.asked.append(charge.id)
            if len(self.asked) == 1:
                raise Unavailable("away")
            return Collected(len(self.asked) > 2, "reference")

    moody = Moody()
    own = club.own.memberships
    memberships = Memberships(club.db, [moody], own._people, own._booking, own._acting, own._trials)
    plan = await club.plan(await club.tier())
    made = await memberships.subscribe(ADA, plan.id, "moody")
    assert made.state is State.PENDING
    for _ in range(4):
        await memberships.sweep()
    assert (await club.now(made)).state is State.ACTIVE
    assert len(moody.asked) == 3
    assert len(set(moody.asked)) == 1
    with pytest.raises(Conflict):
        await memberships.paid(SELLER, moody.asked[0])


async def test_who_may_what(club: Club) -> None:
    tier = await club.tier()
    plan = await club.plan(tier)
    made = await club.own.memberships.subscribe(ADA, plan.id, "offline")
    (due,) = await club.charges(made)
    with pytest.raises(Unauthenticated):
        await club.own.memberships.subscribe(ANONYMOUS, plan.id, "offline")
    with pytest.raises(Conflict, match="can't pay like this"):
        await club.own.memberships.subscribe(BEN, plan.id, "shells")
    for who, error in ((DOOR, Forbidden), (SELLER, Forbidden), (OUTSIDER, NotFound), (ADA, NotFound)):
        with pytest.raises(error):
            await club.own.plans.edit(who, tier.tier.id, TierDraft(name="Mine"))
        with pytest.raises(error):
            await club.own.plans.price(who, tier.tier.id, PlanDraft(Interval.MONTH, 1, "EUR"))
        with pytest.raises(error):
            await club.own.memberships.give(who, tier.tier.id, "ben@venue.example", day("2027-01-01"))
    for who in (DOOR, OUTSIDER, ADA):
        with pytest.raises((Forbidden, NotFound)):
            await club.own.memberships.paid(who, due.id)
    for who in (BEN, DOOR, OUTSIDER):
        with pytest.raises(NotFound):
            await club.own.memberships.cancel(who, made.id)
        with pytest.raises(NotFound):
            await club.own.memberships.show(who, made.id)
    assert (await club.own.memberships.cancel(SELLER, made.id)).state is State.CANCELLED


async def test_a_tier_opens_nothing_of_another_house(club: Club) -> None:
    """Whatever its organizer wrote there: playback asks whose a video is."""
    foreign = await club.tier("Thieves", OUTSIDER, OTHER_ORG)
    await club.own.memberships.give(OUTSIDER, foreign.tier.id, "ada@venue.example", day("2027-01-01"))
    assert await club.own.entitlement.houses(ADA, "video1") == {OTHER_ORG}


async def test_what_is_offered_no_more_cant_be_had_and_members_keep_it(club: Club) -> None:
    tier = await club.tier()
    plan = await club.plan(tier)
    made = await club.member(plan)
    assert len(await club.own.plans.offered(ORG)) == 1
    await club.own.plans.offer(OWNER, plan.id, offered=False)
    assert await club.own.plans.offered(ORG) == []
    with pytest.raises(NotFound):
        await club.own.memberships.subscribe(BEN, plan.id, "offline")
    await club.at(day("2026-03-01"))
    assert (await club.pay(made)).ends_at == day("2026-03-31")


async def test_shapes_that_make_no_sense_are_refused(club: Club) -> None:
    tier = await club.tier()
    for draft in (
        PlanDraft(Interval.MONTH, 0, "EUR"),
        PlanDraft(Interval.MONTH, 100, "EURO"),
        PlanDraft(Interval.MONTH, 100, "EUR", tax=10_001),
        PlanDraft(Interval.MONTH, 100, "EUR", grace_days=61),
    ):
        with pytest.raises(InvalidInput):
            await club.own.plans.price(OWNER, tier.tier.id, draft)
    for wrong in (TierDraft(name=" "), TierDraft(badge="x" * 25), TierDraft(discount=-1)):
        with pytest.raises(InvalidInput):
            await club.own.plans.edit(OWNER, tier.tier.id, wrong)


async def test_an_account_that_is_erased_takes_its_membership_along(club: Club) -> None:
    made = await club.member(await club.plan(await club.tier()))
    (told,) = await club.own.personal.export(ADA)
    assert (told["state"], told["charges"][0]["amount"]) == ("active", 900)
    await club.db.write(lambda tx: club.own.personal.erase(tx, ADA))
    assert (await club.now(made)).state is State.CANCELLED
