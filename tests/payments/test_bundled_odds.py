"""What goes wrong with a membership that begins with a purchase: its money is neither lost nor taken twice."""

from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial

import pytest

from novacast.clock import DAY, HOUR
from novacast.database import Query
from novacast.errors import Conflict
from novacast.folder import DataFolder
from novacast.payments.inquiries.service import Inquiries
from novacast.payments.memberships.models import State
from novacast.payments.memberships.store import START
from novacast.payments.memberships.trials.models import Why
from novacast.tickets.events.models import NewItem, PerformanceChanges
from novacast.tickets.holds.models import Wish
from novacast.tickets.models import ItemKind, OrderState, PerformanceState
from novacast.tickets.orders.models import Method
from novacast.tickets.purchases.models import PurchaseState, Wanted
from novacast_admin.stripe_stand_in.money import SUCCESS
from tests.fakes.clock import FakeClock
from tests.payments.bundles import PRICE, Club, open_club
from tests.payments.test_payouts import kinds, wait
from tests.tickets.box import ADA, ADA_AS_BUYER, BEN, ORG, OWNER, SELLER, TEST_MODE
from tests.tickets.purchases.bundle import RENT, SEAT, STANDING
from tests.tickets.rentals.shop import PERSON, run

ALL = SEAT + STANDING + RENT
PAID = OrderState.PAID
LONG = replace(TEST_MODE, transfer_days=21, payment_minutes=600)


@pytest.fixture
async def club(folder: DataFolder, clock: FakeClock) -> AsyncIterator[Club]:
    async with open_club(folder.database, clock) as opened:
        yield opened


@pytest.fixture
async def patient(folder: DataFolder, clock: FakeClock) -> AsyncIterator[Club]:
    async with open_club(folder.database, clock, LONG) as opened:
        yield opened


async def paid(club: Club, **more: int) -> str:
    token, page = await club.begun(await club.plan(**more))
    club.house.standin.checkout.pay(page["id"], SUCCESS)
    await club.bundle.purchases.look_after(token)
    return token


async def disputed(club: Club, token: str) -> list[int]:
    """What of each order is."""
    receipts = (await club.bundle.purchases.show(token)).receipts
    found = [await club.house.box.own.disputes.of_order(one.order.id) for one in receipts]
    return [sum(one.amount for one in each) for each in found]


async def test_a_card_that_had_a_trial_ends_the_membership_and_buys_the_rest(club: Club) -> None:
    await club.house.box.db.write(partial(run, PERSON.format(name=BEN.person_id)))
    plan, standin = await club.plan(trial_days=14), club.house.standin
    first = await club.own.memberships.subscribe(BEN, plan.id, "stripe")
    await club.own.billed.lead(first.id)
    (page,) = standin.account.all("checkout.session")
    standin.checkout.pay(page["id"], SUCCESS)
    await club.own.billed.ask(first.id)
    token, page = await club.begun(plan)
    standin.checkout.pay(page["id"], SUCCESS)
    after = await club.bundle.purchases.look_after(token)
    one, charges = await club.member(token)
    assert (one.state, one.no_trial, charges) == (State.CANCELLED, Why.CARD, [])
    assert (after.state, standin.money.balance("eur")) == (PurchaseState.PAID, ALL)
    there = standin.account.get("subscription", one.reference or "")
    assert there["status"] == "canceled", "nobody charges it later"
    await club.house.box.clean()


async def test_a_mailbox_that_had_a_trial_is_told_the_price_and_pays_no_other(club: Club) -> None:
    db, plan = club.house.box.db, await club.plan(trial_days=14)
    await db.write(partial(run, PERSON.format(name=BEN.person_id)))
    (email,) = await db.all(Query("SELECT email FROM people WHERE id = 'ada'", (), lambda row: str(row[0])))
    again = email.replace("@", "+again@")
    await db.write(lambda tx: tx.run("UPDATE people SET email = ? WHERE id = ?", (again, BEN.person_id)))
    before = await club.own.wanted.plan(ADA, plan.id)
    await club.own.memberships.subscribe(BEN, plan.id, "sandbox")
    after = await club.own.wanted.plan(ADA, plan.id)
    assert [one and one.trial_days for one in (before, after)] == [14, 0]
    wanted = await club.bundle.wanted(plan_id=plan.id)
    with pytest.raises(Conflict):
        await club.bundle.purchases.place(ADA, wanted, ADA_AS_BUYER, Method.SANDBOX, shown=ALL)
    assert (await club.house.box.own.holds.show(wanted.holds[0])).hold.state == "active", "nothing was ordered"
    made = await club.bundle.purchases.place(ADA, wanted, ADA_AS_BUYER, Method.SANDBOX, shown=ALL + PRICE)
    assert made.purchase.total == ALL + PRICE


