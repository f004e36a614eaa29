"""Several things paid by one payment at Stripe: what happens to that happens to each, and no cent is lost between."""

from urllib.parse import urlsplit

import pytest

from novacast.clock import MINUTE, SECOND
from novacast.errors import Unavailable
from novacast.folder import DataFolder
from novacast.tickets.models import AttemptState, DisputeState, OrderState
from novacast.tickets.orders.models import Method, Unpayable
from novacast.tickets.purchases.models import Purchased, PurchaseState
from novacast.tickets.reopening.models import Reason
from novacast_admin.stripe_stand_in.faults import Fault
from novacast_admin.stripe_stand_in.money import DEBIT_BAD, DEBIT_GOOD, SUCCESS
from novacast_admin.stripe_stand_in.shapes import Object
from tests.fakes.clock import FakeClock
from tests.payments.paying import House, hooked, open_house
from tests.payments.test_payouts import FEE, accounts, kinds, sent, wait
from tests.tickets.box import OWNER
from tests.tickets.purchases.bundle import RENT, SEAT, STANDING, Bundle, open_bundle

ALL = SEAT + STANDING + RENT
PAID, EXPIRED, WAITS = OrderState.PAID, OrderState.EXPIRED, OrderState.AWAITING_PAYMENT


@pytest.fixture
async def bundle(house: House) -> Bundle:
    return await open_bundle(house.box)


def page_of(house: House, made: Purchased) -> Object:
    """The one page where all is paid."""
    (reference,) = {one.attempts[-1].reference for one in made.receipts}
    return house.standin.account.get("checkout.session", reference or "")


async def begun(house: House, bundle: Bundle) -> tuple[str, Object]:
    token, _ = await bundle.order(Method.CARD)
    return token, page_of(house, await bundle.purchases.pay(token))


async def paid(house: House, bundle: Bundle, number: str = SUCCESS) -> str:
    token, page = await begun(house, bundle)
    house.standin.checkout.pay(page["id"], number)
    await bundle.purchases.look_after(token)
    return token


def charge(house: House) -> Object:
    (found,) = house.standin.account.all("charge")
    return found


async def refunded(house: House, bundle: Bundle, token: str, place: int) -> None:
    order = (await bundle.purchases.show(token)).receipts[place].order
    await house.box.own.orders.cancel(OWNER, order.org_id, order.id, "it rains")
    await house.box.own.refunds.sweep()


async def test_one_page_takes_one_payment_for_all(house: House, bundle: Bundle) -> None:
    token, page = await begun(house, bundle)
    begun_ = await bundle.purchases.show(token)
    assert begun_.url == page["url"]
    assert (page["amount_total"], page["success_url"]) == (ALL, f"{bundle.purchases.address(token)}/paid")
    assert len(house.standin.calls("checkout/sessions")) == 1
    house.standin.checkout.pay(page["id"], SUCCESS)
    after = await bundle.purchases.look_after(token)
    assert after.state is PurchaseState.PAID
    assert {one.attempts[-1].reference for one in after.receipts} == {page["payment_intent"]}
    assert charge(house)["amount"] == ALL == house.standin.money.balance("eur")
    await house.box.clean()


async def test_its_webhook_alone_makes_all_true(house: House, bundle: Bundle) -> None:
    async with hooked(house):
        token, page = await begun(house, bundle)
        house.standin.checkout.pay(page["id"], SUCCESS)
        await house.standin.webhooks.deliver()
        await house.inbox.work()
        assert await bundle.states(token) == [PAID, PAID, PAID]


async def test_a_bank_that_takes_days_is_waited_for_by_all(house: House, bundle: Bundle) -> None:
    token = await paid(house, bundle, DEBIT_GOOD)
    waits = await bundle.purchases.show(token)
    assert (waits.state, waits.awaited) == (PurchaseState.OPEN, True)
    house.box.clock.advance(4 * 24 * 3600)
    house.standin.account.tick()
    await house.box.own.closing.sweep()
    assert await bundle.states(token) == [PAID, PAID, PAID]


async def test_a_sweep_asks_about_all_of_it_once(house: House, bundle: Bundle) -> None:
    await begun(house, bundle)
    house.box.clock.advance(120)
    asked = len(house.standin.asked)
    await house.box.own.closing.sweep()
    assert len(house.standin.asked) == asked + 1


async def test_a_bank_that_says_no_frees_all(house: House, bundle: Bundle) -> None:
    token = await paid(house, bundle, DEBIT_BAD)
    house.box.clock.advance(4 * 24 * 3600)
    house.standin.account.tick()
    for _ in range(2):
        await house.box.own.closing.sweep()
    assert await bundle.states(token) == [EXPIRED, EXPIRED, EXPIRED]
    assert house.standin.money.balance("eur") == 0


