"""Chapters, pictures, downloads and another file, in a real browser: how they look, and that they do what they say."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from novacast.vods.downloads.models import Allowed
from tests.e2e.browser import Window, Windows, find_chromium
from tests.fakes.clock import FakeClock
from tests.vods.conftest import OWNER, PRODUCER, Clips, House

pytestmark = pytest.mark.browser


@pytest.fixture
async def windows(tmp_path: Path) -> AsyncIterator[Windows]:
    async with Windows.start(find_chromium()) as windows:
        yield windows


async def as_producer(windows: Windows, address: str) -> Window:
    window = await windows.open("about:blank")
    await window.page.context.add_cookies([{"name": "novacast_session", "value": "producer", "url": address}])
    return window


async def full(house: House, clock: FakeClock, clips: Clips) -> str:
    """A video with all of it."""
    video_id = await house.arrive(
        clips("clip.mp4"), title="A midsummer night's dream", description="0:00 Overture\n0:01 The wood"
    )
    await house.work().finish(video_id)
    await house.chapters.take_described(PRODUCER, video_id)
    (event,) = await house.facts("video.published")
    await house.pictures.hear(event)
    await house.picture_work().run(video_id)
    await house.downloads.allow(OWNER, video_id, Allowed.EVERYONE)
    await house.downloads.prepare(PRODUCER, video_id, "144p")
    await house.download_work(clock).run(video_id)
    return video_id


@pytest.mark.slow
async def test_every_page_is_accessible_and_fits_desktop_and_phone_in_light_and_dark(
    house: House, clock: FakeClock, address: str, windows: Windows, clips: Clips, tmp_path: Path
) -> None:
    video_id = await full(house, clock, clips)
    window = await as_producer(windows, address)
    for name in ("", "/chapters", "/poster", "/downloads", "/replacement"):
        await window.page.goto(f"{address}/studio/videos/{video_id}{name}")
        await windows.look(window, f"around{name.replace('/', '-')}")
    await window.page.goto(f"{address}/watch/{video_id}")
    await windows.look(window, "around-watch")
    words = tmp_path / "words.mp4"
    words.write_text("no film")
    await window.page.goto(f"{address}/studio/videos/{video_id}/replacement")
    await window.page.locator("input[type=file]").set_input_files(words)
    await expect(window.page.get_by_text("The new file is being looked at")).to_be_visible()


async def test_chapters_are_typed_and_a_mistake_is_shown_beside_the_field(
    house: House, address: str, windows: Windows
) -> None:
    video_id = await house.publish()
    page = (await as_producer(windows, address)).page
    await page.goto(f"{address}/studio/videos/{video_id}/chapters")
    field = page.get_by_label("One chapter on each line")
    await field.fill("0:00 Overture\nsoon Storm")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("alert")).to_contain_text("Line 2 is no chapter")
    await expect(field).to_have_value("0:00 Overture\nsoon Storm")
    await field.fill("0:30 Storm\n0:00 Overture")
    await page.get_by_role("button", name="Save").click()
    await expect(field).to_have_value("0:00 Overture\n0:30 Storm")
    await page.goto(f"{address}/watch/{video_id}?t=30")
    await expect(page.get_by_role("region", name="Chapters").get_by_role("link")).to_have_count(2)
    assert await page.locator("nova-player").get_attribute("resume") == "30.0"


@pytest.mark.slow
async def test_a_brought_picture_becomes_the_poster_before_its_makers_eyes(
    house: House, clock: FakeClock, address: str, windows: Windows, clips: Clips
) -> None:
    video_id = await full(house, clock, clips)
    window = await as_producer(windows, address)
    page = window.page
    await page.goto(f"{address}/studio/videos/{video_id}/poster")
    jpeg = next((house.folders.video(video_id) / "pictures").glob("*.jpg")).read_bytes()
    await page.set_input_files("#f-file", {"name": "mine.jpg", "mimeType": "image/jpeg", "buffer": jpeg})
    await expect(page.get_by_text("Pictures are being made")).to_be_visible()
    await house.picture_work().run(video_id)
    await expect(page.get_by_text("Shown now")).to_be_visible()
    await expect(page.get_by_text("Brought", exact=True)).to_be_visible()
    await page.get_by_role("button", name="Use this: Proposed").first.click()
    await expect(page.get_by_text("This picture stands for the video now.")).to_be_visible()


@pytest.mark.slow
async def test_a_file_is_prepared_and_its_link_appears_without_leaving_the_page(
    house: House, clock: FakeClock, address: str, windows: Windows, clips: Clips
) -> None:
    video_id = await full(house, clock, clips)
    window = await windows.open(f"{address}/watch/{video_id}")
    region = window.page.get_by_role("region", name="Download")
    await region.get_by_role("button", name="Prepare: 180p").click()
    await expect(region.get_by_text("It is being prepared.", exact=True)).to_be_visible()
    await house.download_work(clock).run(video_id)
    link = region.get_by_role("link", name="Download: 180p")
    await expect(link).to_be_visible()
    async with window.page.expect_download() as begun:
        await link.click()
    download = await begun.value
    assert download.suggested_filename == "A midsummer night's dream (180p).mp4"
