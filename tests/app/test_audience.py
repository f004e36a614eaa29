"""A viewer in a real browser: counted once, told about, led to the next video; what was counted outlives a crash."""

import re
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright

from tests.app.test_first_path import names, playlist, reached, upload
from tests.app.venue import Venue
from tests.e2e.browser import FLAGS, WITHIN, find_chromium
from tests.waiting import until

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
"""Chromium without a window says that it is headless, and is taken for a robot."""


@pytest.fixture
async def viewer() -> AsyncIterator[Page]:
    chromium = find_chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        page = await browser.new_page(user_agent=CHROME)
        page.set_default_timeout(WITHIN)
        yield page
        await browser.close()


async def published(venue: Venue, token: str, clip: Path, title: str) -> str:
    video_id = await upload(venue, token, clip, title=title)
    await reached(venue, token, video_id, "ready")
    await venue.ask("PATCH", f"/api/v1/videos/{video_id}", token, {"visibility": "public"})
    return video_id


async def views(venue: Venue, video_id: str) -> int:
    return int((await venue.ask("GET", f"/api/v1/videos/{video_id}/views")).json["total"])


@pytest.mark.slow
@pytest.mark.browser
async def test_a_viewer_is_counted_told_about_and_led_on(venue: Venue, clip: Path, viewer: Page) -> None:
    producer = await venue.token("producer")
    first, second = [await published(venue, producer, clip, title) for title in ("First", "Second")]
    body = {"organization": venue.org, "title": "Season", "visibility": "public"}
    collection = (await venue.ask("POST", "/api/v1/collections", producer, body)).json["id"]
    for video_id in (first, second):
        path = f"/api/v1/collections/{collection}/items/{video_id}"
        assert (await venue.ask("PUT", path, producer, {"before": None})).status == 200

    await viewer.goto(f"{venue.url}/watch/{first}?collection={collection}")
    async with viewer.expect_response(f"**/api/v1/videos/{first}/views") as counted:
        await viewer.locator("media-play-button").click()
    assert (await counted.value).status == 200
    # At its end the countdown runs, and the next one begins by itself.
    await viewer.evaluate("() => document.querySelector('nova-player').video.dispatchEvent(new Event('ended'))")
    async with viewer.expect_response(f"**/api/v1/videos/{second}/views", timeout=60_000) as counted:
        await viewer.wait_for_url(re.compile(second), timeout=60_000)
    assert (await counted.value).status == 200
    assert (await views(venue, first), await views(venue, second)) == (1, 1)

    async def told() -> bool:
        health = (await venue.ask("GET", f"/api/v1/videos/{first}/health?days=1", producer)).json
        return bool(health["plays"] == 1 and sum(one["seconds"] for one in health["rungs"]) > 2 and health["frames"])

    await until(told)

    async with viewer.expect_response(f"**/api/v1/videos/{first}/views") as counted:
        await viewer.goto(f"{venue.url}/watch/{first}")
        await viewer.locator("media-play-button").click()
    assert (await counted.value).status == 200
    assert await views(venue, first) == 1

    venue.end(signal.SIGKILL)
    await venue.start()
    assert (await views(venue, first), await views(venue, second)) == (1, 1)


@pytest.mark.slow
async def test_who_asks_for_no_segment_is_no_viewer(venue: Venue, clip: Path) -> None:
    producer = await venue.token("producer")
    video_id = await published(venue, producer, clip, "Alone")
    path, agent = f"/api/v1/videos/{video_id}/views", {"User-Agent": CHROME}

    async def counted(session: str) -> int:
        return (await venue.ask("POST", path, body={"session": session}, headers=agent)).status

    async def opened() -> tuple[str, str]:
        """A viewing session and its master playlist."""
        stream = (await venue.ask("GET", f"/api/v1/streams/{video_id}")).json
        assert await counted(stream["session"]) == 404, "nobody has opened it"
        return stream["session"], (await venue.ask("GET", stream["url"])).headers["Location"]

    async def play(master: str) -> None:
        """One segment of it."""
        rung = master.rsplit("/", 1)[0] + "/" + names((await venue.ask("GET", master)).body.decode())[0]
        media = (await venue.ask("GET", rung)).body.decode()
        await venue.ask("GET", rung.rsplit("/", 1)[0] + "/" + names(media)[0])

    robot, watched = await opened()
    await venue.ask("GET", watched)
    viewer, master = await opened()
    await play(master)

    async def long_enough() -> bool:
        return await counted(viewer) == 200

    await until(long_enough)
    # The robot has waited longer than the viewer, who counts by now.
    assert await counted(robot) == 409
    await play(watched)
    assert await counted(robot) == 200
    assert await views(venue, video_id) == 1
    other, _ = await playlist(venue, producer, video_id)
    assert other not in (master, watched)
