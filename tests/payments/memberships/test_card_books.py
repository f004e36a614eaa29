"""Money of memberships: in the ledger, on invoices, given back, taken back, or not what was agreed."""

import sqlite3
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from novacast.accounts.people.service import Addressees
from novacast.database import Query, Transaction
from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound
from novacast.folder import DataFolder
from novacast.i18n import Languages
from novacast.payments.inquiries.service import Inquiries
from novacast.payments.invoices.models import Kind, Seller
from novacast.payments.invoices.service import Invoices, NoSeller
from novacast.payments.ledger.service import Ledger
from novacast.payments.memberships.models import Interval, State
from novacast.payments.memberships.post.service import MembershipPost
from novacast.payments.memberships.refunds.models import State as RefundState
from novacast.payments.payouts.service import Payouts
from novacast.payments.settlers import Settling
from novacast.tickets.proof.memberships.store import CONTRADICTIONS, WAITING
from novacast.tickets.services import FONTS
from novacast_admin.stripe_stand_in.billing import ATTACHES_ONLY
from novacast_admin.stripe_stand_in.money import DISPUTED, SUCCESS
from novacast_admin.stripe_stand_in.shapes import Object
from tests.payments.memberships.cards import CardClub, card_club
from tests.payments.memberships.conftest import ADA, BEN, DOOR, ORG, OWNER, SELLER, day

HOUSE = Seller("The Main Stage", ("1 High Street",), "DE123456789", "MS-")


@pytest.fixture
async def club(folder: DataFolder) -> AsyncIterator[CardClub]:
    async with card_club(folder) as opened:
        yield opened


