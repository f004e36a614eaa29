"""Tickets given back: within the rules, for what was shown, by their ids."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novacast.clock import HOUR
from novacast.errors import Forbidden, InvalidInput, NotFound
from novacast.tickets.cancelling.models import AmountChanged, BankAccount, Policy
from novacast.tickets.door.models import Verdict
from novacast.tickets.holders.models import NotYours
from novacast.tickets.holds.models import Claim, SeatsTaken
from novacast.tickets.models import ClaimState, OrderState
from tests.tickets.box import DOOR, GUEST, ORG, OWNER, SELLER, Box, seat
from tests.tickets.doors import door, scan

RULES = Policy(hours=12, fee_bp=1000, fee_amount=50, returns_fees=False)
CLAIM = Claim("c", "p", "i", None, "h", "o", "b", 2000, 50, 0, ClaimState.SOLD, None)


@given(
    st.builds(Policy, st.integers(0, 99), st.integers(0, 10_000), st.integers(0, 10**6), st.booleans()),
    st.integers(0, 10**9),
    st.integers(0, 10**6),
)
def test_never_more_comes_back_than_was_paid_and_never_less_than_nothing(policy: Policy, price: int, fee: int) -> None:
    claim = replace(CLAIM, price=price, fee=fee)
    assert 0 <= policy.back(claim) <= claim.cost


def test_the_fee_is_a_share_and_an_amount() -> None:
    assert RULES.back(CLAIM) == 2000 - 200 - 50
    assert replace(RULES, returns_fees=True).back(CLAIM) == 2050 - 205 - 50


async def test_a_buyer_gives_some_back_by_their_ids_for_what_was_shown(box: Box) -> None:
    receipt = await box.bought(await box.standing(3))
    token, ids = box.own.orders.token(receipt.order.id), [one.id for one in receipt.tickets]
    assert (await box.own.cancelling.quote(token)).refusal is not None, "without rules they ask the house"
    await box.own.cancelling.decide(OWNER, box.night.event_id, RULES)
    quote = await box.own.cancelling.quote(token)
    assert (quote.refusal, quote.deadline, quote.back) == (None, box.night.starts_at - 12 * HOUR, 3 * 850)
    with pytest.raises(AmountChanged):
        await box.own.cancelling.give_back(GUEST, token, ids[:2], 1999)
    with pytest.raises(NotYours):
        await box.own.cancelling.give_back(GUEST, token, ["nobody's"], 850)
    part = await box.own.cancelling.give_back(GUEST, token, ids[:2], 1700)
    assert part.order.state is OrderState.PARTIALLY_REFUNDED
    assert await box.used() == 1
    (done,) = await box.own.cancelling.done(receipt.order.id)
    assert (set(done.tickets), done.paid, done.back, done.by_buyer) == (set(ids[:2]), 2000, 1700, True)
    with pytest.raises(NotYours):
        await box.own.cancelling.give_back(GUEST, token, ids[:2], 1700)
    rest = await box.own.cancelling.give_back(GUEST, token, ids[2:], 850)
    assert rest.order.state is OrderState.REFUNDED
    assert await box.used() == 0
    await box.clean()


async def test_after_the_deadline_nothing_is_given_back(box: Box) -> None:
    receipt = await box.bought(await box.standing())
    token = box.own.orders.token(receipt.order.id)
    await box.own.cancelling.decide(OWNER, box.night.event_id, RULES)
    box.clock.advance(12 * 3600)
    with pytest.raises(NotYours, match="too late"):
        await box.own.cancelling.give_back(GUEST, token, [receipt.tickets[0].id], 850)


async def test_the_house_cancels_single_tickets_and_decides_what_they_are_worth(box: Box) -> None:
    receipt = await box.sold(2)
    first, second = [one.id for one in receipt.tickets]
    with pytest.raises(Forbidden):
        await box.own.cancelling.cancel_tickets(DOOR, ORG, receipt.order.id, [first], "", None)
    with pytest.raises(InvalidInput):
        await box.own.cancelling.cancel_tickets(SELLER, ORG, receipt.order.id, [first], "", 1001)
    await box.own.cancelling.cancel_tickets(SELLER, ORG, receipt.order.id, [first], "ill", 300)
    await box.own.cancelling.cancel_tickets(SELLER, ORG, receipt.order.id, [second], "ill", None)
    done = await box.own.cancelling.done(receipt.order.id)
    assert [(one.back, one.reason) for one in done] == [(300, "ill"), (1000, "ill")]
    story = [one.action for one in await box.own.orders.story(SELLER, ORG, receipt.order.id)]
    assert [one for one in story if one.startswith("order.")][-2:] == ["order.partly_cancelled", "order.cancelled"]
    await box.clean()


async def test_another_seat_goes_through_the_gate_of_a_purchase(box: Box) -> None:
    receipt = await box.bought(await box.seated(seat("A", 5), seat("A", 6)))
    other = await box.bought(await box.seated(seat("B", 5)))
    front = await door(box)
    token, moved_id = box.own.orders.token(receipt.order.id), receipt.tickets[0].id
    before = await box.own.papers.codes(token)
    with pytest.raises(SeatsTaken):
        await box.own.moving.move(SELLER, ORG, receipt.order.id, moved_id, seat("B", 5))
    after = await box.own.moving.move(SELLER, ORG, receipt.order.id, moved_id, seat("B", 1))
    assert after.order.total == receipt.order.total
    sheet = await box.own.papers.of_order(receipt.order.id)
    assert {one.seat for one in sheet.papers} == {"Stalls A 6", "Stalls B 1"}
    assert (await scan(box, front, before[moved_id])).verdict is Verdict.VOID
    new = next(one for one in sheet.papers if one.seat == "Stalls B 1")
    assert (await scan(box, front, new.code)).verdict is Verdict.OK
    await box.seated(seat("A", 5))
    await box.own.cancelling.cancel_tickets(SELLER, ORG, receipt.order.id, [new.ticket_id], "", None)
    (done,) = await box.own.cancelling.done(receipt.order.id)
    assert done.back == 2050, "it is worth what was paid for the first seat"
    with pytest.raises(NotFound):
        await box.own.moving.move(SELLER, ORG, other.order.id, moved_id, seat("B", 2))
    await box.own.refunds.grant(SELLER, ORG, other.order.id, 100, "a pillar")
    after = await box.own.moving.move(SELLER, ORG, other.order.id, other.tickets[0].id, seat("B", 2))
    assert after.order.state is OrderState.PARTIALLY_REFUNDED, "and its ticket is as good as before"
    await box.clean()


@pytest.mark.parametrize(
    "iban", ["", "DE02120300000000202052", "DE0212030000000020205", "XX", "DE02!20300000000202051"]
)
async def test_an_account_that_is_none_is_refused(box: Box, iban: str) -> None:
    with pytest.raises(InvalidInput):
        await box.own.cancelling.set_account(OWNER, ORG, BankAccount("The Playhouse", iban, "", ""))
