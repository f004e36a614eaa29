"""Every page of the real server in a real browser, and the newcomer's whole path from log-in to a refused segment.

With `NOVACAST_PICTURES=<folder>` the pictures are kept, for people to look at.
"""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Route, expect

from novacast.media.ffmpeg import find_ffmpeg
from tests.app.test_first_path import reached, upload
from tests.app.venue import PASSWORD, Venue
from tests.e2e.browser import WITHIN, Window, Windows, find_chromium

pytestmark = pytest.mark.browser

VIDEO = "document.querySelector('nova-player').video"
FILM_SECONDS = 24
EARLY = ("seg_00000.m4s", "seg_00001.m4s")
"""Segments of a film that are loaded before the log-out."""


@pytest.fixture
async def windows(tmp_path: Path) -> AsyncIterator[Windows]:
    async with Windows.start(find_chromium()) as opened:
        yield opened


@pytest.fixture
async def film(tmp_path: Path) -> Path:
    ffmpeg = await find_ffmpeg(tmp_path)
    file = tmp_path / "A long film.mp4"
    picture = f"testsrc2=size=426x240:rate=10:duration={FILM_SECONDS}"
    inputs = ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", f"sine=frequency=440:duration={FILM_SECONDS}"]
    command = [ffmpeg.path, "-v", "error", *inputs, "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", file]
    await asyncio.to_thread(subprocess.run, command, check=True)
    return file


@dataclass(frozen=True, slots=True)
class Stop:
    """A page of the tour, and what it answers."""

    name: str
    path: str
    status: int = 200


async def log_in(window: Window, who: str, password: str = PASSWORD) -> None:
    await window.page.get_by_label("E-mail").fill(f"{who}@venue.example")
    await window.page.get_by_label("Password").fill(password)
    async with window.page.expect_navigation():
        await window.page.get_by_role("main").get_by_role("button", name="Log in").click()


async def look(windows: Windows, window: Window, name: str) -> None:
    await windows.look(window, name)
    assert window.complaints == [], f"{name}: {window.complaints}"


async def walk(windows: Windows, window: Window, url: str, stops: Sequence[Stop]) -> None:
    for stop in stops:
        response = await window.page.goto(url + stop.path)
        assert response is not None
        assert response.status == stop.status, stop
        if stop.status >= 400:
            # Chromium complains of every answer that is a refusal; of anything else it must not.
            window.complaints[:] = [words for words in window.complaints if f"status of {stop.status}" not in words]
        await look(windows, window, stop.name)


async def visitors_walk(windows: Windows, venue: Venue, public: str, private: str) -> None:
    window = await windows.open(venue.url)
    await window.page.keyboard.press("Tab")
    await expect(window.page.get_by_role("link", name="Skip to the content")).to_be_focused()
    await window.page.keyboard.press("Enter")
    assert await window.page.evaluate("() => document.activeElement.id") == "main"
    stops = (
        Stop("visitor-home", "/"),
        Stop("visitor-library", "/library"),
        Stop("visitor-found", "/library?q=clip"),
        Stop("visitor-nothing-found", "/library?q=nothing+like+it"),
        Stop("visitor-private", f"/watch/{private}", 404),
        Stop("visitor-nowhere", "/nowhere", 404),
        Stop("sign-up", "/signup"),
        Stop("forgot", "/forgot"),
        Stop("reset", "/reset?token=x"),
        Stop("new-address", "/email?token=x"),
        Stop("invitation-gone", "/invitation?token=x", 410),
        Stop("tls", "/tls"),
        Stop("errors", "/docs/errors"),
        Stop("visitor-watch", f"/watch/{public}"),
        Stop("log-in", "/login"),
    )
    await walk(windows, window, venue.url, stops)
    await log_in(window, "visitor", "not the password")
    window.complaints[:] = [words for words in window.complaints if "status of 401" not in words]
    await look(windows, window, "log-in-refused")
    await window.page.goto(f"{venue.url}/api/docs")
    # Hundreds of operations look alike: those of the first section are opened, and stand for the rest.
    await window.page.evaluate(
        """() => {
            document.querySelectorAll("main section ~ section").forEach((one) => one.remove());
            document.querySelectorAll("main details").forEach((one) => { one.open = true; });
        }"""
    )
    await look(windows, window, "api")


async def owners_walk(windows: Windows, venue: Venue, public: str, failed: str) -> None:
    window = await windows.open(f"{venue.url}/login")
    await log_in(window, "owner")
    stops = (
        Stop("home", "/"),
        Stop("library", "/library"),
        Stop("watch", f"/watch/{public}"),
        Stop("watch-not-ready", f"/watch/{failed}"),
        Stop("studio", "/studio"),
        Stop("studio-nothing-found", "/studio?q=nothing+like+it"),
        Stop("upload", "/studio/upload"),
        Stop("video", f"/studio/videos/{public}"),
        Stop("video-failed", f"/studio/videos/{failed}"),
        Stop("video-delete", f"/studio/videos/{public}/delete"),
        Stop("account", "/account"),
        Stop("sessions", "/account/sessions"),
        Stop("data", "/account/data"),
        Stop("organizations", "/organizations"),
        Stop("organization", f"/organizations/{venue.org}"),
        Stop("tokens", "/account/tokens"),
    )
    await walk(windows, window, venue.url, stops)
    await shown_once(windows, window, venue)


