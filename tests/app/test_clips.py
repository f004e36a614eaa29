"""A clip is cut while the page goes on playing, and stands where people look for it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.app.broadcasting import Show, ending
from tests.app.test_on_air import opened, plays_on
from tests.app.venue import PASSWORD, Venue, open_venue
from tests.e2e.browser import Window, Windows, find_chromium

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
async def windows() -> AsyncIterator[Windows]:
    async with Windows.start(find_chromium()) as made:
        yield made


@pytest.fixture
async def show(tmp_path: Path) -> AsyncIterator[Show]:
    async with open_venue(tmp_path / "data") as venue:
        with ending(await Show.prepare(venue, await venue.token("owner"), return_seconds=60)) as prepared:
            yield prepared


async def log_in(window: Window, venue: Venue) -> None:
    page = window.page
    await page.goto(f"{venue.url}/login")
    await page.get_by_label("E-mail").fill("owner@venue.example")
    await page.get_by_label("Password").fill(PASSWORD)
    async with page.expect_navigation():
        await page.locator("main").get_by_role("button", name="Log in").click()


async def test_a_clip_is_cut_while_the_programme_plays_on(windows: Windows, show: Show) -> None:
    show.feed()
    programme = await show.on_air()
    stranger = await opened(windows, show, programme)
    await expect(stranger.page.get_by_role("button", name="Make a clip")).to_have_count(0)
    await stranger.page.close()
    window = await windows.open("about:blank")
    await log_in(window, show.venue)
    page = window.page
    await page.goto(f"{show.venue.url}/watch/{programme}")
    await plays_on(window, 8)
    await page.get_by_role("button", name="Make a clip").click()
    dialog = page.get_by_role("dialog", name="Make a clip")
    await expect(dialog.get_by_label("Seconds", exact=True)).to_have_value("30")
    await windows.look(window, "clip-dialog")
    await dialog.get_by_label("Seconds", exact=True).fill("5")
    await dialog.get_by_label("Seconds ago").fill("3000")
    await dialog.get_by_role("button", name="Cut it out").click()
    await expect(dialog.get_by_role("status")).to_contain_text("within the programme")
    await dialog.get_by_label("Seconds ago").fill("0")
    await dialog.get_by_label("Title").fill("The entrance")
    await page.keyboard.press("Enter")
    link = dialog.get_by_role("link", name="The entrance")
    await expect(link).to_be_focused()
    await windows.picture(window, "clip-ready")
    await plays_on(window)
    clip = str(await link.get_attribute("href"))
    await page.keyboard.press("Escape")
    await page.goto(f"{show.venue.url}{clip}")
    await expect(page.get_by_role("heading", name="The entrance", level=1)).to_be_visible()
    await windows.look(window, "clip-watch")
    await page.goto(f"{show.venue.url}/channels/{show.channel}")
    await expect(page.get_by_role("link", name="The entrance")).to_be_visible()
    await windows.look(window, "clip-channel")
    await show.end(programme)
    await expect(page.get_by_role("heading", name="On air now")).to_have_count(0)
    await page.goto(f"{show.venue.url}{clip}")
    await expect(page.get_by_text("Cut from")).to_be_visible()
    await page.goto(f"{show.venue.url}/watch/{programme}")
    await expect(page.get_by_role("link", name="The entrance")).to_be_visible()
    assert [one for one in window.complaints if "422" not in one] == [], "one clip was refused"
