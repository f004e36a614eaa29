"""A membership that begins with a purchase: it is paid by the same payment, and its books have its own part of it."""

from collections.abc import AsyncIterator

import pytest

from novacast.errors import Conflict
from novacast.folder import DataFolder
from novacast.payments.memberships.models import ChargeState, State
from novacast.tickets.events.items.models import ItemChanges
from novacast.tickets.holds.models import Wish
from novacast.tickets.models import OrderState
from novacast.tickets.orders.models import Method, Unpayable
from novacast.tickets.purchases.models import PurchaseState, Wanted
from novacast_admin.stripe_stand_in.money import DECLINED, SUCCESS
from tests.fakes.clock import FakeClock
from tests.payments.bundles import PRICE, Club, open_club
from tests.payments.test_payouts import accounts, kinds, wait
from tests.tickets.box import ADA, OWNER, SELLER
from tests.tickets.purchases.bundle import RENT, SEAT, STANDING

ALL = SEAT + STANDING + RENT
PAID, EXPIRED = OrderState.PAID, OrderState.EXPIRED


@pytest.fixture
async def club(folder: DataFolder, clock: FakeClock) -> AsyncIterator[Club]:
    async with open_club(folder.database, clock) as opened:
        yield opened


async def test_the_sandbox_pays_it_with_all_else(club: Club) -> None:
    token, made = await club.order(await club.plan(), Method.SANDBOX)
    assert (made.purchase.total, made.membership and made.membership.now) == (ALL + PRICE, PRICE)
    await club.own.sweep()
    assert (await club.member(token))[0].state is State.PENDING, "nobody has paid"
    after = await club.bundle.purchases.decide(token, paid=True)
    one, charges = await club.member(token)
    assert (after.state, one.state) == (PurchaseState.PAID, State.ACTIVE)
    assert [(each.amount, each.state) for each in charges] == [(PRICE, ChargeState.PAID)]
    await club.hear()
    assert len((await club.member(token))[1]) == 1
    await club.house.box.clean()


async def test_who_calls_it_off_begins_nothing(club: Club) -> None:
    token, _ = await club.order(await club.plan(), Method.SANDBOX)
    await club.bundle.purchases.give_up(token)
    one, charges = await club.member(token)
    assert (one.state, charges) == (State.EXPIRED, [])


async def test_what_is_tried_first_costs_nothing_now(club: Club) -> None:
    token, made = await club.order(await club.plan(trial_days=14), Method.SANDBOX)
    assert made.purchase.total == ALL
    await club.bundle.purchases.decide(token, paid=True)
    one, charges = await club.member(token)
    assert (one.state, charges) == (State.ACTIVE, [])
    assert one.trial_until is not None


async def test_free_places_and_a_trial_cost_nothing_now_and_need_a_way_to_pay(club: Club) -> None:
    own, bundle, free = club.house.box.own, club.bundle, ItemChanges(frozenset({"price"}), price=0)
    await own.performances.edit_item(OWNER, bundle.matinee.id, bundle.place.id, free)
    plan = await club.plan(trial_days=14)
    held = await own.holds.take(ADA, bundle.matinee.id, [Wish(bundle.place.id, 1)])
    wanted = Wanted([own.holds.token(held.hold.id)], plan_id=plan.id)
    token, made = await bundle.order(wanted=wanted)
    assert made.purchase.total == 0
    after = await bundle.purchases.decide(token, paid=True)
    assert (after.state, (await club.member(token))[0].state) == (PurchaseState.PAID, State.ACTIVE)
    await club.house.box.clean()


async def test_a_transfer_that_the_house_confirms_begins_it(club: Club) -> None:
    token, made = await club.order(await club.plan(), Method.TRANSFER)
    order = made.receipts[0].order
    await club.house.box.own.orders.mark_paid(SELLER, order.org_id, order.id, ALL + PRICE)
    await club.hear()
    one, charges = await club.member(token)
    assert (one.state, [each.amount for each in charges]) == (State.ACTIVE, [PRICE])
    await club.house.box.clean()


async def test_a_transfer_that_came_too_late_opens_nothing_and_is_owed_back(club: Club) -> None:
    token, made = await club.order(await club.plan(), Method.TRANSFER)
    await club.bundle.purchases.give_up(token)
    order = made.receipts[0].order
    await club.house.box.own.orders.mark_paid(SELLER, order.org_id, order.id, None)
    await club.hear()
    one, charges = await club.member(token)
    assert (one.state, [(each.amount, each.late) for each in charges]) == (State.EXPIRED, [(PRICE, True)])


