"""A payment that a bank takes back: flagged, passes suspended, and all that shows that it was used."""

import pytest

from novacast.errors import Conflict, Forbidden
from novacast.money import Disputed, Repaid
from novacast.payments.ledger.service import Ledger
from novacast.tickets.disputes import store
from novacast.tickets.disputes.words import answer_address, whole_dispute
from novacast.tickets.events.models import NewItem, PerformanceChanges
from novacast.tickets.holds.models import Wish
from novacast.tickets.models import AttemptState, ItemKind, RefundState
from novacast.tickets.orders.models import Receipt
from novacast.tickets.refunds.hearing import hear
from novacast.tickets.refunds.models import Way
from tests.tickets.box import ADA, DOOR, ORG, OWNER, SELLER, Box
from tests.tickets.doors import door, scan
from tests.tickets.test_refunds import accounts, refunds


def told(receipt: Receipt, state: str = "open", amount: int | None = None) -> Disputed:
    payment = receipt.attempts[-1]
    return Disputed(payment.key, payment.reference or "", "du_1", state, amount or payment.amount, "EUR", "fraudulent")  # type: ignore[arg-type]  # one of three


async def flagged(box: Box, receipt: Receipt) -> tuple[bool, AttemptState]:
    found = await box.own.orders.known(SELLER, ORG, receipt.order.id)
    return found.order.disputed, found.attempts[-1].state


@pytest.mark.parametrize("ends", [["won"], ["lost"], ["lost", "won"]])
async def test_a_dispute_flags_the_order_until_it_is_won(box: Box, ends: list[str]) -> None:
    receipt = await box.bought(await box.standing(2))
    for _ in range(2):
        assert await box.own.disputes.heard("sandbox", told(receipt))
    assert await flagged(box, receipt) == (True, AttemptState.DISPUTED)
    assert await accounts(box) == {"disputes": 2000, "deferred:0": -2000}
    assert len(await box.facts("order.disputed")) == 1
    audit = await box.own.proof.audit()
    assert (audit.clean, [one.what for one in audit.waiting]) == (True, ["dispute"])
    for end in ends:
        for _ in range(2):
            await box.own.disputes.heard("sandbox", told(receipt, end))
    won = ends[-1] == "won"
    assert await flagged(box, receipt) == (not won, AttemptState.CAPTURED if won else AttemptState.DISPUTED)
    assert await accounts(box) == {"clearing:sandbox" if won else "losses": 2000, "deferred:0": -2000}
    await box.clean()


async def test_what_is_disputed_is_not_given_back_beside(box: Box) -> None:
    receipt = await box.bought(await box.standing())
    await box.own.orders.cancel(SELLER, ORG, receipt.order.id, "")
    await box.own.disputes.heard("sandbox", told(receipt))
    await box.own.refunds.sweep()
    assert [one.state for one in await refunds(box, receipt)] == [RefundState.REQUESTED]
    await box.own.disputes.heard("sandbox", told(receipt, "won"))
    await box.own.refunds.sweep()
    assert [one.state for one in await refunds(box, receipt)] == [RefundState.SUCCEEDED]
    assert await flagged(box, receipt) == (False, AttemptState.REFUNDED)
    await box.clean()


@pytest.mark.parametrize("first", ["cancelled", "lost"])
async def test_what_a_lost_dispute_took_is_not_owed_beside_and_is_again_once_it_is_won(box: Box, first: str) -> None:
    receipt = await box.bought(await box.standing())
    await box.own.disputes.heard("sandbox", told(receipt))
    if first == "lost":
        await box.own.disputes.heard("sandbox", told(receipt, "lost"))
        assert await accounts(box) == {"losses": 1000, "deferred:0": -1000}
    await box.own.orders.cancel(SELLER, ORG, receipt.order.id, "")
    await box.own.disputes.heard("sandbox", told(receipt, "lost"))
    await box.own.refunds.sweep()
    assert [(one.state, one.provider) for one in await refunds(box, receipt)] == [(RefundState.SUCCEEDED, "dispute")]
    assert await accounts(box) == {}
    await box.clean()
    await box.own.disputes.heard("sandbox", told(receipt, "won"))
    assert await accounts(box) == {"clearing:sandbox": 1000, "refunds_owed": -1000}
    await box.own.refunds.sweep()
    gone, made = await refunds(box, receipt)
    assert (gone.state, made.state, made.provider) == (RefundState.FAILED, RefundState.SUCCEEDED, "sandbox")
    assert await accounts(box) == {}
    await box.clean()


async def test_a_payment_of_somebody_else_is_no_dispute_of_ours(box: Box) -> None:
    await box.bought(await box.standing())
    other = Disputed("unknown", "pi_unknown", "du_2", "open", 1000, "EUR", "fraudulent")
    assert not await box.own.disputes.heard("sandbox", other)
    assert (await box.own.disputes.of_org(SELLER, ORG, None, 10)).items == []


