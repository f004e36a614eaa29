"""The operators' console in a real browser, and who does not get it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import WebSocket, expect

from novacast_admin.client import Client, Place
from tests.app.test_tour import log_in
from tests.app.venue import PASSWORD, Venue, open_venue
from tests.e2e.browser import FLAGS, Window, Windows, find_chromium
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DRAWS = ("--enable-unsafe-swiftshader",)
"""The terminal is drawn by WebGL, which this browser does without a graphics card."""


@pytest.fixture
async def venue(tmp_path: Path) -> AsyncIterator[Venue]:
    settings = {"NOVACAST_CONSOLE_WEB": "true", "NOVACAST_CONSOLE_SECOND_FACTOR": "false"}
    async with open_venue(tmp_path / "data", NOVACAST_CONSOLE_SESSIONS="1", **settings) as opened:
        yield opened


@pytest.fixture
async def windows() -> AsyncIterator[Windows]:
    async with Windows.start(find_chromium(), (*FLAGS, *DRAWS)) as opened:
        yield opened


class Screen:
    """What came from the console, as bytes for a terminal."""

    def __init__(self, window: Window) -> None:
        self.said, self.sockets = b"", 0
        window.page.on("websocket", self._opened)

    def _opened(self, socket: WebSocket) -> None:
        self.sockets += 1
        socket.on("framereceived", self._heard)

    def _heard(self, payload: bytes | str) -> None:
        if isinstance(payload, bytes):
            self.said += payload

    async def shows(self, words: str) -> None:
        await until(lambda: words.encode() in self.said)


async def opened(windows: Windows, venue: Venue) -> tuple[Window, Screen]:
    window = await windows.open(f"{venue.url}/login?next=/console")
    screen = Screen(window)
    await log_in(window, "owner")
    await window.page.get_by_label("Password").fill(PASSWORD)
    await window.page.get_by_role("button", name="Open the console").click()
    return window, screen


async def test_an_operator_works_at_it_as_themselves_and_it_ends_with_their_session(
    venue: Venue, windows: Windows
) -> None:
    async with Client(Place.local(venue.folder)) as machine:
        owner = (await machine.people(q="owner@")).items[0]
        visitor = (await machine.people(q="visitor@")).items[0]
        await machine.grant(owner.id)
        window, screen = await opened(windows, venue)
        await screen.shows("connected")
        await screen.shows("The Playhouse")
        await venue.token("visitor")
        await window.page.keyboard.press("6")
        await screen.shows("visitor@venue.example")
        await window.page.keyboard.press("x")  # of the newest, who is on top
        await screen.shows("tokens of Visitor")
        await window.page.keyboard.press("y")

        async def logged_out() -> bool:
            return (await machine.person(visitor.id)).sessions == []

        await until(logged_out)
        deed = next(one for one in (await machine.audit()).items if one.action.startswith("DELETE"))
        assert (deed.actor, deed.name, deed.address) == (f"person:{owner.id}", "Owner", "local")
        await windows.picture(window, "console")
        second = await venue_is_full(windows, venue)
        assert second.sockets == 1
        await machine.end_sessions(owner.id)
        await expect(window.page.get_by_text("The console is closed.")).to_be_visible(timeout=30_000)


async def venue_is_full(windows: Windows, venue: Venue) -> Screen:
    """There is one seat, and it is taken."""
    window, screen = await opened(windows, venue)
    await expect(window.page.get_by_text("The console is closed.")).to_be_visible()
    assert screen.said == b""
    return screen


async def test_it_is_nobodys_who_is_no_operator_and_no_other_site_opens_it(venue: Venue, windows: Windows) -> None:
    window = await windows.open(f"{venue.url}/login?next=/console")
    await log_in(window, "owner")
    await expect(window.page.get_by_text("There is no console here.")).to_be_visible()
    async with Client(Place.local(venue.folder)) as machine:
        await machine.grant((await machine.people(q="owner@")).items[0].id)
    await window.page.reload()
    await window.page.get_by_label("Password").fill("a wrong one")
    await window.page.get_by_role("button", name="Open the console").click()
    await expect(window.page.get_by_text("This is not your password.").first).to_be_visible()
    await window.check_accessibility()
    cookie = next(one for one in await window.page.context.cookies() if "session" in one["name"])
    for origin, path, status in (
        ("https://evil.example", "/console/ws/guessed", 403),
        (venue.url, "/console/ws/guessed", 410),
    ):
        headers = {"Cookie": f"{cookie['name']}={cookie['value']}", "Origin": origin}
        async with aiohttp.ClientSession() as http:
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await asyncio.wait_for(http.ws_connect(venue.url + path, headers=headers), 30)
            assert refused.value.status == status
    assert (await venue.ask("GET", "/console/ws/guessed")).status in (303, 401)
