"""Library and studio in a real browser: how they look, and a file that goes up and becomes ready by itself."""

import os
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import async_playwright, expect

from novacast.clock import SECOND
from novacast.database import Transaction
from novacast.identity import SYSTEM
from novacast.vods.health.models import Report
from novacast.vods.models import Visibility
from novacast.vods.views.models import day_of
from novacast.vods.views.store import count
from tests.e2e.browser import FLAGS, Window, Windows, find_chromium
from tests.vods.conftest import ORG, PRODUCER, Clips, House, KnownViewing

pytestmark = pytest.mark.browser


@pytest.fixture
async def windows(tmp_path: Path) -> AsyncIterator[Windows]:
    pictures = Path(os.environ.get("NOVACAST_PICTURES", tmp_path / "pictures"))
    pictures.mkdir(parents=True, exist_ok=True)
    chromium = find_chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield Windows(browser, pictures)
        await browser.close()


async def as_producer(windows: Windows, address: str) -> Window:
    window = await windows.open("about:blank")
    await window.page.context.add_cookies([{"name": "novacast_session", "value": "producer", "url": address}])
    return window


async def watched(house: House, video_id: str) -> None:
    """On some days of the last weeks, in two qualities, with interruptions."""
    today = day_of(house.clock.now())

    def unit(tx: Transaction) -> None:
        for back in (0, 1, 1, 1, 2, 5, 5, 9, 9, 9, 9, 16, 17, 27):
            count(tx, video_id, today - back)

    await house.db.write(unit)
    house.viewings.sessions["watched"] = KnownViewing(video_id, house.clock.now())
    report = Report(startup=700, stalls=(300, 4000), played=((1080, 3_000_000), (360, 900_000)), frames=600)
    await house.health.report(video_id, "watched", report)


async def test_a_chosen_file_becomes_a_ready_video_before_its_makers_eyes(
    house: House, address: str, windows: Windows, clips: Clips
) -> None:
    window = await as_producer(windows, address)
    page = window.page
    await page.goto(f"{address}/studio/upload")
    await page.set_input_files("input[type=file]", clips("clip.mp4"))
    # The file is an H.264 of two seconds, which this browser reads: nothing is guessed.
    told = re.compile(r"^[0-9.]+ kB, and about [0-9.]+ kB more for what is made of it. How long .* not known yet.$")
    await expect(page.locator("[data-part=forecast]")).to_have_text(told)
    await page.get_by_role("link", name="Go to the video").click()
    await expect(page.get_by_role("heading", name="clip", level=1)).to_be_visible()
    await expect(page.get_by_text("Waiting", exact=True)).to_be_visible()
    video_id = page.url.rsplit("/", 1)[1]

    await page.reload()
    await house.work().finish(video_id)
    await expect(page.get_by_text("Ready", exact=True)).to_be_visible()

    await page.get_by_label("Title").fill("Opening night")
    await page.get_by_label("Public").check()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved.")).to_be_visible()
    await page.goto(f"{address}/library?q=opening")
    await expect(page.get_by_role("link", name="Opening night")).to_be_visible()
    await window.until("() => document.querySelector('.video img').naturalWidth > 0")

    await house.quotas.set(SYSTEM, ORG, 1)
    await page.set_viewport_size({"width": 360, "height": 740})
    await page.goto(f"{address}/studio/upload")
    await page.set_input_files("input[type=file]", clips("clip.mp4"))
    await expect(page.locator("[data-part=state]")).to_contain_text("Not taken. Your organization may have")
    await window.check_accessibility()
    await windows.picture(window, "studio-upload-refused-phone")
    assert await house.uploads.unfinished(PRODUCER) == []
    assert window.complaints == []


@pytest.mark.slow
async def test_every_page_is_accessible_and_fits_desktop_and_phone_in_light_and_dark(
    house: House, address: str, windows: Windows, clips: Clips
) -> None:
    video_id = await house.arrive(clips("clip.mp4"), title="A midsummer night's dream, the whole evening")
    await house.work().finish(video_id)
    await house.positions.keep(PRODUCER, video_id, SECOND // 2)
    await watched(house, video_id)
    for number, visibility in enumerate(Visibility):
        await house.publish(title=f"Evening {number}", visibility=visibility, description="Words about it.")
    unwatched = await house.publish(title="Nobody's")
    failed = await house.arrive(title="Broken")
    await house.work().finish(failed)
    await house.arrive(title="On its way")
    places = {
        "home": "/", "library": "/library", "library-found": "/library?q=evening", "library-none": "/library?q=zzz",
        "studio": "/studio", "studio-none": "/studio?q=zzz", "studio-upload": "/studio/upload",
        "studio-video": f"/studio/videos/{video_id}", "studio-failed": f"/studio/videos/{failed}",
        "studio-delete": f"/studio/videos/{video_id}/delete", "studio-unwatched": f"/studio/videos/{unwatched}",
    }  # fmt: skip
    window = await as_producer(windows, address)
    for name, place in places.items():
        await window.page.goto(address + place)
        await windows.look(window, f"vods-{name}")
    assert window.complaints == []