async def test_nobody_has_two_of_one_circle_and_nothing_is_ordered_then(club: Club) -> None:
    plan = await club.plan()
    token, _ = await club.order(plan, Method.SANDBOX)
    await club.bundle.purchases.decide(token, paid=True)
    wanted = await club.bundle.wanted(films=False, plan_id=plan.id)
    with pytest.raises(Conflict):
        await club.bundle.order(wanted=wanted)
    assert (await club.house.box.own.holds.show(wanted.holds[0])).hold.state == "active"
    with pytest.raises(Unpayable):
        await club.bundle.order(Method.FREE, wanted)


async def test_one_page_takes_tickets_and_the_first_month(club: Club) -> None:
    token, page = await club.begun(await club.plan())
    assert (page["mode"], page["amount_total"]) == ("subscription", ALL + PRICE)
    assert page["success_url"] == f"{club.bundle.purchases.address(token)}/paid"
    club.house.standin.checkout.pay(page["id"], SUCCESS)
    after = await club.bundle.purchases.look_after(token)
    one, charges = await club.member(token)
    assert (after.state, one.state) == (PurchaseState.PAID, State.ACTIVE)
    assert [(each.amount, each.state) for each in charges] == [(PRICE, ChargeState.PAID)]
    assert club.house.standin.money.balance("eur") == ALL + PRICE
    await club.house.box.clean()


async def test_a_webhook_alone_makes_both_true(club: Club) -> None:
    token, page = await club.begun(await club.plan())
    club.house.standin.checkout.pay(page["id"], SUCCESS)
    await club.payments.inbox.sweep()
    assert await club.bundle.states(token) == [PAID, PAID, PAID]
    assert (await club.member(token))[0].state is State.ACTIVE


async def test_with_a_trial_the_page_takes_the_tickets_alone(club: Club) -> None:
    token, page = await club.begun(await club.plan(trial_days=14))
    assert page["amount_total"] == ALL
    club.house.standin.checkout.pay(page["id"], SUCCESS)
    after = await club.bundle.purchases.look_after(token)
    one, charges = await club.member(token)
    assert (after.state, one.state, charges) == (PurchaseState.PAID, State.ACTIVE, [])
    assert one.trial_until is not None
    for days in (15, 1):  # a renewal is a draft for an hour
        wait(club.house, days)
    await club.own.sweep()
    one, charges = await club.member(token)
    assert [each.amount for each in charges] == [PRICE], "the first month, and nothing that was bought once"


async def test_a_declined_card_leaves_the_page_and_its_end_frees_all(club: Club) -> None:
    token, page = await club.begun(await club.plan())
    with pytest.raises(Exception, match="declined"):
        club.house.standin.checkout.pay(page["id"], DECLINED)
    await club.bundle.purchases.give_up(token)
    assert await club.bundle.states(token) == [EXPIRED, EXPIRED, EXPIRED]
    assert (await club.member(token))[0].state is State.EXPIRED
    assert page["status"] == "expired"


async def test_a_ticket_and_the_month_are_given_back_out_of_the_one_payment(club: Club) -> None:
    token, page = await club.begun(await club.plan())
    club.house.standin.checkout.pay(page["id"], SUCCESS)
    first = (await club.bundle.purchases.look_after(token)).receipts[0].order
    await club.house.box.own.orders.cancel(OWNER, first.org_id, first.id, "")
    await club.house.box.own.refunds.sweep()
    _, (charge,) = await club.member(token)
    await club.own.refunds.give_back(OWNER, charge.id, None)
    assert sorted(one["amount"] for one in club.house.standin.account.all("refund")) == [PRICE, SEAT]
    assert club.house.standin.money.balance("eur") == STANDING + RENT
    await club.house.box.clean()


async def test_the_account_stands_as_the_books_do(club: Club) -> None:
    token, page = await club.begun(await club.plan())
    club.house.standin.checkout.pay(page["id"], SUCCESS)
    await club.bundle.purchases.look_after(token)
    await club.payments.inbox.sweep()
    wait(club.house, 10)
    await club.payments.payouts.sweep()
    assert await kinds(club.house) == []
    assert (await accounts(club.house))["clearing:stripe"] == ALL + PRICE - round((ALL + PRICE) * 0.015) - 25


async def test_a_dispute_is_divided_among_tickets_and_membership(club: Club) -> None:
    token, page = await club.begun(await club.plan())
    club.house.standin.checkout.pay(page["id"], SUCCESS)
    await club.bundle.purchases.look_after(token)
    (charge,) = club.house.standin.account.all("charge")
    club.house.standin.money.dispute(charge)
    await club.payments.inbox.sweep()
    receipts = (await club.bundle.purchases.show(token)).receipts
    found = [await club.house.box.own.disputes.of_order(one.order.id) for one in receipts]
    _, (first,) = await club.member(token)
    banks = await club.own.refunds.disputed(first.id)
    assert [[one.amount for one in each] for each in found] == [[SEAT], [STANDING], [RENT]]
    assert [one.amount for one in banks] == [PRICE]
    wait(club.house, 10)
    await club.payments.payouts.sweep()
    assert await kinds(club.house) == []
