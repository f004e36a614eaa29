"""What is owed of a payment that a bank takes back, and what else was going on with its membership."""

from collections.abc import AsyncIterator

import pytest

from novacast.errors import Conflict, InvalidInput, Unavailable
from novacast.folder import DataFolder
from novacast.payments.invoices.models import Kind
from novacast.payments.invoices.service import Invoices
from novacast.payments.memberships import store
from novacast.payments.memberships.models import State
from novacast.payments.memberships.refunds.models import State as RefundState
from novacast.tickets.services import FONTS
from novacast_admin.stripe_stand_in.billing import ATTACHES_ONLY
from novacast_admin.stripe_stand_in.faults import Fault
from novacast_admin.stripe_stand_in.money import SUCCESS
from tests.payments.memberships.cards import CardClub, card_club
from tests.payments.memberships.conftest import ADA, ORG, OWNER, SELLER, day
from tests.payments.memberships.test_card_books import HOUSE, audited, disputed


@pytest.fixture
async def club(folder: DataFolder) -> AsyncIterator[CardClub]:
    async with card_club(folder) as opened:
        yield opened


@pytest.mark.parametrize("fails", ["before the dispute", "after it is lost"])
async def test_what_is_owed_and_then_lost_to_a_bank_is_lost_once(club: CardClub, fails: str) -> None:
    made = await club.member(await club.plan(await club.tier()))
    (charge,) = await club.charges(made)
    club.standin.money.refunds_fail.append("expired_or_canceled_card")
    await club.own.refunds.give_back(SELLER, charge.id, 400)
    if fails == "before the dispute":
        await club.go(day("2026-02-04"))
    dispute = disputed(club)
    await club.hear()
    club.standin.money.end_dispute(dispute["id"], won=False)
    await club.hear()
    await club.go(day("2026-02-05"))
    took = dispute["amount"]
    assert (await club.balance("refunds_owed"), await club.balance("losses")) == (0, took - 400)
    assert await audited(club) == []
    with pytest.raises((Conflict, InvalidInput)):
        await club.own.refunds.give_back(SELLER, charge.id, 900 - took + 1)


async def test_what_was_lost_instead_of_owed_is_owed_again_and_goes_back_once_it_is_won(club: CardClub) -> None:
    made = await club.member(await club.plan(await club.tier()))
    (charge,) = await club.charges(made)
    club.standin.money.refunds_fail.append("expired_or_canceled_card")
    await club.own.refunds.give_back(SELLER, charge.id, 400)
    await club.go(day("2026-02-04"))
    dispute = disputed(club)
    await club.hear()
    for won in (False, True):
        club.standin.money.end_dispute(dispute["id"], won=won)
        await club.hear(copies=2)
    club.standin.account.get("charge", dispute["charge"])["disputed"] = False
    await club.go(day("2026-02-06"))
    assert (await club.balance("refunds_owed"), await club.balance("losses")) == (0, 0)
    assert await club.balance("clearing:stripe") == club.standin.money.balance("eur") == 500
    assert await audited(club) == []
    assert (await club.own.refunds.give_back(SELLER, charge.id, None)).amount == 500


async def test_what_came_too_late_and_was_lost_to_a_bank_waits_for_nobody(club: CardClub) -> None:
    made = await club.member(await club.plan(await club.tier()))
    club.card(made, ATTACHES_ONLY)
    await club.go(day("2026-03-01"))
    (due, _) = await club.charges(made)
    await club.db.write(lambda tx: club.own.personal.erase(tx, ADA))
    club.standin.billing.invoices.pay(due.reference or "", {}, SUCCESS)
    paid = max(club.standin.account.all("charge"), key=lambda one: (one["status"] == "succeeded", one["created"]))
    dispute = club.standin.money.dispute(paid)
    await club.hear()
    club.standin.money.end_dispute(dispute["id"], won=False)
    await club.go(day("2026-03-02"))
    assert (await club.balance("refunds_owed"), await club.balance("losses")) == (0, 0)
    assert await audited(club) == []


