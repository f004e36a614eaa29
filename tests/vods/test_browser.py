"""Library and studio in a real browser: how they look, and a file that goes up and becomes ready by itself."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import async_playwright, expect

from novacast.clock import SECOND
from novacast.vods.models import Visibility
from tests.e2e.browser import FLAGS, Scheme, Window, Windows, find_chromium
from tests.vods.conftest import PRODUCER, Clips, House

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


async def as_producer(windows: Windows, address: str, *, phone: bool = False, scheme: Scheme = "light") -> Window:
    window = await windows.open("about:blank", phone=phone, scheme=scheme)
    await window.page.context.add_cookies([{"name": "novacast_session", "value": "producer", "url": address}])
    return window


async def test_a_chosen_file_becomes_a_ready_video_before_its_makers_eyes(
    house: House, address: str, windows: Windows, clips: Clips
) -> None:
    window = await as_producer(windows, address)
    page = window.page
    await page.goto(f"{address}/studio/upload")
    await page.set_input_files("input[type=file]", clips("clip.mp4"))
    await page.get_by_role("link", name="Go to the video").click()
    await expect(page.get_by_role("heading", name="clip", level=1)).to_be_visible()
    await expect(page.get_by_text("Waiting", exact=True)).to_be_visible()
    video_id = page.url.rsplit("/", 1)[1]

    async with page.expect_response(lambda answer: "/api/v1/realtime" in answer.url):
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
    assert window.complaints == []


async def test_every_page_is_accessible_and_fits_desktop_and_phone_in_light_and_dark(
    house: House, address: str, windows: Windows, clips: Clips
) -> None:
    video_id = await house.arrive(clips("clip.mp4"), title="A midsummer night's dream, the whole evening")
    await house.work().finish(video_id)
    await house.positions.keep(PRODUCER, video_id, SECOND // 2)
    for number, visibility in enumerate(Visibility):
        await house.publish(title=f"Evening {number}", visibility=visibility, description="Words about it.")
    failed = await house.arrive(title="Broken")
    await house.work().finish(failed)
    await house.arrive(title="On its way")
    places = {
        "home": "/", "library": "/library", "library-found": "/library?q=evening", "library-none": "/library?q=zzz",
        "studio": "/studio", "studio-none": "/studio?q=zzz", "studio-upload": "/studio/upload",
        "studio-video": f"/studio/videos/{video_id}", "studio-failed": f"/studio/videos/{failed}",
        "studio-delete": f"/studio/videos/{video_id}/delete",
    }  # fmt: skip
    for phone, scheme in ((False, "light"), (True, "dark")):
        window = await as_producer(windows, address, phone=phone, scheme=scheme)  # type: ignore[arg-type]  # a Scheme
        for name, place in places.items():
            await window.page.goto(address + place)
            await windows.picture(window, f"vods-{name}-{'phone' if phone else 'desktop'}")
            await window.check_fits()
            # Every page in one scheme; the other has the same parts in other colours.
            if not phone or name in {"library", "studio", "studio-failed"}:
                await window.check_accessibility()
        assert window.complaints == []
        await window.page.goto(f"{address}/watch/{video_id}")
        await window.check_fits()
        await windows.picture(window, f"vods-watch-{'phone' if phone else 'desktop'}")
