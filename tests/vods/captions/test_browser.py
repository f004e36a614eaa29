"""Captions before people's eyes: edited on a page, and read on the screen while the video plays."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from novacast.vods.captions.models import Cue, Kind, Wish
from tests.e2e.browser import Window, Windows, find_chromium
from tests.vods.captions.test_service import SRT, begun
from tests.vods.conftest import PRODUCER, Clips, House

pytestmark = pytest.mark.browser


@pytest.fixture
async def windows(tmp_path: Path) -> AsyncIterator[Windows]:
    async with Windows.start(find_chromium()) as windows:
        yield windows


async def as_producer(windows: Windows, address: str) -> Window:
    window = await windows.open("about:blank")
    await window.page.context.add_cookies([{"name": "novacast_session", "value": "producer", "url": address}])
    return window


async def test_entries_are_edited_split_merged_found_and_saved(house: House, address: str, windows: Windows) -> None:
    video_id = await house.arrive(title="Hamlet")
    track = await begun(house.captions, video_id)
    window = await as_producer(windows, address)
    page = window.page
    await page.goto(f"{address}/studio/videos/{video_id}/captions/{track.id}")
    await page.get_by_label("Words of entry 2").fill("Two words more")
    await page.get_by_label("Words of entry 2").blur()
    await page.get_by_role("button", name="Split: entry 2").click()
    await expect(page.get_by_label("Words of entry 3")).to_have_value("more")
    await page.get_by_role("button", name="Merge with the next: entry 1").click()
    await expect(page.get_by_label("Words of entry 1")).to_have_value("One\nTwo words")
    await page.get_by_label("Begin of entry 1").fill("0:00,5")
    await page.get_by_role("button", name="Save", exact=True).first.click()
    await expect(page.get_by_text("Saved.")).to_be_visible()
    cues = (await house.captions.captions.script(PRODUCER, video_id, track.id)).cues
    assert [(cue.start, cue.text) for cue in cues] == [(500, "One\nTwo words"), (cues[1].start, "more")]
    await page.get_by_role("button", name="Remove: entry 2").click()
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_label("Words of entry 2")).to_have_value("more")
    await page.get_by_label("Search in the captions").fill("MORE")
    await expect(page.get_by_text("1 found")).to_be_visible()
    await expect(page.get_by_label("Words of entry 1")).to_have_count(0)
    assert window.complaints == []


async def test_two_editors_never_lose_one_anothers_work(house: House, address: str, windows: Windows) -> None:
    video_id = await house.arrive()
    track = await begun(house.captions, video_id)
    window = await as_producer(windows, address)
    page = window.page
    await page.goto(f"{address}/studio/videos/{video_id}/captions/{track.id}")
    await page.get_by_label("Words of entry 1").fill("Mine")
    await house.captions.captions.save(PRODUCER, video_id, track.id, [Cue(1000, 2000, "Theirs")], 1)
    await page.get_by_role("button", name="Save", exact=True).first.click()
    await expect(page.get_by_text("Somebody else has saved")).to_be_visible()
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Download mine").click()
    assert "Mine" in Path(await (await download.value).path()).read_text()
    await page.get_by_role("button", name="Show theirs").click()
    await expect(page.get_by_label("Words of entry 1")).to_have_value("Theirs")


async def test_a_chosen_file_becomes_a_track(house: House, address: str, windows: Windows, tmp_path: Path) -> None:
    video_id = await house.arrive()
    file, wrong = tmp_path / "film.de.srt", tmp_path / "wrong.srt"
    file.write_text(SRT)
    wrong.write_text("rubbish")
    window = await as_producer(windows, address)
    page = window.page
    await page.goto(f"{address}/studio/videos/{video_id}/captions")
    await page.get_by_label("Language", exact=True).fill("de")
    await page.set_input_files("input[type=file]", wrong)
    await page.get_by_role("button", name="Add captions").click()
    await expect(page.get_by_text("no subtitles that are read here")).to_be_visible()
    assert await house.captions.captions.tracks(PRODUCER, video_id) == []
    await page.set_input_files("input[type=file]", file)
    await page.get_by_role("button", name="Add captions").click()
    await expect(page.get_by_role("heading", name="Deutsch")).to_be_visible()
    await expect(page.get_by_label("Words of entry 2")).to_have_value("Two")


@pytest.mark.slow
async def test_the_pages_are_accessible_and_fit_a_phone(
    house: House, address: str, windows: Windows, clips: Clips
) -> None:
    video_id = await house.arrive(clips("clip.mp4"))
    await house.work().finish(video_id)
    track = await begun(house.captions, video_id, kind=Kind.CAPTIONS, default=True)
    await house.captions.captions.add(PRODUCER, video_id, Wish("en", forced=True))
    window = await as_producer(windows, address)
    for name, place in (("captions", ""), ("cues", f"/{track.id}")):
        await window.page.goto(f"{address}/studio/videos/{video_id}/captions{place}")
        if place:
            await expect(window.page.get_by_label("Words of entry 1")).to_be_visible()
        await windows.look(window, f"captions-{name}")
