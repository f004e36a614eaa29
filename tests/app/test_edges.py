"""Pages off the usual path, and what the longest, widest and strangest texts do to all of them."""

from base64 import b32decode
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from novacast.clock import SystemClock
from novacast.security import totp
from tests.app.test_first_path import reached, upload
from tests.app.test_tour import Stop, log_in, look, walk
from tests.app.venue import DEMO, PASSWORD, Venue, open_venue
from tests.e2e.browser import Window, Windows, find_chromium
from tests.waiting import until

pytestmark = pytest.mark.browser

WIDE = "W" * 100
TITLES = (
    "Donaudampfschifffahrtsgesellschaftskapitaensmuetze" * 4,
    "🎭🎪🎬🎻" * 40,
    "مسرحية العام الجديد في دار الأوبرا",
)
NARROW = {"width": 320, "height": 700}


@pytest.fixture
async def windows(tmp_path: Path) -> AsyncIterator[Windows]:
    async with Windows.start(find_chromium()) as opened:
        yield opened


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Venue]:
    async with open_venue(tmp_path / "data", program=DEMO) as opened:
        yield opened


async def look_closer(windows: Windows, window: Window, name: str) -> None:
    await look(windows, window, name)
    await window.page.set_viewport_size({"width": NARROW["width"], "height": NARROW["height"]})
    await window.check_fits()


@pytest.mark.slow
async def test_long_and_foreign_texts_break_no_page(demo: Venue, windows: Windows, tmp_path: Path) -> None:
    owner = await demo.token("owner")
    renamed = await demo.ask("PATCH", f"/api/v1/organizations/{demo.org}", owner, {"name": WIDE, "description": WIDE})
    assert renamed.status == 200, renamed.body
    nothing = tmp_path / f"{'n' * 100}.mp4"
    nothing.write_bytes(b"no film at all " * 100)
    videos = [await upload(demo, owner, nothing) for _ in TITLES]
    for video, title in zip(videos, TITLES, strict=True):
        told = await demo.ask("PATCH", f"/api/v1/videos/{video}", owner, {"title": title, "description": title})
        assert told.status == 200, told.body
        # Until then its pages load themselves anew, under the eyes of axe.
        await reached(demo, owner, video, "failed")
    window = await windows.open(f"{demo.url}/login")
    await log_in(window, "owner")
    for name, path in (
        ("long-studio", "/studio"),
        ("long-organization", f"/organizations/{demo.org}"),
        ("long-organizations", "/organizations"),
        ("long-watch", f"/watch/{videos[0]}"),
        ("emoji-video", f"/studio/videos/{videos[1]}"),
        ("arabic-watch", f"/watch/{videos[2]}"),
        ("long-delete", f"/studio/videos/{videos[0]}/delete"),
        ("library-empty", "/library"),
    ):
        await window.page.goto(demo.url + path)
        await look_closer(windows, window, name)


@pytest.mark.slow
async def test_mails_codes_and_refusals_are_pages_like_the_others(demo: Venue, windows: Windows) -> None:
    window = await windows.open(f"{demo.url}/login?next=/account/security")
    page = window.page
    await log_in(window, "visitor")
    await page.get_by_label("Your password").fill(PASSWORD)
    await page.get_by_role("button", name="Begin").click()
    key = (await page.get_by_label("Key").input_value()).replace(" ", "")
    secret = b32decode(key + "=" * (-len(key) % 8))
    await page.get_by_label("Code that the app shows now").fill(totp.code_at(secret, SystemClock().now()))
    await page.get_by_role("button", name="Switch one-time codes on").click()
    await page.get_by_text("Your recovery codes").wait_for()
    await look_closer(windows, window, "recovery-codes")
    await page.goto(f"{demo.url}/studio")
    await look_closer(windows, window, "studio-empty")

    window = await windows.open(f"{demo.url}/login")
    page = window.page
    await log_in(window, "visitor")
    await look_closer(windows, window, "one-time-code")
    await walk(windows, window, demo.url, [Stop("mails", "/demo/mail")])
    await page.get_by_role("main").get_by_role("link").first.click()
    await look_closer(windows, window, "mail")

    for _ in range(8):
        wrong = {"email": "door@venue.example", "password": "wrong"}
        await demo.ask("POST", "/api/v1/tokens", body=wrong)
    await page.goto(f"{demo.url}/login")
    await log_in(window, "door")
    window.complaints[:] = [words for words in window.complaints if "status of 429" not in words]
    await page.get_by_text("One moment, please").wait_for()
    await look_closer(windows, window, "too-many-tries")


@pytest.mark.slow
async def test_a_stranger_signs_up_by_the_mail_that_comes_and_chooses_the_password_there(
    demo: Venue, windows: Windows
) -> None:
    window = await windows.open(f"{demo.url}/signup")
    page = window.page
    await page.get_by_label("E-mail").fill("nora@venue.example")
    await page.get_by_label("Name").fill("Nora")
    await page.get_by_role("main").get_by_role("button", name="Make an account").click()
    await look_closer(windows, window, "mail-sent")

    async def it_came() -> bool:
        await page.goto(f"{demo.url}/demo/mail")
        return await page.get_by_role("main").get_by_text("nora@venue.example").count() > 0

    await until(it_came)
    await page.get_by_role("main").get_by_role("link").first.click()
    link = await page.get_by_role("link", name="/verify?token=").inner_text()
    # The server had its port from the system and does not name it in mails.
    await page.goto(f"{demo.url}/verify?{urlsplit(link).query}")
    await page.get_by_role("heading", name="Choose your password").wait_for()
    await look_closer(windows, window, "verify")
    await page.get_by_label("Password").fill(PASSWORD)
    async with page.expect_navigation():
        await page.get_by_role("button", name="Make my account").click()
    await page.goto(f"{demo.url}/account")
    assert await page.get_by_label("Name").input_value() == "Nora"
