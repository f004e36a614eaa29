"""A person goes on air from the page, with the camera that their browser has."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import async_playwright, expect

from novacast import outbox
from novacast.limits import RateLimiter
from novacast.live.channels import store as channels
from novacast.live.keys import store as keys
from novacast.live.models import Programme, ProgrammeState
from novacast.live.overview.service import LiveOverview
from novacast.live.pages import live_pages
from novacast.live.routes import live_routes
from novacast.metrics import Metrics
from novacast.web.server import Parts, WebServer
from tests.compiled import static, templates
from tests.e2e.browser import DESKTOP, FLAGS, WITHIN, Window, Windows, find_chromium
from tests.live.broadcast.conftest import Hall
from tests.live.conftest import PRODUCER
from tests.live.serving import Empty, Library, Names, Tokens, live_topics
from tests.live.webrtc.test_whip import FAKE_CAMERA
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
async def address(hall: Hall) -> AsyncIterator[str]:
    """Pages, API and WHIP over the hall's station."""
    facts, clock = outbox.Outbox(hall.db), hall.db.clock
    facts.subscribe("broadcasts", hall.station.engine.hear)
    routes = [
        *live_routes(hall.live, hall.settings, LiveOverview(hall.db, Empty(), hall.live.keys)),
        *live_pages(hall.live, hall.db, hall.settings, Names(), Names(), Library({})),
    ]
    server = WebServer(
        Parts(
            settings=hall.settings,
            routes=routes,
            authenticator=Tokens(),
            db=hall.db,
            outbox=facts,
            cache=templates(),
            static=static(),
            clock=clock,
            limiter=RateLimiter(clock),
            metrics=Metrics(),
            topics=live_topics(hall.live),
            key=b"k" * 32,
        )
    )
    async with AsyncExitStack() as stack:
        await facts.start()
        stack.push_async_callback(facts.close)
        await server.start()
        stack.push_async_callback(server.stop)
        yield f"http://127.0.0.1:{server.port}"


@asynccontextmanager
async def producer(address: str) -> AsyncIterator[tuple[Windows, Window]]:
    wanted = os.environ.get("NOVACAST_PICTURES")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=[*FLAGS, *FAKE_CAMERA])
        context = await browser.new_context(viewport=DESKTOP, reduced_motion="reduce")
        await context.add_cookies([{"name": "novacast_session", "value": "producer", "url": address}])
        page = await context.new_page()
        page.set_default_timeout(WITHIN)
        window = Window(page)
        page.on("console", window.hear)
        page.on("pageerror", lambda error: window.complaints.append(str(error)))
        yield Windows(browser, Path(wanted) if wanted else None), window
        await browser.close()


AIRED = 60_000
"""Milliseconds in which a busy machine puts a camera on air."""


async def go_live(hall: Hall, address: str, window: Window) -> Programme:
    page = window.page
    await page.goto(f"{address}/studio/live/channels/{hall.channel.id}/go-live")
    await page.get_by_role("button", name="Turn on camera").click()
    await page.get_by_role("button", name="Go live", exact=True).click()
    await expect(page.locator("[data-part=badge]")).to_have_text("On air", timeout=AIRED)
    return await hall.is_now(ProgrammeState.ON_AIR)


async def test_a_person_goes_on_air_from_the_page_steers_and_stops(hall: Hall, address: str) -> None:
    async with producer(address) as (windows, window):
        page = window.page
        programme = await go_live(hall, address, window)
        await hall.goes_on(programme, 1)
        await expect(page.locator("[data-part=picture]")).to_contain_text("1280 × 720")
        await windows.look(window, "go-live-on-air")
        await page.get_by_role("button", name="Mark this moment").click()
        await expect(page.locator("[data-part=asked]")).to_have_text("The moment is marked.")
        await page.get_by_role("button", name="Cut to the slate").click()
        await expect(page.get_by_role("button", name="Back from the slate")).to_be_visible()
        await page.get_by_role("button", name="Stop").click()
        await hall.is_now(ProgrammeState.INTERRUPTED)
        await expect(page.locator("[data-part=badge]")).to_have_text("Not on air")

        async def revoked() -> bool:
            listed = await hall.db.all(keys.of_channel(hall.channel.id, "producer", channels.START, 9))
            return [one.revoked_at is not None for one in listed if one.name == "Browser"] == [True]

        await until(revoked)
        assert window.complaints == []


async def test_a_broken_connection_is_made_anew_and_a_revoked_key_is_the_end(hall: Hall, address: str) -> None:
    await hall.db.write(lambda tx: channels.change(tx, hall.channel.id, {"return_seconds": 120}))
    async with producer(address) as (_, window):
        programme = await go_live(hall, address, window)
        whip = hall.live.whip.server
        assert whip is not None
        child = whip._process.child
        assert child is not None
        await child.stop()
        await hall.is_now(ProgrammeState.INTERRUPTED)
        assert (await hall.is_now(ProgrammeState.ON_AIR)).id == programme.id
        await expect(window.page.locator("[data-part=badge]")).to_have_text("On air", timeout=AIRED)
        for key in await hall.db.all(keys.of_channel(hall.channel.id, "producer", channels.START, 9)):
            await hall.live.keys.revoke(PRODUCER, key.id)
        await expect(window.page.locator("[data-part=said]")).to_contain_text("key", timeout=AIRED)
        await expect(window.page.get_by_role("button", name="Go live", exact=True)).to_be_visible()
