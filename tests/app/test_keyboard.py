"""Every page of the real server, by the keyboard alone."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.app.test_first_path import reached, upload
from tests.app.test_tour import log_in
from tests.app.venue import Venue
from tests.e2e.browser import PHONE, Window, Windows, find_chromium
from tests.e2e.keyboard import faults, walk

pytestmark = pytest.mark.browser

PLAYER = "() => document.querySelector('nova-player')?.video?.readyState >= 1"


@pytest.fixture
async def windows(tmp_path: Path) -> AsyncIterator[Windows]:
    async with Windows.start(find_chromium()) as opened:
        yield opened


@pytest.fixture
async def video(venue: Venue, clip: Path) -> str:
    """The id of a public one."""
    producer = await venue.token("producer")
    video_id = await upload(venue, producer, clip)
    await reached(venue, producer, video_id, "ready")
    assert (await venue.ask("PATCH", f"/api/v1/videos/{video_id}", producer, {"visibility": "public"})).status == 200
    return video_id


async def walk_all(window: Window, url: str, paths: Sequence[str]) -> None:
    for path in paths:
        await window.page.goto(url + path)
        if path.startswith("/watch"):
            await window.until(PLAYER)
        stops = await walk(window)
        assert stops[0].name == "a Skip to the content", path
        assert faults(stops) == [], path


async def test_the_tab_key_reaches_everything_in_the_order_of_the_eye(
    venue: Venue, windows: Windows, video: str
) -> None:
    window = await windows.open(venue.url)
    await walk_all(
        window,
        venue.url,
        ("/", "/library", "/nowhere", "/login", "/signup", "/forgot", "/tls", "/docs/errors", f"/watch/{video}"),
    )
    await window.page.goto(f"{venue.url}/login")
    await log_in(window, "owner")
    of_owner = (
        "/studio",
        "/studio/upload",
        f"/studio/videos/{video}",
        f"/studio/videos/{video}/delete",
        "/account",
        "/account/security",
        "/account/sessions",
        "/account/tokens",
        "/account/notifications",
        "/account/notices",
        "/account/data",
        "/organizations",
        f"/organizations/{venue.org}",
    )
    await walk_all(window, venue.url, of_owner)
    # On a narrow screen the parts of the header change places.
    await window.page.set_viewport_size(PHONE)
    await walk_all(window, venue.url, ("/studio", f"/watch/{video}"))


@pytest.mark.slow
async def test_menus_and_dialogs_open_and_close_without_a_mouse(venue: Venue, windows: Windows) -> None:
    window = await windows.open(f"{venue.url}/login")
    page = window.page
    press, typed = page.keyboard.press, page.keyboard.type
    await page.get_by_label("E-mail").focus()
    await typed("owner@venue.example")
    await press("Tab")
    await typed("a stage with 9 lamps")
    async with page.expect_navigation():
        await press("Enter")
    await page.goto(f"{venue.url}/organizations/{venue.org}")
    summary = page.locator("details.menu summary")
    await summary.focus()
    await press("Enter")
    await press("Tab")
    await expect(page.locator(".menu__sheet a").first).to_be_focused()
    await press("Escape")
    await expect(summary).to_be_focused()
    await expect(page.locator(".menu__sheet")).to_be_hidden()
    await press("Enter")
    for _ in range(4):
        await press("Tab")
    # Whoever walks on leaves no open menu behind, over what comes next.
    await expect(page.locator(".menu__sheet")).to_be_hidden()

    opener = page.get_by_role("button", name="Delete the organization…")
    await opener.focus()
    await press("Enter")
    await expect(page.get_by_role("button", name="Cancel")).to_be_focused()
    for _ in range(6):
        await press("Tab")
        inside = "() => document.activeElement === document.body || document.activeElement.closest('dialog') !== null"
        assert await page.evaluate(inside), "the focus left a modal dialog"
    await press("Escape")
    await expect(opener).to_be_focused()
