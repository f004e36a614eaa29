"""Orders paid at Stripe: each ends paid with its tickets, or not paid and free again, whatever breaks on the way."""

import pytest

from novacast.errors import Unavailable
from novacast.money import PaymentRefused, Repayment
from novacast.payments.services import outlook
from novacast.payments.stripe.amounts import STRANGE, ours, theirs
from novacast.tickets.models import AttemptState, OrderState
from novacast.tickets.orders.models import Method, Unpayable
from tests.fakes.clock import FakeClock
from tests.fakes.stripe.account import DAY
from tests.fakes.stripe.faults import Fault
from tests.fakes.stripe.money import DEBIT_BAD, DEBIT_GOOD, SUCCESS
from tests.payments.paying import House


def on(house: House, seconds: int) -> None:
    house.box.clock.advance(seconds)


async def test_a_card_is_offered_where_stripe_is_set_up_and_paid_at_its_page(house: House) -> None:
    assert house.box.own.orders.methods(1000, account=True) == (Method.CARD, Method.TRANSFER, Method.SANDBOX)
    receipt = await house.order()
    token, page = await house.begun(receipt)
    (call,) = house.standin.calls("checkout/sessions")
    attempt = (await house.box.own.orders.show(token)).attempts[-1]
    assert call.key == page["client_reference_id"] == attempt.key
    assert (page["amount_total"], page["currency"]) == (1000, "eur")
    assert page["success_url"].endswith("/paid")
    assert attempt.url == page["url"]
    house.standin.checkout.pay(page["id"], SUCCESS)
    done = await house.box.own.orders.look_after(token)
    assert (done.order.state, len(done.tickets)) == (OrderState.PAID, 1)
    assert done.attempts[-1].reference == page["payment_intent"]
    await house.box.clean()


async def test_going_on_to_pay_leads_to_the_same_page(house: House) -> None:
    receipt = await house.order()
    _token, first = await house.begun(receipt)
    _token, again = await house.begun(receipt)
    assert first["id"] == again["id"]
    assert len(house.standin.calls("checkout/sessions")) == 1


@pytest.mark.parametrize(
    "fault", [Fault.DROP_BEFORE, Fault.DROP_AFTER, Fault.LIMITED, Fault.CONFLICT, Fault.ERROR_BEFORE]
)
async def test_an_answer_that_was_lost_is_had_again_after_a_crash(house: House, fault: Fault) -> None:
    receipt = await house.order()
    house.standin.faults.plan(fault, "checkout/sessions")
    with pytest.raises(Unavailable):
        await house.begun(receipt)
    house = await house.restarted()
    token, page = await house.begun(receipt)
    assert len(house.standin.account.all("checkout.session")) == 1
    house.standin.checkout.pay(page["id"], SUCCESS)
    assert (await house.box.own.orders.look_after(token)).order.state is OrderState.PAID


async def test_an_error_that_a_key_keeps_ends_the_attempt_and_the_next_one_is_paid(house: House) -> None:
    receipt = await house.order()
    house.standin.faults.plan(Fault.ERROR_AFTER, "checkout/sessions")
    with pytest.raises(Unavailable):
        await house.begun(receipt)
    with pytest.raises(Unpayable):
        await house.begun(receipt)
    (orphan,) = house.standin.account.all("checkout.session")
    assert orphan["status"] == "expired", "nobody can pay where nobody looks"
    token, page = await house.begun(receipt)
    house.standin.checkout.pay(page["id"], SUCCESS)
    done = await house.box.own.orders.look_after(token)
    assert [one.state for one in done.attempts] == [AttemptState.FAILED, AttemptState.CAPTURED]


async def test_an_order_that_nobody_paid_ends_its_page_and_is_free_again(house: House) -> None:
    token, page = await house.begun()
    on(house, 31 * 60)
    assert await house.box.own.closing.sweep() == 1
    assert (page["status"], await house.state(token)) == ("expired", OrderState.EXPIRED)
    assert await house.box.left(house.box.room) == 5


