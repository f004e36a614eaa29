"""Seats of two evenings and a rental bought at a provider's hosted page by one payment, in a real browser,
at the stand-in for Stripe; and one ticket of it given back."""

import time
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, expect

from novacast_admin.stripe_stand_in import SECRET_KEY
from novacast_admin.stripe_stand_in.money import SECURE
from novacast_admin.stripe_stand_in.server import StandIn, standing_in
from tests.app.test_card import HOUSE
from tests.app.test_cart import Offered, offered
from tests.app.test_ticketed import good
from tests.app.test_tour import log_in
from tests.app.venue import Venue, open_venue
from tests.e2e.browser import FLAGS, Windows, find_chromium
from tests.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.fixture
async def standin() -> AsyncIterator[StandIn]:
    async with standing_in(time.time) as standin:
        yield standin


@pytest.fixture
async def venue(tmp_path: Path, standin: StandIn) -> AsyncIterator[Venue]:
    async with open_venue(
        tmp_path / "data",
        NOVACAST_TICKETS_MODE="test",
        NOVACAST_STRIPE_SECRET_KEY=SECRET_KEY,
        NOVACAST_STRIPE_BASE_URL=standin.url,
        NOVACAST_STRIPE_WEBHOOK_SECRETS=",".join(standin.webhooks.secrets),
        NOVACAST_SERVER_PUBLIC_URL=HOUSE,
    ) as opened:
        standin.webhooks.url = f"{opened.url}/api/v1/webhooks/stripe"
        yield opened


async def collected(page: Page, there: Offered) -> None:
    for performance, count in ((there.first, "2"), (there.second, "1")):
        await page.goto(f"{HOUSE}/performances/{performance}")
        await page.get_by_role("combobox").first.select_option(count)
        await page.get_by_role("button", name="Into the basket").click()
    await page.goto(f"{HOUSE}/watch/{there.video}")
    await page.get_by_role("button", name="Into the basket").click()


async def test_one_card_payment_buys_all_and_one_ticket_is_given_back(
    venue: Venue, standin: StandIn, clip: Path
) -> None:
    there = await offered(venue, clip)
    flags = (*FLAGS, f"--host-resolver-rules=MAP house.example:80 127.0.0.1:{urlsplit(venue.url).port}")
    async with Windows.start(find_chromium(), flags) as windows:
        window = await windows.open(f"{HOUSE}/login")
        page = window.page
        await log_in(window, "visitor")
        await collected(page, there)
        await page.get_by_label("E-mail").fill("vera@venue.example")
        for number in range(2):
            await page.get_by_label("Which dish?").nth(number).select_option("Soup")
        await page.get_by_label("Card, Apple Pay").check()
        await page.get_by_role("button", name="Order for €49.50").click()
        await page.get_by_label("E-mail").fill("vera@venue.example")
        await page.get_by_label("Card number").fill(SECURE)
        await page.get_by_role("button", name="Pay").click()
        await page.get_by_role("button", name="Complete").click()
        await expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
        await expect(page.get_by_role("img", name="The code that the door reads")).to_have_count(3)
    assert standin.money.balance("eur") == 4950
    visitor, owner = await venue.token("visitor"), await venue.token("owner")
    orders = (await good(venue, "GET", "/me/orders", visitor))["items"]
    assert sorted(one["total"] for one in orders) == [450, 1500, 3000]
    order = next(one for one in orders if one["total"] == 3000)
    path = f"/organizations/{venue.org}/orders/{order['id']}"
    tickets = (await good(venue, "GET", path, owner))["tickets"]
    one = {"tickets": [tickets[0]["id"]], "reason": "ill"}
    await good(venue, "POST", f"{path}/cancel-tickets", owner, one)
    await until(lambda: standin.money.balance("eur") == 3450)