async def test_who_gives_up_ends_the_page_of_all(house: House, bundle: Bundle) -> None:
    token, page = await begun(house, bundle)
    await bundle.purchases.give_up(token)
    assert page["status"] == "expired"
    assert await bundle.states(token) == [EXPIRED, EXPIRED, EXPIRED]


async def test_an_error_that_a_key_keeps_fails_all_and_the_next_payment_is_for_all(
    house: House, bundle: Bundle
) -> None:
    token, _ = await bundle.order(Method.CARD)
    house.standin.faults.plan(Fault.ERROR_AFTER, "checkout/sessions")
    with pytest.raises(Unavailable):
        await bundle.purchases.pay(token)
    with pytest.raises(Unpayable):
        await bundle.purchases.pay(token)
    page = page_of(house, await bundle.purchases.pay(token))
    house.standin.checkout.pay(page["id"], SUCCESS)
    after = await bundle.purchases.look_after(token)
    states = [[one.state for one in each.attempts] for each in after.receipts]
    assert states == 3 * [[AttemptState.FAILED, AttemptState.CAPTURED]]
    assert charge(house)["amount"] == ALL


async def test_the_page_of_one_order_leads_to_the_payment_of_all(house: House, bundle: Bundle) -> None:
    token, made = await bundle.order(Method.CARD)
    own = house.box.own.orders
    alone = await own.pay(own.token(made.receipts[2].order.id))
    assert alone.attempts[-1].url == (await bundle.purchases.show(token)).url
    assert page_of(house, await bundle.purchases.pay(token))["amount_total"] == ALL


async def test_a_ticket_is_given_back_out_of_the_payment_of_all(house: House, bundle: Bundle) -> None:
    token = await paid(house, bundle)
    await refunded(house, bundle, token, 1)
    await refunded(house, bundle, token, 2)
    assert sorted(one["amount"] for one in house.standin.account.all("refund")) == [RENT, STANDING]
    after = await bundle.purchases.show(token)
    assert [one.attempts[-1].refunded for one in after.receipts] == [0, STANDING, RENT]
    assert house.standin.money.balance("eur") == SEAT
    await house.box.clean()


async def test_a_refund_that_fails_later_is_owed_by_its_order_alone(house: House, bundle: Bundle) -> None:
    token = await paid(house, bundle)
    house.standin.money.refunds_fail.append("lost_or_stolen_card")
    await refunded(house, bundle, token, 0)
    wait(house, 4)
    await house.inbox.sweep()
    after = await bundle.purchases.show(token)
    assert [one.attempts[-1].refunded for one in after.receipts] == [0, 0, 0]
    back = [await house.box.own.refunds.of_order(one.order.id) for one in after.receipts]
    assert [[str(one.state) for one in each] for each in back] == [["failed"], [], []]
    await house.box.clean()


async def test_money_that_came_late_is_dealt_with_by_each_order(house: House, bundle: Bundle) -> None:
    token, page = await begun(house, bundle)
    house.standin.checkout.pay(page["id"], DEBIT_BAD)
    house.box.clock.advance(4 * 24 * 3600)
    house.standin.account.tick()
    for _ in range(2):
        await house.box.own.closing.sweep()
    assert await bundle.states(token) == [EXPIRED, EXPIRED, EXPIRED]
    intent = house.standin.account.get("payment_intent", page["payment_intent"])
    house.standin.money.pay(intent, SUCCESS)
    house.standin.checkout.look(page)
    page["payment_status"] = "paid"
    await house.box.own.payments.ask(OWNER, (await bundle.purchases.show(token)).receipts[0].order.id)
    await house.box.own.late.sweep()
    await house.box.own.refunds.sweep()
    states = await bundle.states(token)
    back = sum(one["amount"] for one in house.standin.account.all("refund"))
    kept = [SEAT, STANDING, RENT]
    assert back + sum(cost for cost, state in zip(kept, states, strict=True) if state is PAID) == ALL
    await house.box.clean()


async def test_a_dispute_is_divided_and_won_for_all(house: House, bundle: Bundle) -> None:
    token = await paid(house, bundle)
    await refunded(house, bundle, token, 1)
    dispute = house.standin.money.dispute(charge(house))
    await house.inbox.sweep()
    after = await bundle.purchases.show(token)
    found = [await house.box.own.disputes.of_order(one.order.id) for one in after.receipts]
    assert [[one.amount for one in each] for each in found] == [[SEAT], [], [RENT]]
    assert [one.order.disputed for one in after.receipts] == [True, False, True]
    await house.box.clean()
    house.standin.money.end_dispute(dispute["id"], won=True)
    wait(house, 1)
    await house.inbox.sweep()
    found = [await house.box.own.disputes.of_order(one.order.id) for one in after.receipts]
    assert [[one.state for one in each] for each in found] == [[DisputeState.WON], [], [DisputeState.WON]]
    assert not any(one.order.disputed for one in (await bundle.purchases.show(token)).receipts)
    await house.box.clean()