async def shown_once(windows: Windows, window: Window, venue: Venue) -> None:
    """A token, and the key of the second factor: neither is there when the page is opened again."""
    page = window.page
    await page.get_by_label("Name").fill("nightly")
    await page.get_by_label("Read: see what you see").check()
    await page.get_by_label("Your password").fill(PASSWORD)
    await page.get_by_role("button", name="Make the token").click()
    token = page.get_by_label("Token", exact=True)
    assert len(await token.input_value()) > 20
    await look(windows, window, "token-shown")
    await page.goto(f"{venue.url}/account/tokens")
    assert await token.count() == 0
    await page.goto(f"{venue.url}/account/security")
    await look(windows, window, "security")
    await page.get_by_label("Your password").fill(PASSWORD)
    await page.get_by_role("button", name="Begin").click()
    await expect(page.get_by_role("img", name="QR code")).to_be_visible()
    await look(windows, window, "security-set-up")


async def test_every_page_is_fit_for_everyone(venue: Venue, windows: Windows, clip: Path, tmp_path: Path) -> None:
    producer = await venue.token("producer")
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no film at all " * 1000)
    public, failed = await upload(venue, producer, clip), await upload(venue, producer, broken)
    await reached(venue, producer, public, "ready")
    await reached(venue, producer, failed, "failed")
    edited = await venue.ask("PATCH", f"/api/v1/videos/{public}", producer, {"visibility": "public"})
    assert edited.status == 200
    await asyncio.gather(
        visitors_walk(windows, venue, public, failed),
        owners_walk(windows, venue, public, failed),
    )


@pytest.mark.slow
async def test_a_newcomer_brings_a_film_in_and_watches_it_until_logging_out(
    venue: Venue, windows: Windows, film: Path
) -> None:
    window = await windows.open(f"{venue.url}/login?next=/studio/upload")
    page = window.page
    await log_in(window, "producer")
    await page.get_by_label("Choose videos").set_input_files(film)
    await page.get_by_role("link", name="Go to the video").click()
    await expect(page.get_by_role("heading", level=1, name="A long film")).to_be_visible()

    logged_out, segments = asyncio.Event(), asyncio.Queue[str]()

    async def slowly(route: Route) -> None:
        """A network that has got as far as the second segment by the time of the log-out."""
        segments.put_nowait(route.request.url)
        if not route.request.url.endswith(EARLY):
            await logged_out.wait()
        await route.continue_()

    await page.route("**/media/**/seg_*.m4s", slowly)
    # Nobody reloads the page: it follows the transcode by itself.
    await page.get_by_role("link", name="Watch").click(timeout=60_000)
    await page.locator("media-play-button").click()
    await window.until(f"() => !{VIDEO}.paused && {VIDEO}.currentTime > 1")
    await windows.picture(window, "newcomer-watches")
    assert window.complaints == []

    other = await page.context.new_page()
    await other.goto(venue.url)
    await other.get_by_label("Your account").click()
    await other.get_by_role("button", name="Log out").click()
    await expect(other.get_by_text("You are logged out.")).to_be_visible()
    seen = await segments.get()
    await venue.refused(seen)
    logged_out.set()
    state = page.locator(".player__state")
    await expect(state).to_contain_text("This video is not here, or not for your eyes.", timeout=WITHIN)
    assert await page.evaluate(f"() => {VIDEO}.paused")
    await windows.picture(window, "newcomer-logged-out")


@pytest.mark.slow
async def test_without_scripts_one_can_search_log_in_and_change_things(
    venue: Venue, windows: Windows, clip: Path
) -> None:
    producer = await venue.token("producer")
    video_id = await upload(venue, producer, clip)
    await reached(venue, producer, video_id, "ready")
    await venue.ask("PATCH", f"/api/v1/videos/{video_id}", producer, {"visibility": "signed_in"})

    window = await windows.open(f"{venue.url}/watch/{video_id}", scripts=False)
    page = window.page
    assert page.url == f"{venue.url}/login?next=%2Fwatch%2F{video_id}"
    await log_in(window, "producer")
    assert page.url == f"{venue.url}/watch/{video_id}"
    await page.goto(f"{venue.url}/library")
    await page.get_by_role("searchbox").fill("clip")
    await page.get_by_role("button", name="Search").click()
    await expect(page.get_by_role("main").get_by_role("link", name="clip")).to_have_count(1)
    await page.goto(f"{venue.url}/studio/videos/{video_id}")
    await page.get_by_label("Title").fill("The first night")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", level=1, name="The first night")).to_be_visible()
    await page.get_by_label("Your account").click()
    await page.get_by_role("button", name="Log out").click()
    await expect(page.get_by_text("You are logged out.")).to_be_visible()
