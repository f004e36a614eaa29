"""What Stripe keeps and pays out stands in the books to the cent, and what differs is seen by whoever it is of."""

import pytest

from novacast.errors import Forbidden, NotFound
from novacast.payments.ledger.store import balances
from novacast.payments.payouts.models import PayoutState
from novacast_admin.stripe_stand_in.account import DAY
from novacast_admin.stripe_stand_in.money import SUCCESS
from novacast_admin.stripe_stand_in.shapes import Object
from tests.payments.paying import House
from tests.tickets.box import DOOR, ORG, OUTSIDER, OWNER, SELLER

PRICE = 1000
FEE = 40
"""1.5 % and 25 cents, at the stand-in."""


async def accounts(house: House) -> dict[str, int]:
    return {one.account: one.amount for one in await house.box.db.all(balances(ORG, test=True)) if one.amount}


async def kinds(house: House) -> list[tuple[str, int, int]]:
    return [(one.what, one.told, one.booked) for one in await house.payments.payouts.mismatches(SELLER, ORG)]


async def refunded(house: House, token: str) -> None:
    order = (await house.box.own.orders.show(token)).order
    await house.box.own.orders.cancel(OWNER, order.org_id, order.id, "it rains")
    await house.box.own.refunds.sweep()


def wait(house: House, days: int) -> None:
    house.box.clock.advance(days * DAY)
    house.standin.account.tick()


def sent(house: House) -> Object:
    """All that is available goes to the bank, and arrives."""
    wait(house, 3)
    payout = house.standin.payouts.daily()
    assert payout is not None
    wait(house, 3)
    return payout


async def test_what_is_kept_of_a_payment_is_a_fee_and_what_is_paid_out_leaves_the_clearing(house: House) -> None:
    for _ in range(2):
        await house.paid()
    await refunded(house, await house.paid())
    for _ in range(2):  # again with the same effect
        await house.payments.payouts.sweep()
    left = 2 * PRICE - 3 * FEE
    assert await accounts(house) == {"clearing:stripe": left, "fees": 3 * FEE, "deferred:0": -2 * PRICE}
    assert await house.payments.payouts.waiting(SELLER, ORG) == [("EUR", left)]
    payout = sent(house)
    for _ in range(2):
        await house.payments.payouts.sweep()
    assert await accounts(house) == {"bank": left, "fees": 3 * FEE, "deferred:0": -2 * PRICE}
    (share,) = (await house.payments.payouts.of_org(SELLER, ORG, None, 10)).items
    assert (share.payout.id, share.payout.state, share.net, share.fee) == (
        payout["id"],
        PayoutState.PAID,
        left,
        3 * FEE,
    )
    assert (share.count, share.alone, await kinds(house)) == (4, True, [])
    await house.box.clean()


async def test_a_payout_that_failed_leaves_the_bank_and_comes_again_within_a_later_one(house: House) -> None:
    await house.paid()
    payout = sent(house)
    await house.payments.payouts.sweep()
    assert (await accounts(house))["bank"] == PRICE - FEE
    house.standin.payouts.fail(payout["id"])
    await house.payments.payouts.sweep()
    assert (await accounts(house)).get("bank", 0) == 0
    assert [one[0] for one in await kinds(house)] == ["failed"]
    sent(house)
    await house.payments.payouts.sweep()
    assert (await accounts(house))["bank"] == PRICE - FEE
    await house.box.clean()


async def test_what_a_dispute_costs_is_a_fee_and_its_money_is_counted_once(house: House) -> None:
    token = await house.paid()
    attempt = (await house.box.own.orders.show(token)).attempts[-1]
    intent = house.standin.account.get("payment_intent", attempt.reference or "")
    dispute = house.standin.money.dispute(house.standin.account.get("charge", intent["latest_charge"]))
    await house.inbox.sweep()
    await house.payments.payouts.sweep()
    assert (await accounts(house))["fees"] == FEE + 2000
    house.standin.money.end_dispute(dispute["id"], won=True)
    wait(house, 1)
    await house.inbox.sweep()
    wait(house, 6)
    await house.payments.payouts.sweep()
    assert await accounts(house) == {"clearing:stripe": PRICE - FEE - 2000, "fees": FEE + 2000, "deferred:0": -PRICE}
    assert await kinds(house) == []