async def test_a_dispute_that_is_lost_gives_back_what_was_owed_of_each(house: House, bundle: Bundle) -> None:
    token = await paid(house, bundle)
    dispute = house.standin.money.dispute(charge(house))
    await house.inbox.sweep()
    await refunded(house, bundle, token, 0)
    house.standin.money.end_dispute(dispute["id"], won=False)
    wait(house, 1)
    await house.inbox.sweep()
    await house.box.own.refunds.sweep()
    assert not house.standin.account.all("refund"), "the bank has given it back"
    first = (await bundle.purchases.show(token)).receipts[0]
    (back,) = await house.box.own.refunds.of_order(first.order.id)
    assert (str(back.state), back.provider) == ("succeeded", "dispute")
    await house.box.clean()


async def test_the_account_stands_as_the_books_do(house: House, bundle: Bundle) -> None:
    token = await paid(house, bundle)
    await refunded(house, bundle, token, 1)
    fee = round(ALL * 0.015) + 25
    for _ in range(2):
        await house.payments.payouts.sweep()
    sent(house)
    for _ in range(2):
        await house.payments.payouts.sweep()
    left = SEAT + RENT - fee
    books = await accounts(house)
    assert (books["bank"], books["fees"], "clearing:stripe" in books) == (left, fee, False)
    wait(house, 10)
    await house.payments.payouts.sweep()
    assert await kinds(house) == []
    await house.box.clean()


async def test_a_dispute_of_several_is_one_movement_of_the_account(house: House, bundle: Bundle) -> None:
    await paid(house, bundle)
    dispute = house.standin.money.dispute(charge(house))
    await house.inbox.sweep()
    house.standin.money.end_dispute(dispute["id"], won=True)
    wait(house, 1)
    await house.inbox.sweep()
    wait(house, 9)
    await house.payments.payouts.sweep()
    assert await kinds(house) == []
    assert (await accounts(house))["fees"] > FEE


async def test_money_given_back_elsewhere_is_looked_at_by_whoever_it_may_be_of(house: House, bundle: Bundle) -> None:
    token = await paid(house, bundle)
    house.standin.money.refund({"charge": charge(house)["id"], "amount": 100})
    await house.inbox.sweep()
    for one in (await bundle.purchases.show(token)).receipts:
        story = await house.box.own.orders.story(OWNER, one.order.org_id, one.order.id)
        assert "payment.repaid_elsewhere" in [each.action for each in story]


async def test_after_a_restore_a_payment_of_several_is_no_stray(house: House, bundle: Bundle) -> None:
    token, page = await begun(house, bundle)
    house.standin.checkout.pay(page["id"], SUCCESS)
    own = house.box.own
    await own.reopening.shut(Reason.RESTORED, house.box.clock.now() - 60 * MINUTE // SECOND)
    await own.reopening.sweep()
    assert (await own.reopening.state())[0] is None
    assert await bundle.states(token) == [PAID, PAID, PAID]


async def test_no_page_of_one_order_says_its_part_and_takes_the_whole(folder: DataFolder, clock: FakeClock) -> None:
    async with open_house(folder.database, clock, element=True) as house, hooked(house) as served:
        bundle = await open_bundle(house.box)
        token, _ = await bundle.order(Method.CARD)
        made = await bundle.purchases.pay(token)
        order = f"{served.url}/order/{house.box.own.orders.token(made.receipts[0].order.id)}"
        for method, place in (("GET", "/card"), ("POST", "/pay"), ("POST", "/elsewhere")):
            async with served.client.request(method, order + place, allow_redirects=False) as answer:
                assert (answer.status, answer.headers.get("Location")) == (303, urlsplit(order).path), place
        assert await bundle.states(token) == [WAITS, WAITS, WAITS]


async def test_on_a_page_of_the_house_it_is_one_intent(folder: DataFolder, clock: FakeClock) -> None:
    async with open_house(folder.database, clock, element=True) as house:
        bundle = await open_bundle(house.box)
        token, _ = await bundle.order(Method.CARD)
        made = await bundle.purchases.pay(token)
        assert made.url == f"{bundle.purchases.address(token)}/card"
        _, form = await bundle.purchases.form(token)
        assert form is not None
        (intent,) = house.standin.account.all("payment_intent")
        assert (form.secret, intent["amount"]) == (intent["client_secret"], ALL)
        elsewhere = await bundle.purchases.pay_anew(token)
        assert intent["status"] == "canceled"
        page = page_of(house, elsewhere)
        house.standin.checkout.pay(page["id"], SUCCESS)
        assert (await bundle.purchases.look_after(token)).state is PurchaseState.PAID
        assert house.standin.money.balance("eur") == ALL
