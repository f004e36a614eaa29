"""A video that is rented in a real browser: found, paid for at the sandbox, begun, watched, and shut when its hours are
over; and a tip in its room."""

import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.async_api import expect

from novacast.folder import DataFolder
from tests.app.test_first_path import playlist, reached, upload
from tests.app.test_ticketed import good
from tests.app.test_tour import log_in
from tests.app.venue import Venue, open_venue
from tests.e2e.browser import Windows, find_chromium
from tests.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.browser]
PLAYS = "() => document.querySelector('nova-player')?.video.currentTime > 0.3"


@pytest.fixture
async def venue(tmp_path: Path) -> AsyncIterator[Venue]:
    async with open_venue(tmp_path / "data", NOVACAST_TICKETS_MODE="test") as opened:
        yield opened


def hours_pass(venue: Venue) -> None:
    """Nobody waits an hour: the one clock that runs is moved to its end, which no statement of the server could do."""
    with closing(sqlite3.connect(DataFolder(venue.folder).database, timeout=30)) as connection, connection:
        connection.execute("DROP TRIGGER rental_clocks_frozen")
        now = time.time_ns() // 1000
        moved = connection.execute("UPDATE rental_clocks SET began_at = ?, ends_at = ?", (now - 2, now - 1))
        assert moved.rowcount == 1


async def test_a_rental_is_paid_begun_watched_and_shut_when_its_hours_are_over(venue: Venue, clip: Path) -> None:
    owner, visitor = await venue.token("owner"), await venue.token("visitor")
    video = await upload(venue, owner, clip, visibility="private")
    await reached(venue, owner, video, "ready")
    rent = {"price": 450, "tax_basis_points": 2000, "hours": 48, "days": 30}
    terms = {"currency": "EUR", "buy": {"price": 1200, "tax_basis_points": 2000}, "rent": rent}
    await good(venue, "PUT", f"/videos/{video}/offers", owner, terms)
    tips = {"currency": "EUR", "least": 100, "most": 9000, "suggestions": [200, 500]}
    await good(venue, "PUT", f"/organizations/{venue.org}/tips", owner, tips)
    assert (await venue.ask("GET", f"/api/v1/streams/{video}", visitor)).status == 404
    async with Windows.start(find_chromium()) as windows:
        window = await windows.open(f"{venue.url}/watch/{video}")
        page = window.page
        await windows.look(window, "ways-in")
        await page.get_by_role("link", name="Rent · €4.50").click()
        await log_in(window, "visitor")
        await windows.look(window, "video-buy")
        await page.get_by_role("button", name="Order for €4.50").click()
        await page.get_by_role("button", name="Pay €4.50").click()
        await windows.look(window, "video-order")
        await page.get_by_role("link", name="Watch", exact=True).click()
        await windows.look(window, "video-begin")
        await page.get_by_role("button", name="Begin now").click()
        await window.until("() => document.querySelector('nova-player')?.video")
        await page.evaluate("() => document.querySelector('nova-player').video.play()")
        await window.until(PLAYS)
        tip = page.get_by_role("link", name="Tip", exact=True)
        await expect(tip).to_be_visible()
        master, _ = await playlist(venue, visitor, video)
        assert (await venue.ask("GET", master)).status == 200
        hours_pass(venue)
        await until(lambda: shut(venue, master))
        await page.goto(f"{venue.url}/account/videos")
        await expect(page.get_by_text("Run out.")).to_be_visible()
        await windows.look(window, "my-videos")
        await page.goto(f"{venue.url}/watch/{video}")
        await expect(page.get_by_role("link", name="Rent · €4.50")).to_be_visible()


async def shut(venue: Venue, master: str) -> bool:
    return (await venue.ask("GET", master)).status in (401, 403, 404, 410)


async def test_a_tip_stands_in_the_room_once_it_is_paid(venue: Venue, clip: Path) -> None:
    owner = await venue.token("owner")
    video = await upload(venue, owner, clip)
    await reached(venue, owner, video, "ready")
    await good(venue, "PATCH", f"/videos/{video}", owner, {"visibility": "public"})
    async with Windows.start(find_chromium()) as windows:
        window = await windows.open(f"{venue.url}/login?next=/studio/tips")
        page = window.page
        await log_in(window, "owner")
        await page.get_by_label("Take tips").check()
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_text("Saved.")).to_be_visible()
        await windows.look(window, "tips-studio")
        await page.goto(f"{venue.url}/studio/videos/{video}/sale")
        await expect(page.get_by_label("To rent: price")).to_be_visible()
        await windows.look(window, "video-sale")
        await page.goto(f"{venue.url}/rooms/{video}/tip?at=1.0")
        await page.get_by_label("€5.00").check()
        await page.get_by_label("A message with it").fill("Bravo")
        await windows.look(window, "tip")
        await page.get_by_role("button", name="Give it").click()
        await page.get_by_role("button", name="Pay €5.00").click()
        await expect(page.get_by_role("link", name="To the room")).to_be_visible()
        await page.goto(f"{venue.url}/rooms/{video}")
        line = page.locator(".chat__line--gift")
        await expect(line).to_contain_text("€5.00")
        await expect(line).to_contain_text("Bravo")
        await windows.look(window, "tip-in-room")
