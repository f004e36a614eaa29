"""Days that cost nothing are had once: by a person, an address, a card."""

from collections.abc import AsyncIterator

import pytest

from novacast.folder import DataFolder
from novacast.payments.memberships.models import State
from novacast.payments.memberships.trials.models import Why, mailbox
from novacast_admin.stripe_stand_in import SECRET_KEY
from tests.payments.memberships.cards import CardClub, card_club
from tests.payments.memberships.conftest import ADA, BEN, day

OTHER_CARD = "5555555555554444"


@pytest.fixture
async def club(folder: DataFolder) -> AsyncIterator[CardClub]:
    async with card_club(folder) as opened:
        yield opened


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ada@Venue.example", "ada@venue.example"),
        ("ada+films@venue.example", "ada@venue.example"),
        ("a.d.a@gmail.com", "ada+x@googlemail.com"),
    ],
)
def test_addresses_of_one_mailbox_are_one(one: str, other: str) -> None:
    assert mailbox(one) == mailbox(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a.da@venue.example", "ada@venue.example"),
        ("+x@venue.example", "+y@venue.example"),
        ("ada@venue.example", "ada@other.example"),
    ],
)
def test_addresses_of_two_mailboxes_are_two(one: str, other: str) -> None:
    assert mailbox(one) != mailbox(other)


async def test_a_second_account_with_the_same_mailbox_pays_from_the_first_day_and_is_told_why(club: CardClub) -> None:
    plan = await club.plan(await club.tier(), trial_days=7)
    first = await club.member(plan)
    assert (first.state, first.no_trial) == (State.ACTIVE, None)
    await club.db.write(lambda tx: tx.run("UPDATE people SET email = 'Ada+again@venue.example' WHERE id = 'ben'"))
    second = await club.member(plan, BEN, OTHER_CARD)
    assert (second.no_trial, second.trial_until) == (Why.EMAIL, None)
    assert [one.amount for one in await club.charges(second)] == [900]


async def test_a_second_account_with_the_same_card_has_no_trial_and_is_charged_nothing(club: CardClub) -> None:
    plan = await club.plan(await club.tier(), trial_days=7)
    await club.member(plan)
    second = await club.member(plan, BEN)
    assert (second.state, second.no_trial, await club.opens(BEN)) == (State.CANCELLED, Why.CARD, False)
    assert club.there(second)["status"] == "canceled"
    assert club.standin.money.balance("eur") == 0
    assert [one.payload["state"] for one in await club.facts("membership.changed")][-1] == "cancelled"
    again = await club.member(plan, BEN)
    assert (again.state, again.no_trial) == (State.ACTIVE, Why.HAD)
    assert club.standin.money.balance("eur") == 900


async def test_a_trial_is_known_by_its_card_when_its_account_is_gone(club: CardClub) -> None:
    plan = await club.plan(await club.tier(), trial_days=7)
    await club.member(plan)
    await club.db.write(lambda tx: club.own.personal.erase(tx, ADA))
    assert (await club.member(plan, BEN)).no_trial is Why.CARD


async def test_a_trial_is_of_one_circle_and_stays_what_it_is(club: CardClub) -> None:
    one = await club.member(await club.plan(await club.tier(), trial_days=7))
    for _ in range(2):
        assert (await club.own.billed.ask(one.id)).state is State.ACTIVE
    other = await club.plan(await club.tier("Films", circle="films"), trial_days=7)
    assert (await club.member(other, BEN)).no_trial is None


async def test_where_the_key_may_not_look_at_cards_the_address_alone_decides(club: CardClub) -> None:
    plan = await club.plan(await club.tier(), trial_days=7)
    club.standin.secret_keys[SECRET_KEY] = ("/payment_methods/",)
    await club.member(plan)
    assert (await club.member(plan, BEN)).state is State.ACTIVE


async def test_trials_are_forgotten_after_two_years(club: CardClub) -> None:
    plan = await club.plan(await club.tier(), trial_days=7)
    await club.own.memberships.cancel(ADA, (await club.member(plan)).id)
    await club.go(day("2028-02-02"))
    assert (await club.member(plan, BEN)).no_trial is None
