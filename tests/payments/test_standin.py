"""The stand-in for Stripe behaves, to the official SDK, as Stripe's documentation says that Stripe does."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
import stripe
from aiohttp import web

from novacast.clock import SECOND
from novacast_admin.stripe_stand_in import SECRET_KEY
from novacast_admin.stripe_stand_in.account import API_VERSION, DAY
from novacast_admin.stripe_stand_in.faults import Fault
from novacast_admin.stripe_stand_in.money import (
    DEBIT_BAD,
    DEBIT_GOOD,
    DECLINED,
    DISPUTED,
    REFUND_FAILS,
    SECURE,
    SUCCESS,
)
from novacast_admin.stripe_stand_in.server import StandIn, standing_in
from tests.fakes.clock import FakeClock


@pytest.fixture
async def standin(clock: FakeClock) -> AsyncIterator[StandIn]:
    async with standing_in(lambda: clock.now() / SECOND) as standin:
        yield standin


@pytest.fixture
async def client(standin: StandIn) -> AsyncIterator[stripe.StripeClient]:
    http = stripe.AIOHTTPClient()
    yield client_of(standin, http)
    await http.close_async()


def client_of(
    standin: StandIn, http: stripe.AIOHTTPClient, key: str = SECRET_KEY, **options: Any
) -> stripe.StripeClient:
    return stripe.StripeClient(key, base_addresses={"api": standin.url}, http_client=http, **options)


def wanted(standin: StandIn, amount: int = 2000, currency: str = "eur", **more: Any) -> Any:
    line = {
        "price_data": {"currency": currency, "unit_amount": amount, "product_data": {"name": "Seat"}},
        "quantity": 1,
    }
    return {
        "mode": "payment",
        "line_items": [line],
        "success_url": "https://house.example/back?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "https://house.example/basket",
        "expires_at": standin.account.now + 2400,
        "payment_intent_data": {"metadata": {"attempt": "a1"}},
        **more,
    }


async def paid(client: stripe.StripeClient, standin: StandIn, number: str = SUCCESS) -> stripe.checkout.Session:
    session = await client.v1.checkout.sessions.create_async(wanted(standin))
    standin.checkout.pay(session.id, number)
    return await client.v1.checkout.sessions.retrieve_async(session.id, {"expand": ["payment_intent.latest_charge"]})


async def test_a_payment_goes_through_every_object(client: stripe.StripeClient, standin: StandIn) -> None:
    session = await client.v1.checkout.sessions.create_async(wanted(standin))
    assert (session.status, session.payment_status, session.payment_intent) == ("open", "unpaid", None)
    standin.checkout.pay(session.id, SUCCESS)
    found = await client.v1.checkout.sessions.retrieve_async(session.id, {"expand": ["payment_intent.latest_charge"]})
    intent = found.payment_intent
    assert (found.status, found.payment_status, found.url) == ("complete", "paid", None)
    assert isinstance(intent, stripe.PaymentIntent)
    assert (intent.status, intent.amount_received, intent.metadata["attempt"]) == ("succeeded", 2000, "a1")
    charge = intent.latest_charge
    assert isinstance(charge, stripe.Charge)
    moved = await client.v1.balance_transactions.retrieve_async(str(charge.balance_transaction))
    assert (moved.amount, moved.net, moved.source) == (2000, 2000 - moved.fee, charge.id)
    balance = await client.v1.balance.retrieve_async()
    assert balance.pending[0].amount == 2000
    types = [one["type"] for one in standin.account.events]
    assert types == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ]


async def test_what_is_no_parameter_or_of_the_wrong_type_is_refused(
    client: stripe.StripeClient, standin: StandIn
) -> None:
    for more, code in (
        ({"colour": "red"}, "parameter_unknown"),
        ({"expires_at": "soon"}, "parameter_invalid_integer"),
        ({"mode": "barter"}, None),
        ({"payment_intent_data": {"metadata": {"a": "x" * 501}}}, None),
        ({"line_items": [{"price_data": {"unit_amount": 1}}]}, "parameter_missing"),
    ):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            await client.v1.checkout.sessions.create_async({**wanted(standin), **more})
        assert refused.value.code == code
    assert standin.calls("sessions") == []


@pytest.mark.parametrize(
    ("amount", "currency", "good"),
    [(50, "eur", True), (49, "eur", False), (1234, "kwd", False), (1230, "kwd", True), (150, "isk", False)],
)
async def test_amounts_follow_the_rules_of_their_currency(
    client: stripe.StripeClient, standin: StandIn, amount: int, currency: str, good: bool
) -> None:
    made = client.v1.checkout.sessions.create_async(wanted(standin, amount, currency))
    if good:
        assert (await made).amount_total == amount
    else:
        with pytest.raises(stripe.InvalidRequestError):
            await made


async def test_a_key_gives_the_same_answer_and_refuses_other_parameters(
    client: stripe.StripeClient, standin: StandIn
) -> None:
    sessions = client.v1.checkout.sessions
    first = await sessions.create_async(wanted(standin), {"idempotency_key": "k1"})
    again = await sessions.create_async(wanted(standin), {"idempotency_key": "k1"})
    assert (again.id, len(standin.calls("sessions"))) == (first.id, 1)
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    with pytest.raises(stripe.IdempotencyError):
        await sessions.create_async(wanted(standin, 3000), {"idempotency_key": "k1"})
    standin.account.advance(DAY + 1)
    later = await sessions.create_async(wanted(standin), {"idempotency_key": "k1"})
    assert later.id != first.id, "keys are forgotten after a day"


async def test_a_key_in_flight_is_refused_until_it_has_its_answer(
    client: stripe.StripeClient, standin: StandIn
) -> None:
    standin.faults.plan(Fault.HANG, "sessions")
    create = client.v1.checkout.sessions.create_async
    slow = asyncio.create_task(create(wanted(standin), {"idempotency_key": "k1"}))
    while not standin.faults.hanging:
        await asyncio.sleep(0)
    with pytest.raises(stripe.StripeError) as refused:
        await create(wanted(standin), {"idempotency_key": "k1"})
    assert refused.value.http_status == 409
    standin.faults.release()
    assert (await create(wanted(standin), {"idempotency_key": "k1"})).id == (await slow).id


async def test_a_dropped_answer_is_had_by_its_key(client: stripe.StripeClient, standin: StandIn) -> None:
    for fault, done in ((Fault.DROP_BEFORE, 0), (Fault.DROP_AFTER, 1)):
        standin.faults.plan(fault, "sessions")
        before = len(standin.account.all("checkout.session"))
        with pytest.raises(stripe.APIConnectionError):
            await client.v1.checkout.sessions.create_async(wanted(standin), {"idempotency_key": fault})
        assert len(standin.account.all("checkout.session")) - before == done
        await client.v1.checkout.sessions.create_async(wanted(standin), {"idempotency_key": fault})
        assert len(standin.account.all("checkout.session")) - before == 1


@pytest.mark.parametrize(
    ("fault", "status", "kept"),
    [
        (Fault.CONFLICT, 409, False),
        (Fault.LIMITED, 429, False),
        (Fault.ERROR_BEFORE, 500, False),
        (Fault.ERROR_AFTER, 500, True),
    ],
)
async def test_an_error_after_the_effect_is_kept_by_its_key(
    client: stripe.StripeClient, standin: StandIn, fault: Fault, status: int, kept: bool
) -> None:
    standin.faults.plan(fault, "sessions")
    create = client.v1.checkout.sessions.create_async
    with pytest.raises(stripe.StripeError) as refused:
        await create(wanted(standin), {"idempotency_key": "k1"})
    assert refused.value.http_status == status
    if kept:
        with pytest.raises(stripe.APIError):
            await create(wanted(standin), {"idempotency_key": "k1"})
        assert len(standin.account.all("checkout.session")) == 1
    else:
        assert (await create(wanted(standin), {"idempotency_key": "k1"})).status == "open"


async def test_keys_decide_who_may_ask_what(standin: StandIn) -> None:
    http = stripe.AIOHTTPClient()
    standin.secret_keys["rk_test_reader"] = ("/refunds",)
    reader = client_of(standin, http, "rk_test_reader")
    assert (await reader.v1.events.list_async()).data == []
    with pytest.raises(stripe.PermissionError):
        await reader.v1.refunds.list_async()
    with pytest.raises(stripe.AuthenticationError):
        await client_of(standin, http, "sk_test_wrong").v1.events.list_async()
    with pytest.raises(stripe.InvalidRequestError, match="version"):
        await client_of(standin, http, stripe_version="2015-01-01").v1.events.list_async()
    assert stripe.api_version is None or stripe.api_version == API_VERSION
    await http.close_async()


async def test_never_more_is_given_back_than_was_paid(client: stripe.StripeClient, standin: StandIn) -> None:
    session = await paid(client, standin)
    intent = session.payment_intent
    assert isinstance(intent, stripe.PaymentIntent)
    refund = client.v1.refunds.create_async
    await refund({"payment_intent": intent.id, "amount": 1500})
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded"):
        await refund({"payment_intent": intent.id, "amount": 501})
    await refund({"payment_intent": intent.id})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await refund({"payment_intent": intent.id})
    assert refused.value.code == "charge_already_refunded"
    assert standin.money.balance("eur") == 0


async def test_a_refund_may_wait_and_may_fail_days_later(client: stripe.StripeClient, standin: StandIn) -> None:
    intent = (await paid(client, standin, REFUND_FAILS)).payment_intent
    assert isinstance(intent, stripe.PaymentIntent)
    standin.money.refunds_pend = 1
    made = await client.v1.refunds.create_async({"payment_intent": intent.id, "amount": 500})
    assert made.status == "pending"
    standin.money.finish_refund(made.id, good=True)
    other = await client.v1.refunds.create_async({"payment_intent": intent.id, "amount": 700})
    assert other.status == "succeeded"
    standin.account.advance(4 * DAY)
    failed = await client.v1.refunds.retrieve_async(other.id)
    assert (failed.status, failed.failure_reason) == ("failed", "expired_or_canceled_card")
    assert standin.account.events[-2]["type"] == "refund.failed"


async def test_cards_that_are_declined_disputed_or_ask_first(client: stripe.StripeClient, standin: StandIn) -> None:
    session = await client.v1.checkout.sessions.create_async(wanted(standin))
    with pytest.raises(Exception, match="declined"):
        standin.checkout.pay(session.id, DECLINED)
    standin.checkout.pay(session.id, SECURE)
    asked = await client.v1.checkout.sessions.retrieve_async(session.id, {"expand": ["payment_intent"]})
    assert (asked.status, asked.payment_intent["status"]) == ("open", "requires_action")  # type: ignore[index]  # it is expanded
    standin.checkout.answer(session.id, good=True)
    assert (await client.v1.checkout.sessions.retrieve_async(session.id)).payment_status == "paid"
    await paid(client, standin, DISPUTED)
    (dispute,) = (await client.v1.disputes.list_async()).data
    assert dispute.status == "needs_response"
    await client.v1.disputes.update_async(dispute.id, {"evidence": {"uncategorized_text": "winning_evidence"}})
    assert (await client.v1.disputes.retrieve_async(dispute.id)).status == "won"


@pytest.mark.parametrize(("number", "last"), [(DEBIT_GOOD, "succeeded"), (DEBIT_BAD, "failed")])
async def test_a_debit_is_complete_before_it_is_paid(
    client: stripe.StripeClient, standin: StandIn, number: str, last: str
) -> None:
    session = await paid(client, standin, number)
    assert (session.status, session.payment_status) == ("complete", "unpaid")
    standin.account.advance(4 * DAY)
    found = await client.v1.checkout.sessions.retrieve_async(session.id)
    assert found.payment_status == ("paid" if last == "succeeded" else "unpaid")
    assert standin.account.events[-1]["type"] == f"checkout.session.async_payment_{last}"


async def test_a_session_is_over_by_its_clock_or_when_it_is_closed(
    client: stripe.StripeClient, standin: StandIn
) -> None:
    sessions = client.v1.checkout.sessions
    first, second = [await sessions.create_async(wanted(standin)) for _ in range(2)]
    assert (await sessions.expire_async(first.id)).status == "expired"
    with pytest.raises(stripe.InvalidRequestError, match="can be expired"):
        await sessions.expire_async(first.id)
    standin.account.advance(2401)
    assert (await sessions.retrieve_async(second.id)).status == "expired"
    assert [one["type"] for one in standin.account.events] == ["checkout.session.expired"] * 2


async def test_events_are_listed_page_by_page_from_a_moment_on(client: stripe.StripeClient, standin: StandIn) -> None:
    await paid(client, standin)
    standin.account.advance(100)
    start = standin.account.now
    await paid(client, standin)
    first = await client.v1.events.list_async({"limit": 3, "created": {"gte": start}})
    assert (len(first.data), first.has_more) == (3, True)
    rest = await client.v1.events.list_async({"created": {"gte": start}, "starting_after": first.data[-1].id})
    assert (len(rest.data), rest.has_more) == (1, False)
    only = await client.v1.events.list_async({"types": ["checkout.session.completed"]})
    assert len(only.data) == 2
    standin.account.advance(31 * DAY)
    assert (await client.v1.events.list_async()).data == [], "they are kept for thirty days"


async def test_webhooks_are_signed_and_sent_again_until_they_are_taken(
    client: stripe.StripeClient, standin: StandIn
) -> None:
    heard: list[Mapping[str, Any]] = []
    statuses = [500, 200, 200, 200, 200]

    async def hear(request: web.Request) -> web.Response:
        payload, mark = await request.read(), request.headers["Stripe-Signature"]
        event = stripe.Webhook.construct_event(payload, mark, "whsec_new", tolerance=10**10)
        heard.append({"id": event.id})
        return web.Response(status=statuses.pop(0))

    app = web.Application()
    app.router.add_post("/hook", hear)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    standin.webhooks.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    standin.webhooks.secrets = ("whsec_old", "whsec_new")
    await paid(client, standin)
    assert await standin.webhooks.deliver() == 3
    assert await standin.webhooks.deliver() == 0, "not before the wait is over"
    standin.account.advance(301)
    assert await standin.webhooks.deliver() == 1
    assert heard[0] == heard[-1]
    await runner.cleanup()


async def test_a_catalogue_can_be_kept(client: stripe.StripeClient, standin: StandIn) -> None:
    customer = await client.v1.customers.create_async({"email": "ada@example.org", "metadata": {"person": "p1"}})
    product = await client.v1.products.create_async({"name": "Friends of the house"})
    price = await client.v1.prices.create_async(
        {"product": product.id, "currency": "eur", "unit_amount": 500, "recurring": {"interval": "month"}}
    )
    assert (await client.v1.customers.retrieve_async(customer.id)).email == "ada@example.org"
    assert [one.id for one in (await client.v1.prices.list_async({"product": product.id})).data] == [price.id]
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.customers.retrieve_async("cus_none")
    assert refused.value.http_status == 404
