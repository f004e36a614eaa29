"""The stand-in's subscriptions go by its clock: renewed, unpaid, changed, paused and over, as Stripe documents it."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import stripe

from novacast.clock import SECOND
from novacast_admin.stripe_stand_in.account import DAY
from novacast_admin.stripe_stand_in.billing import ATTACHES_ONLY
from novacast_admin.stripe_stand_in.money import DECLINED, SUCCESS
from novacast_admin.stripe_stand_in.server import StandIn, standing_in
from tests.fakes.clock import FakeClock
from tests.payments.test_standin import client_of

MONTH = 31 * DAY


@pytest.fixture
async def standin(clock: FakeClock) -> AsyncIterator[StandIn]:
    async with standing_in(lambda: clock.now() / SECOND) as standin:
        yield standin


@pytest.fixture
async def client(standin: StandIn) -> AsyncIterator[stripe.StripeClient]:
    http = stripe.AIOHTTPClient()
    yield client_of(standin, http)
    await http.close_async()


async def price_of(client: stripe.StripeClient, amount: int, interval: Any = "month") -> str:
    made = await client.v1.prices.create_async(
        {
            "currency": "eur",
            "unit_amount": amount,
            "recurring": {"interval": interval},
            "product_data": {"name": "Friend"},
        }
    )
    return made.id


async def subscribed(
    client: stripe.StripeClient, standin: StandIn, price: str, number: str = SUCCESS, **data: Any
) -> str:
    session = await client.v1.checkout.sessions.create_async(
        {
            "mode": "subscription",
            "line_items": [{"price": price, "quantity": 1}],
            "success_url": "https://house.example/back",
            "subscription_data": {"metadata": {"person": "p1"}, **data},
        }
    )
    standin.checkout.pay(session.id, number)
    return str((await client.v1.checkout.sessions.retrieve_async(session.id)).subscription)


def told(standin: StandIn, type: str) -> int:
    return sum(1 for one in standin.account.events if one["type"] == type)


async def invoices(client: stripe.StripeClient, plan: str) -> list[stripe.Invoice]:
    return (await client.v1.invoices.list_async({"subscription": plan})).data


async def test_a_subscription_begins_on_the_page_and_renews_each_month(
    client: stripe.StripeClient, standin: StandIn
) -> None:
    plan = await subscribed(client, standin, await price_of(client, 500))
    found = await client.v1.subscriptions.retrieve_async(plan, {"expand": ["latest_invoice"]})
    assert (found.status, found.metadata["person"], found.latest_invoice.status) == ("active", "p1", "paid")
    standin.account.advance(3 * MONTH + DAY)
    paid = [one for one in await invoices(client, plan) if one.status == "paid"]
    assert [one.billing_reason for one in paid] == ["subscription_cycle"] * 3 + ["subscription_create"]
    assert standin.money.balance("eur") == 4 * 500
    assert told(standin, "invoice.paid") == 4


async def test_a_page_that_declines_the_card_makes_no_subscription(
    client: stripe.StripeClient, standin: StandIn
) -> None:
    with pytest.raises(Exception, match="declined"):
        await subscribed(client, standin, await price_of(client, 500), DECLINED)
    assert (await client.v1.subscriptions.list_async()).data == []


async def test_a_trial_costs_nothing_until_it_ends(client: stripe.StripeClient, standin: StandIn) -> None:
    plan = await subscribed(client, standin, await price_of(client, 500), trial_period_days=14)
    assert (await client.v1.subscriptions.retrieve_async(plan)).status == "trialing"
    standin.account.advance(12 * DAY)
    assert told(standin, "customer.subscription.trial_will_end") == 1
    assert standin.money.balance("eur") == 0
    standin.account.advance(3 * DAY)
    assert (await client.v1.subscriptions.retrieve_async(plan)).status == "active"
    assert standin.money.balance("eur") == 500


async def test_what_is_not_paid_is_tried_again_and_over_after_the_last_try(
    client: stripe.StripeClient, standin: StandIn
) -> None:
    plan = await subscribed(client, standin, await price_of(client, 500))
    customer = str((await client.v1.subscriptions.retrieve_async(plan)).customer)
    standin.billing.keep_card(customer, ATTACHES_ONLY)
    standin.account.advance(MONTH + DAY)
    assert (await client.v1.subscriptions.retrieve_async(plan)).status == "past_due"
    standin.billing.keep_card(customer, SUCCESS)
    standin.account.advance(4 * DAY)
    assert (await client.v1.subscriptions.retrieve_async(plan)).status == "active"
    standin.billing.keep_card(customer, ATTACHES_ONLY)
    standin.account.advance(MONTH + 20 * DAY)
    over = await client.v1.subscriptions.retrieve_async(plan)
    assert (over.status, over.cancellation_details.reason) == ("canceled", "payment_failed")
    assert told(standin, "customer.subscription.deleted") == 1
    assert told(standin, "invoice.payment_failed") == 1 + 4


async def test_a_better_plan_costs_what_is_left_of_the_month_and_a_year_begins_at_once(
    client: stripe.StripeClient, standin: StandIn
) -> None:
    plan = await subscribed(client, standin, await price_of(client, 1000))
    item = (await client.v1.subscriptions.retrieve_async(plan)).to_dict()["items"]["data"][0]
    standin.account.advance((item["current_period_end"] - item["current_period_start"]) // 2)
    better, yearly = await price_of(client, 3000), await price_of(client, 30_000, "year")
    change: Any = {"items": [{"id": item["id"], "price": better}], "proration_behavior": "always_invoice"}
    await client.v1.subscriptions.update_async(plan, change)
    assert (await invoices(client, plan))[0].total == 1000
    await client.v1.subscriptions.update_async(plan, {"items": [{"id": item["id"], "price": yearly}]})
    newest = (await invoices(client, plan))[0]
    assert (newest.total, newest.status) == (30_000 - 1500, "paid")
    after = (await client.v1.subscriptions.retrieve_async(plan)).to_dict()["items"]["data"][0]
    assert after["current_period_end"] - standin.account.now in (365 * DAY, 366 * DAY)


async def test_paused_it_costs_nothing_and_called_off_it_lasts_to_the_end_of_what_is_paid(
    client: stripe.StripeClient, standin: StandIn
) -> None:
    plan = await subscribed(client, standin, await price_of(client, 500))
    await client.v1.subscriptions.update_async(plan, {"pause_collection": {"behavior": "void"}})
    standin.account.advance(MONTH + DAY)
    assert (await invoices(client, plan))[0].status == "void"
    await client.v1.subscriptions.update_async(plan, {"pause_collection": "", "cancel_at_period_end": True})
    assert (await client.v1.subscriptions.retrieve_async(plan)).status == "active"
    standin.account.advance(MONTH)
    assert (await client.v1.subscriptions.retrieve_async(plan)).status == "canceled"
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.subscriptions.cancel_async(plan)
    assert standin.money.balance("eur") == 500


async def test_a_portal_changes_the_card_and_calls_off(client: stripe.StripeClient, standin: StandIn) -> None:
    plan = await subscribed(client, standin, await price_of(client, 500))
    customer = str((await client.v1.subscriptions.retrieve_async(plan)).customer)
    portal = await client.v1.billing_portal.sessions.create_async(
        {"customer": customer, "return_url": "https://house.example/account"}
    )
    async with (
        aiohttp.ClientSession() as browser,
        browser.post(portal.url, data={"number": ATTACHES_ONLY, "cancel": "1"}, allow_redirects=False) as answer,
    ):
        assert answer.headers["Location"] == "https://house.example/account"
    assert (await client.v1.subscriptions.retrieve_async(plan)).cancel_at_period_end