async def test_a_page_whose_address_was_lost_is_ended_too(house: House) -> None:
    receipt = await house.order()
    house.standin.faults.plan(Fault.DROP_AFTER, "checkout/sessions")
    with pytest.raises(Unavailable):
        await house.begun(receipt)
    house = await house.restarted()
    await house.box.own.orders.give_up(house.token(receipt))
    (page,) = house.standin.account.all("checkout.session")
    assert page["status"] == "expired"
    assert await house.state(house.token(receipt)) is OrderState.EXPIRED


async def test_what_nobody_asked_for_before_it_was_called_off_is_never_asked_for(house: House) -> None:
    receipt = await house.order()
    await house.box.own.orders.give_up(house.token(receipt))
    assert house.standin.asked == []
    attempt = (await house.box.own.orders.show(house.token(receipt))).attempts[-1]
    with pytest.raises(PaymentRefused):
        await house.payments.outside.providers[0].begin(attempt.demand("x"))
    assert house.standin.asked == []


@pytest.mark.parametrize("paid_first", [True, False])
async def test_paying_and_closing_at_once_ends_in_one_of_both(house: House, *, paid_first: bool) -> None:
    token, page = await house.begun()
    on(house, 31 * 60)
    if paid_first:
        house.standin.checkout.pay(page["id"], SUCCESS)
    await house.box.own.closing.sweep()
    if not paid_first:
        with pytest.raises(Exception, match="over"):
            house.standin.checkout.pay(page["id"], SUCCESS)
    assert await house.state(token) is (OrderState.PAID if paid_first else OrderState.EXPIRED)
    await house.box.clean()


async def test_out_of_reach_nothing_is_freed(house: House) -> None:
    token, page = await house.begun()
    on(house, 31 * 60)
    house.standin.faults.plan(Fault.DROP_BEFORE, "/v1/", times=1000)
    assert await house.box.own.closing.sweep() == 0
    assert await house.box.left(house.box.room) == 4
    house.standin.faults.clear()
    house.standin.checkout.pay(page["id"], SUCCESS)
    await house.box.own.closing.sweep()
    assert await house.state(token) is OrderState.PAID


@pytest.mark.parametrize(("number", "end"), [(DEBIT_GOOD, OrderState.PAID), (DEBIT_BAD, OrderState.EXPIRED)])
async def test_what_a_bank_takes_days_for_keeps_its_places_until_it_has_decided(
    house: House, number: str, end: OrderState
) -> None:
    token, page = await house.begun()
    house.standin.checkout.pay(page["id"], number)
    waits = await house.box.own.orders.look_after(token)
    assert waits.attempts[-1].state is AttemptState.PROCESSING
    for _time in range(10):
        on(house, 4 * 3600)
        await house.box.own.closing.sweep()
    assert await house.state(token) is OrderState.AWAITING_PAYMENT
    assert await house.box.left(house.box.room) == 4
    for _time in range(10):
        on(house, 4 * 3600)
        await house.box.own.closing.sweep()
    assert await house.state(token) is end
    asked = [one for one in house.standin.asked if one.method == "GET"]
    assert len(asked) < 100, "not every few seconds for days"
    await house.box.clean()


async def test_a_key_that_stripe_may_have_forgotten_makes_no_second_page(house: House, clock: FakeClock) -> None:
    receipt = await house.order()
    house.standin.faults.plan(Fault.DROP_AFTER, "checkout/sessions")
    with pytest.raises(Unavailable):
        await house.begun(receipt)
    on(house, 2 * DAY)
    house = await house.restarted()
    await house.box.own.closing.sweep()
    assert len(house.standin.account.all("checkout.session")) == 1
    assert await house.state(house.token(receipt)) is OrderState.EXPIRED


async def test_what_was_paid_wrong_is_held_and_alarmed(house: House) -> None:
    for change in ({"amount_total": 999}, {"currency": "usd"}, {"livemode": True}, {"metadata": {"instance": "other"}}):
        token, page = await house.begun()
        house.standin.checkout.pay(page["id"], SUCCESS)
        page.update(change)
        if "amount_total" in change:
            intent = house.standin.account.get("payment_intent", page["payment_intent"])
            intent["amount_received"] = 999
        wrong = await house.box.own.orders.look_after(token)
        assert wrong.order.state is OrderState.AWAITING_PAYMENT
        assert wrong.attempts[-1].mismatch
    assert len(await house.box.facts("payment.mismatch")) == 4


