"""`<nova-progress>` over server-sent events, and the one connection that pages share."""

import pytest
from playwright.async_api import Page, expect

from tests.e2e.browser import Windows
from tests.e2e.stage import Stage
from tests.waiting import until


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


NO_WORKERS = "delete globalThis.SharedWorker"
"""As Chrome on Android was."""
NO_LOCKS = "delete globalThis.SharedWorker; Object.defineProperty(navigator, 'locks', { value: undefined })"
"""As a page is that came by plain http from another machine."""


async def bar(page: Page, value: str) -> None:
    await expect(page.get_by_role("progressbar", name="Transcoding")).to_have_attribute("value", value)


@pytest.mark.parametrize("before", ["", NO_WORKERS])
async def test_pages_of_one_browser_share_one_connection(windows: Windows, stage: Stage, before: str) -> None:
    window = await windows.open(f"{stage.url}/progress", before=before)
    stage.tell("video.progress", "v1", progress=100)
    await bar(window.page, "0.1")
    second = await window.page.context.new_page()
    await second.goto(f"{stage.url}/progress")
    stage.tell("video.progress", "v1", progress=200)
    await bar(window.page, "0.2")
    # Told before the second page listened, or after: either way it hears the next.
    stage.tell("video.progress", "v1", progress=300)
    await bar(second, "0.3")
    await bar(window.page, "0.3")
    assert len(stage.streams) == 1
    # Whoever had the connection goes, and the other keeps it or opens it anew.
    await window.page.close()

    async def goes_on() -> bool:
        stage.tell("video.progress", "v1", progress=400)
        return bool(await second.get_by_role("progressbar").first.evaluate("(one) => one.value === 0.4"))

    await until(goes_on)


async def test_a_page_without_workers_and_locks_listens_for_itself(windows: Windows, stage: Stage) -> None:
    window = await windows.open(f"{stage.url}/progress", before=NO_LOCKS)
    stage.tell("video.progress", "v1", progress=100)
    await bar(window.page, "0.1")


async def test_a_broken_connection_goes_on_where_it_was(windows: Windows, stage: Stage) -> None:
    window = await windows.open(f"{stage.url}/progress")
    stage.tell("video.progress", "v1", seq=41, progress=100)
    await bar(window.page, "0.1")
    stage.cut.set()
    stage.tell("video.progress", "v1", seq=41, progress=900)  # comes again: it is not shown again
    stage.tell("video.progress", "v1", seq=42, progress=200)
    await bar(window.page, "0.2")
    assert [last for _, last in stage.streams] == [None, "41"]


async def test_a_full_server_is_asked_again_when_it_says(windows: Windows, stage: Stage) -> None:
    stage.full = 1
    window = await windows.open(f"{stage.url}/progress")
    stage.tell("video.progress", "v1", progress=100)
    await bar(window.page, "0.1")
    assert len(stage.streams) == 2