@pytest.mark.parametrize("days", [0, 14], ids=["paid now", "tried first"])
async def test_an_inquiry_about_all_is_heard_once_and_may_become_a_dispute_of_each(club: Club, days: int) -> None:
    token = await paid(club, trial_days=days)
    (charge,) = club.house.standin.account.all("charge")
    made = club.house.standin.money.inquire(charge)
    await club.payments.inbox.sweep()
    asked = Inquiries(club.house.box.db)
    (one,) = await asked.of_org(ORG, START, 10)
    assert (one.state, one.amount) == ("asked", ALL + (0 if days else PRICE))
    assert await disputed(club, token) == [0, 0, 0]
    club.house.standin.money.end_inquiry(made["id"], escalated=True)
    club.house.box.clock.advance(3600)
    await club.payments.inbox.sweep()
    assert await disputed(club, token) == [SEAT, STANDING, RENT]
    assert await asked.of_org(ORG, START, 10) == []
    assert (await club.member(token))[0].state is (State.ACTIVE if days else State.CANCELLED)


async def test_a_dispute_takes_nothing_of_a_month_that_was_given_back(club: Club) -> None:
    token = await paid(club)
    one, (month,) = await club.member(token)
    await club.own.refunds.give_back(OWNER, month.id, None)
    (charge,) = club.house.standin.account.all("charge")
    assert club.house.standin.money.dispute(charge)["amount"] == ALL
    await club.payments.inbox.sweep()
    assert await disputed(club, token) == [SEAT, STANDING, RENT]
    assert await club.own.refunds.disputed(month.id) == []
    assert (await club.member(token))[0].state is one.state
    wait(club.house, 10)
    await club.payments.payouts.sweep()
    assert await kinds(club.house) == []


async def test_a_dispute_that_is_heard_first_finds_the_month_that_nobody_asked_about(club: Club) -> None:
    token, page = await club.begun(await club.plan())
    club.house.standin.checkout.pay(page["id"], SUCCESS)
    first = (await club.bundle.purchases.show(token)).receipts[0].order
    await club.house.box.own.orders.look_after(club.house.box.own.orders.token(first.id))
    assert (await club.member(token))[1] == []
    (charge,) = club.house.standin.account.all("charge")
    club.house.standin.money.dispute(charge)
    told = club.house.standin.webhooks.waiting
    told[:] = [one for one in told if one.event["type"].startswith("charge.dispute")]
    await club.heard()
    _, (month,) = await club.member(token)
    assert await disputed(club, token) == [SEAT, STANDING, RENT]
    assert [one.amount for one in await club.own.refunds.disputed(month.id)] == [PRICE]


async def test_a_transfer_is_due_before_the_membership_is_given_up(patient: Club) -> None:
    own, start = patient.house.box.own, patient.house.box.clock.now() + 60 * DAY
    hours = PerformanceChanges(frozenset({"starts_at", "ends_at"}), starts_at=start, ends_at=start + HOUR)
    late = await own.performances.create(OWNER, patient.house.box.night.event_id, hours, None)
    place = await own.performances.add_item(OWNER, late.id, NewItem("Place", ItemKind.GENERAL, price=STANDING), [])
    await own.performances.add_quota(OWNER, late.id, "Room", 10, [place.id])
    await own.performances.move(OWNER, late.id, PerformanceState.ON_SALE)
    held = own.holds.token((await own.holds.take(ADA, late.id, [Wish(place.id, 1)])).hold.id)
    plan = await patient.plan()
    token, made = await patient.bundle.order(Method.TRANSFER, Wanted([held], plan_id=plan.id))
    assert made.due_at is not None
    patient.house.box.clock.advance((made.due_at - patient.house.box.clock.now()) / 1_000_000 - 1)
    await patient.own.sweep()
    order = made.receipts[0].order
    await own.orders.mark_paid(SELLER, order.org_id, order.id, None)
    await patient.hear()
    one, charges = await patient.member(token)
    assert (one.state, [each.late for each in charges]) == (State.ACTIVE, [False])
    await patient.house.box.clean()


async def test_a_page_that_may_be_paid_for_hours_stays_for_hours(patient: Club) -> None:
    token, page = await patient.begun(await patient.plan())
    patient.house.box.clock.advance(3 * 3600)
    await patient.own.sweep()
    patient.house.standin.checkout.pay(page["id"], SUCCESS)
    await patient.bundle.purchases.look_after(token)
    assert await patient.bundle.states(token) == [PAID, PAID, PAID]
    assert (await patient.member(token))[0].state is State.ACTIVE