async def test_a_key_that_stripe_refuses_is_no_refusal_of_the_payment(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    receipt = await house.order()
    house.standin.secret_keys.clear()
    with pytest.raises(Unavailable):
        await house.begun(receipt)
    assert (await house.box.own.orders.show(house.token(receipt))).attempts[-1].state is AttemptState.CREATED
    assert "secret_key" in caplog.text
    assert house.settings.stripe.secret_key not in caplog.text


async def test_what_hangs_is_given_up_after_its_time(house: House) -> None:
    house.settings = type(house.settings)(
        tickets=house.settings.tickets,
        server=house.settings.server,
        stripe=type(house.settings.stripe)(
            secret_key=house.settings.stripe.secret_key,
            base_url=house.settings.stripe.base_url,
            timeout_seconds=0.05,
            retries=0,
        ),
    )
    house = await house.restarted()
    house.standin.faults.plan(Fault.HANG, "checkout/sessions")
    with pytest.raises(Unavailable):
        await house.begun()


@pytest.mark.parametrize(
    ("amount", "currency", "at_stripe"),
    [(1234, "EUR", 1234), (500, "JPY", 500), (1230, "KWD", 1230), (150, "ISK", 15_000), (20, "UGX", 2000)],
)
def test_amounts_are_said_as_stripe_counts_them(amount: int, currency: str, at_stripe: int) -> None:
    assert theirs(amount, currency) == at_stripe
    assert ours(at_stripe, currency) == amount


def test_an_amount_that_stripe_can_not_count_is_refused() -> None:
    with pytest.raises(PaymentRefused):
        theirs(1234, "KWD")
    assert ours(15_050, "ISK") == STRANGE


async def test_money_goes_back_once_for_a_key(house: House) -> None:
    token = await house.paid()
    attempt = (await house.box.own.orders.show(token)).attempts[-1]
    (provider,) = house.payments.outside.providers
    asked = Repayment("r1", attempt.demand("x"), 400)
    assert (await provider.repayment(asked)).reference is None
    house.standin.faults.plan(Fault.DROP_AFTER, "refunds")
    with pytest.raises(Unavailable):
        await provider.repay(asked)
    first = await provider.repayment(asked)
    again = await provider.repay(asked)
    assert (first.state, again.state, again.reference) == ("succeeded", "succeeded", first.reference)
    on(house, 2 * DAY)
    assert (await provider.repay(asked)).reference == first.reference
    assert house.standin.money.balance("eur") == 600
    too_much = await provider.repay(Repayment("r2", attempt.demand("x"), 601))
    assert too_much.state == "failed"
    assert house.standin.money.balance("eur") == 600


async def test_a_refund_whose_key_is_forgotten_is_looked_for_before_another_is_made(house: House) -> None:
    token = await house.paid()
    attempt = (await house.box.own.orders.show(token)).attempts[-1]
    (provider,) = house.payments.outside.providers
    asked = Repayment("r1", attempt.demand("x"), 400)
    house.standin.faults.plan(Fault.DROP_AFTER, "refunds")
    with pytest.raises(Unavailable):
        await provider.repay(asked)
    on(house, 25 * 3600)
    assert (await provider.repay(asked)).state == "succeeded"
    assert house.standin.money.balance("eur") == 600


async def test_the_doctor_sees_a_key_that_is_refused_and_a_clock_that_is_wrong(house: House, clock: FakeClock) -> None:
    assert await outlook(house.settings, clock) is None
    house.standin.account.ahead = 200
    late = await outlook(house.settings, clock)
    assert late is not None
    assert "200 s behind" in late.message
    house.standin.secret_keys.clear()
    refused = await outlook(house.settings, clock)
    assert refused is not None
    assert "secret_key" in refused.mend
