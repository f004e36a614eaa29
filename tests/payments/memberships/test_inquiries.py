"""Banks that ask about a payment for a membership before they take anything back."""

from collections.abc import AsyncIterator

import pytest

from novacast.folder import DataFolder
from novacast.money import Contested
from novacast.payments.inquiries.service import Inquiries
from novacast.payments.memberships.disputes.listing import MembershipDisputes
from novacast.payments.memberships.models import State
from novacast.payments.memberships.store import START
from novacast_admin.stripe_stand_in.shapes import Object
from tests.payments.memberships.cards import CardClub, card_club
from tests.payments.memberships.conftest import ORG
from tests.payments.memberships.test_card_books import audited


@pytest.fixture
async def club(folder: DataFolder) -> AsyncIterator[CardClub]:
    async with card_club(folder) as opened:
        yield opened


def asked(club: CardClub) -> Object:
    (paid,) = [one for one in club.standin.account.all("charge") if one["status"] == "succeeded"]
    return club.standin.money.inquire(paid)


async def listed(club: CardClub) -> list[Contested]:
    return [
        each for one in (Inquiries(club.db), MembershipDisputes(club.db)) for each in await one.of_org(ORG, START, 10)
    ]


async def test_a_bank_that_only_asks_has_taken_nothing_and_waits_for_an_answer(club: CardClub) -> None:
    made = await club.member(await club.plan(await club.tier()))
    inquiry = asked(club)
    await club.hear(copies=2)
    assert ((await club.now(made)).state, await club.opens(), await club.balance("disputes")) == (State.ACTIVE, True, 0)
    (one,) = await listed(club)
    assert (one.state, one.subscription_id, one.code, one.amount) == ("asked", made.id, "Friends", 900)
    assert one.due_at == inquiry["evidence_details"]["due_by"] * 1_000_000
    (fact,) = await club.facts("membership.inquired")
    assert (fact.subject, fact.payload["detail"]) == (made.id, f"{inquiry['id']}: fraudulent")
    assert await audited(club) == []


@pytest.mark.parametrize(
    ("escalated", "state", "taken"), [(True, State.CANCELLED, 900), (False, State.ACTIVE, 0)], ids=["taken", "let rest"]
)
async def test_an_answered_inquiry_ends_in_a_dispute_or_in_nothing(
    club: CardClub, *, escalated: bool, state: State, taken: int
) -> None:
    made = await club.member(await club.plan(await club.tier()))
    inquiry = asked(club)
    await club.hear()
    club.standin.money.update_dispute(inquiry["id"], {"evidence": {"uncategorized_text": "She watched it."}})
    await club.hear()
    assert [one.state for one in await listed(club)] == ["answered"]
    club.standin.money.end_inquiry(inquiry["id"], escalated=escalated)
    await club.hear(order=reversed, copies=2)
    assert ((await club.now(made)).state, await club.balance("disputes")) == (state, taken)
    assert [one.state for one in await listed(club)] == ["open" if escalated else "closed"]
    assert len(await club.facts("membership.disputed")) == int(escalated)
    assert len(await club.facts("membership.inquired")) == 1


async def test_an_inquiry_that_was_heard_of_when_it_was_answered_asks_for_nobody(club: CardClub) -> None:
    await club.member(await club.plan(await club.tier()))
    asked(club)["status"] = "warning_under_review"
    await club.hear()
    assert [one.state for one in await listed(club)] == ["answered"]
    assert await club.facts("membership.inquired") == []
