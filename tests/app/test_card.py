"""A pass bought by card in a whole venue, at the stand-in for Stripe: paid by webhook, by the return, or by nothing but
time after the server was killed; watched, given back, and shut again."""

import signal
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import expect

from novacast_admin.stripe_stand_in import SECRET_KEY
from novacast_admin.stripe_stand_in.money import SECURE, SUCCESS
from novacast_admin.stripe_stand_in.server import StandIn, standing_in
from tests.app.broadcasting import Show, ending
from tests.app.test_chat import planned
from tests.app.test_revoked_on_air import Viewer
from tests.app.test_ticketed import good, on_sale, watched
from tests.app.test_tour import log_in
from tests.app.venue import Venue, open_venue
from tests.e2e.browser import FLAGS, Windows, find_chromium
from tests.waiting import until

pytestmark = pytest.mark.slow
HOUSE = "http://house.example"
"""What buyers type; their browser is told where it is."""


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


async def begun(venue: Venue, performance: str, item: str, who: str) -> Any:
    lines = {"lines": [{"item": item, "quantity": 1}]}
    hold = await good(venue, "POST", f"/performances/{performance}/holds", who, lines)
    buyer = {"name": "Vera", "email": "vera@venue.example", "method": "card"}
    order = await good(venue, "POST", f"/holds/{hold['token']}/order", who, buyer)
    return await good(venue, "POST", f"/orders/{order['token']}/pay", who)


async def paid(venue: Venue, token: str, who: str) -> None:
    async def is_paid() -> bool:
        return bool((await good(venue, "GET", f"/orders/{token}", who))["order"]["state"] == "paid")

    await until(is_paid)


async def test_a_pass_is_bought_by_card_watched_and_given_back(venue: Venue, standin: StandIn) -> None:
    owner, visitor = await venue.token("owner"), await venue.token("visitor")
    programme = await planned(venue)
    performance, item = await on_sale(venue, owner, programme, timedelta(minutes=10))
    await good(venue, "PATCH", f"/programmes/{programme}", owner, {"visibility": "private"})
    assert "€7.00" in await watched(venue, programme, visitor)
    order = await begun(venue, performance, item, visitor)
    standin.checkout.pay(order["attempts"][-1]["url"].rpartition("/")[2], SUCCESS)
    await standin.webhooks.deliver()
    await paid(venue, order["token"], visitor)
    assert "€7.00" not in await watched(venue, programme, visitor)
    cancelled = f"/organizations/{venue.org}/orders/{order['order']['id']}/cancel"
    await good(venue, "POST", cancelled, owner, {"reason": "it rains"})
    await until(lambda: standin.money.balance("eur") == 0)
    assert "€7.00" in await watched(venue, programme, visitor)


async def test_a_server_that_is_killed_finds_by_itself_what_was_paid(venue: Venue, standin: StandIn) -> None:
    owner, visitor = await venue.token("owner"), await venue.token("visitor")
    programme = await planned(venue)
    performance, item = await on_sale(venue, owner, programme, timedelta(minutes=10))
    order = await begun(venue, performance, item, visitor)
    venue.end(signal.SIGKILL)
    standin.checkout.pay(order["attempts"][-1]["url"].rpartition("/")[2], SUCCESS)
    standin.webhooks.waiting.clear()
    await venue.start()
    await paid(venue, order["token"], await venue.token("visitor"))


async def bought(venue: Venue, performance: str) -> None:
    """As a newcomer does in a browser: logs in, takes two places and a pass, and pays at the hosted page."""
    flags = (*FLAGS, f"--host-resolver-rules=MAP house.example:80 127.0.0.1:{urlsplit(venue.url).port}")
    async with Windows.start(find_chromium(), flags) as windows:
        window = await windows.open(f"{HOUSE}/login?next=/performances/{performance}")
        await log_in(window, "visitor")
        page = window.page
        await page.get_by_label("Standing").select_option("2")
        await page.get_by_label("Stream pass").select_option("1")
        await page.get_by_role("button", name="Into the basket").click()
        await page.get_by_label("Name", exact=True).fill("Vera")
        await page.get_by_label("E-mail").fill("vera@venue.example")
        await page.get_by_label("Card, Apple Pay").check()
        await page.get_by_role("button", name="Order for").click()
        await page.get_by_label("E-mail").fill("vera@venue.example")
        await page.get_by_label("Card number").fill(SECURE)
        await page.get_by_role("button", name="Pay").click()
        await page.get_by_role("button", name="Complete").click()
        await expect(page.get_by_role("heading", name="Tickets")).to_be_visible()


@pytest.mark.browser
async def test_a_newcomer_buys_places_and_a_pass_watches_is_refunded_and_shut_out(
    venue: Venue, standin: StandIn
) -> None:
    owner, visitor = await venue.token("owner"), await venue.token("visitor")
    with ending(await Show.prepare(venue, owner, visibility="private")) as show:
        show.feed()
        programme = await show.on_air()
        performance, item = await on_sale(venue, owner, programme, timedelta(minutes=20))
        path = f"/performances/{performance}"
        standing = await good(
            venue, "POST", f"{path}/items", owner, {"name": "Standing", "kind": "general", "price": 1000}
        )
        await good(venue, "POST", f"{path}/quotas", owner, {"name": "Room", "capacity": 9, "items": [standing["id"]]})
        await good(venue, "PUT", f"{path}/items/{item}/pass", owner, {"opens_live": True, "devices": 1})
        await bought(venue, performance)
        assert standin.money.balance("eur") == 2700
        viewer = await Viewer.opened(venue, visitor, programme)
        seen = await viewer.watches(2)
        (order,) = (await good(venue, "GET", "/me/orders", visitor))["items"]
        await good(venue, "POST", f"/organizations/{venue.org}/orders/{order['id']}/cancel", owner, {"reason": "ill"})
        stays = await Viewer.opened(venue, owner, programme)
        hint = await stays.hinted()
        refused = [await viewer.get(name) for name in (hint, "", seen[-1])]
        assert all(one.status in (403, 404, 410) for one in refused), [one.status for one in refused]
        await until(lambda: standin.money.balance("eur") == 0)