async def test_a_dispute_ends_what_is_being_changed_as_well(club: CardClub) -> None:
    made = await club.member(await club.plan(await club.tier()))
    club.standin.faults.plan(Fault.DROP_BEFORE, "/v1/subscriptions/", method="POST", times=1)
    with pytest.raises(Unavailable):
        await club.own.memberships.pause(ADA, made.id)
    disputed(club)
    await club.hear()
    await club.go(day("2026-02-01"))
    assert (await club.now(made)).state is State.CANCELLED
    assert club.there(made)["status"] == "canceled"


async def test_an_invoice_that_is_asked_for_late_is_corrected_by_what_was_given_back_before(club: CardClub) -> None:
    made = await club.member(await club.plan(await club.tier()))
    (charge,) = await club.charges(made)
    await club.own.refunds.give_back(SELLER, charge.id, 400)
    await Invoices(club.db, FONTS).set_seller(OWNER, ORG, HOUSE)
    for _ in range(2):
        documents = await club.own.papers.ask(ADA, charge.id)
    assert [(one.kind, one.total) for one in documents] == [(Kind.INVOICE, 900), (Kind.CREDIT_NOTE, 400)]


async def test_what_another_account_was_paid_fails_visibly_and_holds_up_nothing(club: CardClub) -> None:
    made = await club.member(await club.plan(await club.tier()))
    (charge,) = await club.charges(made)
    await club.db.write(lambda tx: store.change_charge(tx, charge.id, reference="in_elsewhere"))
    refund = await club.own.refunds.give_back(SELLER, charge.id, None)
    assert (refund.state, refund.reason) == (RefundState.FAILED, "payment_unknown")
    await club.own.sweep()
    assert await audited(club) == ["900 could not be given back: payment_unknown"]


async def test_what_is_given_back_at_the_provider_is_told_once_for_each_refund(club: CardClub) -> None:
    await club.member(await club.plan(await club.tier()))
    (paid,) = [one for one in club.standin.account.all("charge") if one["status"] == "succeeded"]
    club.standin.money.refunds_pend = 2
    made = [club.standin.money.refund({"charge": paid["id"], "amount": amount}) for amount in (300, 200)]
    await club.hear(order=reversed, copies=2)
    for one in made:
        club.standin.money.finish_refund(one["id"], good=True)
    await club.hear(copies=2)
    facts = await club.facts("membership.repaid_elsewhere")
    assert sorted(fact.payload["detail"] for fact in facts) == sorted(
        [f"{made[0]['id']}: 300", f"{made[1]['id']}: 200"]
    )


async def test_another_amount_than_was_asked_for_is_not_given_back_and_told_once(club: CardClub) -> None:
    made = await club.member(await club.plan(await club.tier()))
    (charge,) = await club.charges(made)
    club.standin.money.refunds_pend = 1
    await club.own.refunds.give_back(SELLER, charge.id, 400)
    (there,) = club.standin.account.all("refund")
    there.update(amount=399, status="succeeded")
    for _ in range(2):
        club.standin.account.emit("refund.updated", there)
        await club.hear(copies=2)
    (refund,) = await club.own.refunds.of_charge(charge.id)
    assert (refund.state, refund.reason) == (RefundState.PENDING, "amount: 400 asked, 399 told")
    assert (await club.balance("refunds_owed"), await club.balance("clearing:stripe")) == (-400, 900)
    assert len(await club.facts("membership.refund_mismatch")) == 1
    assert await audited(club) == ["given back otherwise than asked for, amount: 400 asked, 399 told"]
    there["amount"] = 400
    club.standin.account.emit("refund.updated", there)
    await club.hear()
    assert (await club.balance("refunds_owed"), await club.balance("clearing:stripe")) == (0, 500)
    assert await audited(club) == []