async def test_a_year_that_is_paid_is_revenue_month_by_month(club: CardClub) -> None:
    made = await club.member(await club.plan(await club.tier(), Interval.YEAR, tax=1900))
    net = 900 - 144
    assert await club.balance("deferred:1900") == -net
    for month, earned in (("2026-03-01", 1), ("2026-05-02", 3), ("2027-01-30", 11)):
        await club.go(day(month))
        assert await club.balance("revenue:1900") == -(net * earned // 12)
    await club.own.memberships.cancel(ADA, made.id)
    await club.go(day("2027-02-01"))
    assert (await club.balance("revenue:1900"), await club.balance("deferred:1900")) == (-net, 0)


async def test_what_is_given_back_of_a_year_comes_off_what_was_earned_of_it_at_once(club: CardClub) -> None:
    made = await club.member(await club.plan(await club.tier(), Interval.YEAR, price=12_000, tax=2000))
    (charge,) = await club.charges(made)
    await club.go(day("2026-07-31"))
    assert (await club.balance("revenue:2000"), await club.balance("deferred:2000")) == (-5_000, -5_000)
    await club.own.refunds.give_back(SELLER, charge.id, 6_000)
    assert (await club.balance("revenue:2000"), await club.balance("deferred:2000")) == (-2_500, -2_500)
    await club.go(day("2026-08-31"))
    assert (await club.balance("revenue:2000"), await club.balance("deferred:2000")) == (-2_916, -2_084)
    await club.own.refunds.give_back(SELLER, charge.id, None)
    for account in ("revenue:2000", "deferred:2000", "tax:2000", "losses", "refunds_owed", "clearing:stripe"):
        assert await club.balance(account) == 0, account
    await club.go(day("2026-12-31"))
    assert await club.balance("revenue:2000") == 0
    assert await audited(club) == []


async def test_what_is_given_back_after_the_year_comes_off_its_revenue(club: CardClub) -> None:
    made = await club.member(await club.plan(await club.tier(), Interval.YEAR, price=12_000, tax=2000))
    (charge,) = await club.charges(made)
    await club.own.memberships.cancel(ADA, made.id)
    await club.go(day("2027-02-01"))
    assert await club.balance("revenue:2000") == -10_000
    await club.own.refunds.give_back(SELLER, charge.id, 3_000)
    await club.go(day("2027-02-02"))
    assert (await club.balance("revenue:2000"), await club.balance("deferred:2000")) == (-7_500, 0)
    assert await audited(club) == []


async def test_what_is_given_back_comes_off_and_the_membership_goes_on(club: CardClub) -> None:
    await Invoices(club.db, FONTS).set_seller(OWNER, ORG, HOUSE)
    made = await club.member(await club.plan(await club.tier(), tax=1900))
    (charge,) = await club.charges(made)
    for who, error in ((DOOR, Forbidden), (BEN, NotFound), (ADA, NotFound)):
        with pytest.raises(error):
            await club.own.refunds.give_back(who, charge.id, 100)
    first = await club.own.refunds.give_back(SELLER, charge.id, 400)
    assert first.state is RefundState.SUCCEEDED
    with pytest.raises(InvalidInput):
        await club.own.refunds.give_back(SELLER, charge.id, 501)
    assert (await club.own.refunds.give_back(SELLER, charge.id, None)).amount == 500
    with pytest.raises(Conflict):
        await club.own.refunds.give_back(SELLER, charge.id, None)
    for account in ("clearing:stripe", "refunds_owed", "deferred:1900", "tax:1900"):
        assert await club.balance(account) == 0, account
    assert club.standin.money.balance("eur") == 0
    documents = await club.own.papers.of_charge(ADA, charge.id)
    assert [(one.kind, one.name, one.total) for one in documents] == [
        (Kind.INVOICE, "MS-2026-00001", 900),
        (Kind.CREDIT_NOTE, "MS-C2026-00001", 400),
        (Kind.CREDIT_NOTE, "MS-C2026-00002", 500),
    ]
    assert (await club.now(made)).state is State.ACTIVE
    with pytest.raises(NotFound):
        await club.own.papers.of_charge(BEN, charge.id)
    assert (await club.own.papers.file(ADA, charge.id, documents[0].id))[1].startswith(b"%PDF")


async def test_a_refund_that_fails_later_is_owed_again_and_can_be_tried_once_more(club: CardClub) -> None:
    made = await club.member(await club.plan(await club.tier()))
    (charge,) = await club.charges(made)
    club.standin.money.refunds_fail.append("expired_or_canceled_card")
    refund = await club.own.refunds.give_back(SELLER, charge.id, None)
    assert refund.state is RefundState.SUCCEEDED
    await club.go(day("2026-02-04"))
    assert [one.state for one in await club.own.refunds.of_charge(charge.id)] == [RefundState.FAILED]
    assert await club.balance("refunds_owed") == -900
    assert len(await club.facts("membership.refund_failed")) == 1
    await club.own.refunds.give_back(SELLER, charge.id, None)
    assert (await club.balance("refunds_owed"), await club.balance("clearing:stripe")) == (0, 0)


async def test_an_invoice_is_written_late_where_the_house_had_no_seller(club: CardClub) -> None:
    made = await club.member(await club.plan(await club.tier()))
    (charge,) = await club.charges(made)
    assert await club.own.papers.of_charge(ADA, charge.id) == []
    with pytest.raises(NoSeller):
        await club.own.papers.ask(ADA, charge.id)
    await Invoices(club.db, FONTS).set_seller(OWNER, ORG, HOUSE)
    (document,) = await club.own.papers.ask(ADA, charge.id)
    assert (document.total, document.buyer) == (900, ("ada", "ada@venue.example"))
    assert [one.text for one in document.rows] == ["Friends"]
    assert await club.own.papers.ask(ADA, charge.id) == [document]


async def test_what_is_paid_after_the_end_goes_back_by_itself(club: CardClub) -> None:
    made = await club.member(await club.plan(await club.tier()))
    club.card(made, ATTACHES_ONLY)
    await club.go(day("2026-03-01"))
    (due, _) = await club.charges(made)
    # An account that is erased ends here at once; there it is still open, and is paid before we say so.
    await club.db.write(lambda tx: club.own.personal.erase(tx, ADA))
    club.standin.billing.invoices.pay(due.reference or "", {}, SUCCESS)
    await club.go(day("2026-03-02"))
    assert (await club.now(made)).gone
    assert club.there(made)["status"] == "canceled"
    assert club.standin.money.balance("eur") == await club.balance("clearing:stripe") == 900
    assert len(await club.facts("membership.paid_late")) == 1
    assert await club.balance("refunds_owed") == 0


@pytest.mark.parametrize("field", ["instance", "subscription", "price", "livemode"])
async def test_what_is_not_what_was_agreed_opens_nothing_and_is_told_once(club: CardClub, field: str) -> None:
    made, page = await club.begun(await club.plan(await club.tier()))
    club.standin.checkout.pay(page["id"], SUCCESS)
    found: dict[str, Any] = club.standin.account.all("subscription")[0]
    if field == "price":
        found["items"]["data"][0]["price"]["unit_amount"] = 1
    elif field == "livemode":
        found["livemode"] = True
    else:
        found["metadata"][field] = "another"
    for _ in range(2):
        after = await club.own.billed.ask(made.id)
    assert (after.state, await club.opens()) == (State.PENDING, False)
    (fact,) = await club.facts("membership.mismatch")
    assert fact.payload["detail"] == after.mismatch
    assert await club.charges(made) == []


async def test_events_may_come_twice_in_any_order_or_late(club: CardClub) -> None:
    made, page = await club.begun(await club.plan(await club.tier()))
    club.standin.checkout.pay(page["id"], SUCCESS)
    await club.hear(order=reversed, copies=3)
    made = await club.now(made)
    assert made.state is State.ACTIVE
    club.card(made, ATTACHES_ONLY)
    await club.go(day("2026-04-01"), hear=False)
    await club.hear(order=reversed)
    assert (await club.now(made)).state is State.EXPIRED
    assert len(await club.facts("membership.paid")) == 1
    assert await club.balance("clearing:stripe") == 900


@pytest.mark.parametrize("ends", [["won"], ["lost"], ["lost", "won"]])
async def test_a_dispute_stands_in_the_books_until_it_is_decided_for_good(club: CardClub, ends: list[str]) -> None:
    made = await club.member(await club.plan(await club.tier()))
    dispute = disputed(club)
    await club.hear(copies=2)
    assert ((await club.now(made)).state, await club.opens()) == (State.CANCELLED, False)
    assert (await club.balance("disputes"), await club.balance("clearing:stripe")) == (900, 0)
    assert [len(await club.facts(f"membership.{one}")) for one in ("disputed", "dispute_lost", "dispute_won")] == [
        1,
        0,
        0,
    ]
    assert await audited(club) == ["900 is disputed, fraudulent"]
    for end in ends:
        club.standin.money.end_dispute(dispute["id"], won=end == "won")
        await club.hear(order=reversed, copies=2)
        assert len(await club.facts(f"membership.dispute_{end}")) == 1
        assert await audited(club) == []
    stays, gone = (900, 0) if ends[-1] == "won" else (0, 900)
    assert await club.balance("disputes") == 0
    assert (await club.balance("clearing:stripe"), await club.balance("losses")) == (stays, gone)
    assert club.standin.money.balance("eur") == stays
    assert (await club.now(made)).state is State.CANCELLED


async def test_what_a_bank_took_is_not_given_back_beside(club: CardClub) -> None:
    made = await club.member(await club.plan(await club.tier()))
    (charge,) = await club.charges(made)
    dispute = disputed(club)
    await club.hear()
    for end in (None, False):
        if end is not None:
            club.standin.money.end_dispute(dispute["id"], won=end)
            await club.hear()
        with pytest.raises(Conflict, match="A bank took this payment back"):
            await club.own.refunds.give_back(SELLER, charge.id, None)
    club.standin.money.end_dispute(dispute["id"], won=True)
    club.standin.account.get("charge", dispute["charge"])["disputed"] = False
    await club.hear()
    assert (await club.own.refunds.give_back(SELLER, charge.id, None)).state is RefundState.SUCCEEDED
    for account in ("clearing:stripe", "disputes", "losses", "refunds_owed"):
        assert await club.balance(account) == 0, account
    assert await audited(club) == []


async def test_a_dispute_that_is_heard_of_before_the_payment_is_heard_nevertheless(club: CardClub) -> None:
    _made, page = await club.begun(await club.plan(await club.tier()))
    club.standin.checkout.pay(page["id"], DISPUTED)
    waiting = club.standin.webhooks.waiting
    waiting[:] = [one for one in waiting if one.event["type"] == "charge.dispute.created"]
    await club.hear()
    assert (await club.balance("disputes"), await club.balance("deferred:0")) == (900, -900)
    assert not await club.opens()
    assert await audited(club) == ["900 is disputed, fraudulent"]


async def test_a_dispute_in_another_currency_is_told_and_not_booked(club: CardClub) -> None:
    await club.member(await club.plan(await club.tier()))
    disputed(club)["currency"] = "usd"
    await club.hear()
    assert len(await club.facts("membership.mismatch")) == 1
    assert (await club.balance("disputes"), await club.balance("clearing:stripe")) == (0, 900)


async def test_an_illegal_move_of_a_dispute_is_refused_by_the_table(club: CardClub) -> None:
    await club.member(await club.plan(await club.tier()))
    dispute = disputed(club)
    await club.hear()
    club.standin.money.end_dispute(dispute["id"], won=True)
    await club.hear()
    for attack, refusal in (
        ("UPDATE subscription_disputes SET state = 'lost'", "no such move"),
        ("UPDATE subscription_disputes SET amount = 1", "never changes"),
        ("DELETE FROM subscription_disputes", "never deleted"),
    ):
        with pytest.raises(sqlite3.IntegrityError, match=refusal):
            await club.db.write(lambda tx, attack=attack: tx.run(attack))


async def test_verify_names_a_dispute_that_the_books_have_otherwise(club: CardClub) -> None:
    await club.member(await club.plan(await club.tier()))
    disputed(club)
    await club.hear()
    await club.db.write(lambda tx: tx.run("UPDATE subscription_disputes SET state = 'lost'"))
    found = [row for sql in CONTRADICTIONS for row in await club.db.all(Query(sql, (), lambda row: row["detail"]))]
    assert found == ["a dispute is lost, the ledger keeps 900 of it and has lost 0 of 900"]


def disputed(club: CardClub) -> Object:
    (paid,) = [one for one in club.standin.account.all("charge") if one["status"] == "succeeded"]
    return club.standin.money.dispute(paid)


async def audited(club: CardClub) -> list[str]:
    """What waits for a person; nothing contradicts anything."""
    for sql in CONTRADICTIONS:
        assert await club.db.all(Query(sql, (), lambda row: tuple(row))) == []
    return await club.db.all(Query(WAITING, (), lambda row: str(row["detail"])))


async def test_what_stripe_keeps_of_a_renewal_is_a_fee_and_nothing_stands_otherwise_there(club: CardClub) -> None:
    made = await club.member(await club.plan(await club.tier()))
    await club.go(day("2026-03-01"))
    (_, first) = await club.charges(made)
    await club.own.refunds.give_back(SELLER, first.id, 300)
    payouts = Payouts(
        club.db, club.movers.statements, Settling([club.own.news], Inquiries(club.db)), Ledger(), test=True
    )
    for _ in range(2):
        await payouts.reconcile("stripe")
    kept = sum(one["fee"] for one in club.standin.account.all("balance_transaction"))
    assert kept > 0
    assert await club.balance("fees") == kept
    assert await club.balance("clearing:stripe") == 900 + 600 - kept
    assert await payouts.audit() == []


async def test_members_are_mailed_what_concerns_them_once(club: CardClub) -> None:
    sent: list[tuple[str, str, Mapping[str, str]]] = []

    class Mailer:
        def send(self, tx: Transaction, *, to: str, template: str, context: Mapping[str, str], **more: Any) -> None:
            sent.append((to, template, context))

    post = MembershipPost(club.db, Mailer(), Addressees(), Languages("en"), "http://house.example")
    told = 0

    async def heard() -> list[str]:
        nonlocal told
        facts = [fact for topic in TOPICS for fact in await club.facts(topic)]
        for fact in sorted(facts, key=lambda one: one.seq):
            await post.hear(fact)
        new, told = [template for _, template, _ in sent[told:]], len(sent)
        return new

    made = await club.member(await club.plan(await club.tier(), grace_days=3, trial_days=7))
    await club.go(day("2026-02-05"))
    assert await heard() == ["membership_trial_ending"]
    await club.go(day("2026-02-08"))
    assert await heard() == ["membership_begun"]
    club.card(made, ATTACHES_ONLY)
    await club.go(day("2026-03-08"))
    assert await heard() == ["membership_unpaid"]
    await club.go(day("2026-03-12"))
    assert await heard() == ["membership_suspended"]
    await club.go(day("2026-04-12"))
    assert await heard() == ["membership_ended"]
    assert {to for to, _, _ in sent} == {"ada@venue.example"}
    assert sent[2][2]["when"] == "Mar 10, 2026"


TOPICS = ("membership.paid", "membership.changed", "membership.suspended", "membership.trial_ending")
