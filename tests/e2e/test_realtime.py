"""`<nova-progress>` over server-sent events."""

from playwright.async_api import expect

from tests.e2e.browser import Windows
from tests.e2e.stage import Stage


async def test_progress_moves_by_itself_and_only_its_own(windows: Windows, stage: Stage) -> None:
    window = await windows.open(f"{stage.url}/progress")
    mine = window.page.get_by_role("progressbar", name="Transcoding")
    assert await mine.get_attribute("value") is None
    stage.tell("video.progress", "v1", progress=420)
    await expect(mine).to_have_attribute("value", "0.42")
    await expect(window.page.get_by_text("42%")).to_be_visible()
    assert await window.page.get_by_role("progressbar", name="Another").get_attribute("value") == "0.1"
    assert window.complaints == []


async def test_the_end_brings_the_page_as_it_is_then(windows: Windows, stage: Stage) -> None:
    window = await windows.open(f"{stage.url}/progress")
    stage.tell("video.progress", "v1", progress=990)
    await expect(window.page.get_by_role("progressbar", name="Transcoding")).to_have_attribute("value", "0.99")
    stage.running = False
    stage.tell("video.published", "v1")
    await expect(window.page.get_by_text("Finished")).to_be_visible()


async def test_an_end_between_page_and_connection_is_not_missed(windows: Windows, stage: Stage) -> None:
    stage.ends_after_page = True
    window = await windows.open(f"{stage.url}/progress")
    await expect(window.page.get_by_text("Finished")).to_be_visible()
