"""A pass bought by card in a whole venue, at the stand-in for Stripe: paid by webhook, by the return, or by nothing but
time after the server was killed; watched, given back, and shut again."""

import signal
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.app.test_chat import planned
from tests.app.test_ticketed import good, on_sale, watched
from tests.app.venue import Venue, open_venue
from tests.fakes.stripe.money import SUCCESS
from tests.fakes.stripe.server import SECRET_KEY, StandIn, standing_in
from tests.waiting import until

pytestmark = pytest.mark.slow


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