async def test_online_passes_of_a_disputed_order_open_nothing_until_it_is_won(box: Box) -> None:
    given = PerformanceChanges(frozenset({"programme_id"}), programme_id="programme1")
    await box.own.performances.edit(OWNER, box.night.id, given)
    online = NewItem("Stream", ItemKind.ONLINE, price=500, opens_live=True)
    item = await box.own.performances.add_item(OWNER, box.night.id, online, [box.quota.id])
    receipt = await box.bought(await box.take(Wish(item.id, 1), who=ADA), who=ADA)
    box.clock.set_now(box.night.starts_at)
    assert await box.own.passes.opens(ADA, "programme1") == {ORG}
    await box.own.disputes.heard("sandbox", told(receipt))
    assert await box.own.passes.opens(ADA, "programme1") == frozenset()
    assert [one.payload["person_id"] for one in await box.facts("media.tickets_changed")][-1:] == ["ada"]
    await box.own.disputes.heard("sandbox", told(receipt, "won"))
    assert await box.own.passes.opens(ADA, "programme1") == {ORG}
    seen = ("v1", "ada", "programme1", "phone", box.night.starts_at, box.night.starts_at + 60_000_000)
    await box.db.write(lambda tx: store.watched(tx, [seen, ("v2", "ben", *seen[2:])]))
    assert [one.device for one in await box.db.all(store.watches(receipt.order.id, 10))] == ["phone"]


async def test_evidence_is_for_the_house_and_knows_who_came_in(box: Box) -> None:
    receipt = await box.bought(await box.standing())
    await box.own.disputes.heard("sandbox", told(receipt))
    entrance = await door(box)
    for code in (await box.own.admission.codes(await box.own.admission.of_order(receipt.order.id))).values():
        await scan(box, entrance, code)
    with pytest.raises(Forbidden):
        await box.own.disputes.evidence(DOOR, ORG, receipt.order.id)
    (scanned,) = await box.db.all(store.scans(receipt.order.id, 10))
    assert (scanned.ticket, scanned.kind, scanned.gate) == ("1.1", "entry", "A")
    assert (await box.own.disputes.evidence(SELLER, ORG, receipt.order.id)).startswith(b"%PDF")


async def failed(box: Box) -> tuple[Receipt, str]:
    """An order that was given back, which came to nothing; the refund."""
    receipt = await box.bought(await box.standing())
    await box.own.orders.cancel(SELLER, ORG, receipt.order.id, "")
    await box.own.refunds.sweep()
    (refund,) = await refunds(box, receipt)
    nothing = Repaid("failed", 1000, refund.reference, "lost_or_stolen_card")
    await box.db.write(lambda tx: hear(tx, Ledger(), refund.id, nothing))
    return receipt, refund.id


@pytest.mark.parametrize("by_hand", [False, True])
async def test_what_came_to_nothing_before_a_bank_took_it_is_lost_once(box: Box, by_hand: bool) -> None:
    receipt, refund_id = await failed(box)
    await box.own.disputes.heard("sandbox", told(receipt))
    if by_hand:
        again = await box.own.refunds.again(SELLER, ORG, refund_id, Way.CASH)
        with pytest.raises(Conflict, match="A bank took this payment back"):
            await box.own.refunds.given(SELLER, ORG, again.id, Way.CASH, "")
    await box.own.disputes.heard("sandbox", told(receipt, "lost"))
    assert await accounts(box) == {}
    assert (await refunds(box, receipt))[-1].provider == "dispute"
    await box.clean()
    assert (await box.own.proof.audit()).waiting == []


async def test_what_fails_after_its_payment_was_lost_is_not_paid_by_hand(box: Box) -> None:
    receipt = await box.bought(await box.standing())
    await box.own.disputes.heard("sandbox", told(receipt))
    await box.own.disputes.heard("sandbox", told(receipt, "lost"))
    await box.own.orders.cancel(SELLER, ORG, receipt.order.id, "")
    (refund,) = await refunds(box, receipt)
    await box.own.refunds.call_off(SELLER, ORG, refund.id)
    again = await box.own.refunds.again(SELLER, ORG, refund.id, Way.CASH)
    assert (again.state, again.provider) == (RefundState.SUCCEEDED, "dispute")
    assert await accounts(box) == {}
    await box.clean()


@pytest.mark.parametrize("reference", ["dp_1", "dp_1/2", "dp_1/member"])
def test_a_part_of_a_dispute_is_answered_where_the_whole_is(reference: str) -> None:
    assert answer_address("stripe", whole_dispute(reference)) == "https://dashboard.stripe.com/disputes/dp_1"
    assert answer_address("sandbox", reference) == ""
