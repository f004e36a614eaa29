"""Seats of two evenings and a rental in one basket, in a real browser: collected as a guest, logged in
in the middle, ordered by one form, paid at the sandbox, and found on one page."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.app.test_first_path import reached, upload
from tests.app.test_ticketed import good
from tests.app.test_tour import log_in
from tests.app.venue import Venue, open_venue
from tests.e2e.browser import Windows, find_chromium

pytestmark = [pytest.mark.slow, pytest.mark.browser]
LONG = "Die Verfolgung und Ermordung Jean Paul Marats, dargestellt durch die Schauspielgruppe des Hospizes zu Charenton"
ARABIC = "مجنون ليلى"


@pytest.fixture
async def venue(tmp_path: Path) -> AsyncIterator[Venue]:
    async with open_venue(tmp_path / "data", NOVACAST_TICKETS_MODE="test") as opened:
        yield opened


@dataclass(frozen=True, slots=True)
class Offered:
    """Ids of two performances and of a video that is rented."""

    first: str
    second: str
    video: str


async def evening(venue: Venue, owner: str, title: str, kind: str) -> tuple[str, str]:
    """Ids of a performance, and of its event."""
    new = {"title": title, "venue": "Burgtheater, Wien", "timezone": "Europe/Vienna"}
    event = await good(venue, "POST", f"/organizations/{venue.org}/events", owner, new)
    begin = datetime.now(UTC) + timedelta(days=9)
    hours = {"starts_at": begin.isoformat(), "ends_at": (begin + timedelta(hours=2)).isoformat()}
    night = await good(venue, "POST", f"/events/{event['id']}/performances", owner, hours)
    path = f"/performances/{night['id']}"
    item = await good(venue, "POST", f"{path}/items", owner, {"name": kind, "kind": "general", "price": 1500})
    await good(venue, "POST", f"{path}/quotas", owner, {"name": "Room", "capacity": 10, "items": [item["id"]]})
    await good(venue, "PATCH", f"/events/{event['id']}", owner, {"published": True})
    await good(venue, "POST", f"{path}/state", owner, {"state": "on_sale"})
    return night["id"], event["id"]


async def offered(venue: Venue, clip: Path) -> Offered:
    owner = await venue.token("owner")
    video = await upload(venue, owner, clip, visibility="private")
    first, event = await evening(venue, owner, LONG, "Parkett, ermäßigt für Schülerinnen, Schüler und Studierende")
    second, _ = await evening(venue, owner, ARABIC, "كرسي")
    question = {
        "label": "Which dish?",
        "kind": "choice",
        "options": ["Soup", "Bread"],
        "scope": "ticket",
        "required": True,
    }
    await good(venue, "POST", f"/events/{event}/questions", owner, question)
    tier = await good(
        venue, "POST", f"/organizations/{venue.org}/tiers", owner, {"name": "Friends", "circle": "Friends"}
    )
    plan = {"interval": "month", "price": 500, "currency": "EUR", "tax": 2000}
    await good(venue, "POST", f"/tiers/{tier['id']}/plans", owner, plan)
    await reached(venue, owner, video, "ready")
    rent = {"price": 450, "tax_basis_points": 2000, "hours": 48, "days": 30}
    await good(venue, "PUT", f"/videos/{video}/offers", owner, {"currency": "EUR", "rent": rent})
    return Offered(first, second, video)


async def take(page: Page, venue: Venue, performance: str, count: str) -> None:
    await page.goto(f"{venue.url}/performances/{performance}")
    await page.get_by_role("combobox").first.select_option(count)
    await page.get_by_role("button", name="Into the basket").click()


async def test_all_that_is_collected_is_paid_at_once_and_found_on_one_page(venue: Venue, clip: Path) -> None:
    there = await offered(venue, clip)
    async with Windows.start(find_chromium()) as windows:
        window = await windows.open(f"{venue.url}/events")
        page = window.page
        await take(page, venue, there.first, "2")
        await windows.look(window, "basket-alone")
        await page.get_by_role("button", name="Go on shopping").click()
        await take(page, venue, there.second, "1")
        await page.goto(f"{venue.url}/watch/{there.video}")
        await page.get_by_role("button", name="Into the basket").click()
        await expect(page.get_by_role("link", name="Basket, 4 things")).to_be_visible()
        await windows.look(window, "cart-guest")
        await page.get_by_role("main").get_by_role("link", name="Log in").click()
        await log_in(window, "visitor")
        await expect(page.get_by_role("heading", name="Your details")).to_be_visible()
        await windows.look(window, "cart")
        for number in range(2):
            await page.get_by_label("Which dish?").nth(number).select_option("Soup")
        await page.get_by_role("button", name="Order for €49.50").click()
        await windows.look(window, "purchase-open")
        await page.get_by_role("button", name="Pay €49.50").click()
        await expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
        await windows.look(window, "purchase-paid")
        await expect(page.get_by_role("img", name="The code that the door reads")).to_have_count(3)
        await page.get_by_role("link", name="Watch", exact=False).click()
        await expect(page.get_by_role("button", name="Begin now")).to_be_visible()
        await page.goto(f"{venue.url}/account/tickets")
        await windows.look(window, "my-tickets-together")
        await page.get_by_role("link", name="Purchase").click()
        await page.get_by_role("link", name="To the order").first.click()
        await windows.look(window, "order-of-purchase")
        assert not window.complaints, window.complaints