async def test_what_differs_is_seen_and_told_once(house: House) -> None:
    token = await house.paid()
    order = (await house.box.own.orders.show(token)).order
    attempt = (await house.box.own.orders.show(token)).attempts[-1]
    # Money that somebody gave back at Stripe, a payment that nobody made here, and a payout by hand.
    house.standin.money.refund({"payment_intent": attempt.reference, "amount": 300})
    stranger = house.standin.money.intent(500, "eur", metadata={"attempt": "somebody else's"})
    house.standin.money.pay(stranger, SUCCESS)
    wait(house, 3)
    by_hand = house.standin.payouts.create({"amount": 100, "currency": "eur"})
    wait(house, 3)
    for _ in range(2):
        await house.payments.payouts.sweep()
    found = await house.payments.payouts.mismatches(SELLER, ORG)
    assert sorted(one.what for one in found) == ["opaque", "unknown", "unknown"]
    assert by_hand["id"] in [one.subject for one in found]
    # And one that the books have another amount of.
    await house.box.own.refunds.grant(OWNER, order.org_id, order.id, 200, "")
    await house.box.own.refunds.sweep()
    (moved,) = [
        one
        for one in house.standin.account.all("balance_transaction")
        if one["amount"] == -200 and one["type"] == "refund"
    ]
    moved.update(amount=-190, net=-190)
    await house.payments.payouts.sweep()
    assert "differs" not in [one[0] for one in await kinds(house)], "banks take days"
    wait(house, 6)
    for _ in range(2):
        await house.payments.payouts.sweep()
    assert ("differs", -190, -200) in await kinds(house)
    (fact,) = await house.box.facts("payout.mismatch")
    assert fact.payload["code"] == order.code
    for _ in range(2):
        await house.payments.incidents.hear(fact)
    (incident,) = (await house.payments.incidents.of_org(SELLER, ORG, None, 10, waiting=True)).items
    assert incident.code == order.code
    done = await house.payments.incidents.done(SELLER, ORG, incident.id, " the bank was wrong ")
    assert (done.note, done.person_id) == ("the bank was wrong", SELLER.person_id)
    assert await house.payments.incidents.waiting() == []


async def test_what_the_provider_does_not_know_is_missing(house: House) -> None:
    await house.paid()
    await house.payments.payouts.sweep()
    await house.paid()
    last = house.standin.account.all("balance_transaction")[0]
    del house.standin.account.objects[last["id"]]
    wait(house, 6)
    await house.payments.payouts.sweep()
    assert await kinds(house) == [("missing", 0, PRICE)]


@pytest.mark.parametrize("change", ["lacks", "twice"])
async def test_a_payout_that_lacks_a_payment_or_has_one_twice_is_not_the_sum_of_what_is_in_it(
    house: House, change: str
) -> None:
    for _ in range(2):
        await house.paid()
    payout = sent(house)
    inside, objects = house.standin.payouts.inside, house.standin.account.objects
    first = next(one for one in inside if inside[one] == payout["id"] and objects[one]["amount"] > 0)
    if change == "lacks":
        del inside[first]
    else:
        objects["txn_twice"] = {**objects[first], "id": "txn_twice"}
        inside["txn_twice"] = payout["id"]
    await house.payments.payouts.sweep()
    wait(house, 6)
    await house.payments.payouts.sweep()
    found = {(one.what, one.subject) for one in await house.payments.payouts.audit()}
    assert ("sum", payout["id"]) in found
    assert ("differs" in {what for what, _ in found}) is (change == "twice"), found


async def test_strangers_and_doors_see_no_payouts_and_no_incidents(house: House) -> None:
    payouts, incidents = house.payments.payouts, house.payments.incidents
    for who, error in ((OUTSIDER, NotFound), (DOOR, Forbidden)):
        with pytest.raises(error):
            await payouts.of_org(who, ORG, None, 10)
        with pytest.raises(error):
            await payouts.mismatches(who, ORG)
        with pytest.raises(error):
            await incidents.of_org(who, ORG, None, 10, waiting=False)
        with pytest.raises(error):
            await incidents.done(who, ORG, 1, "")
    with pytest.raises(NotFound):
        await incidents.done(OWNER, ORG, 1, "")


async def test_a_payout_that_is_told_of_is_looked_at(house: House) -> None:
    await house.paid()
    sent(house)
    house.box.clock.advance(3601)
    await house.inbox.sweep()
    assert (await accounts(house))["bank"] == PRICE - FEE
