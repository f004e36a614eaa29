"""`<nova-upload>`: files go in, also when something breaks on the way."""

from base64 import b64decode
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e.browser import Window, Windows
from tests.e2e.stage import Stage

SIZE = 3_000_000


@pytest.fixture
def video(tmp_path: Path) -> Path:
    path = tmp_path / "Premiere <1>.mp4"
    path.write_bytes(bytes(SIZE))
    return path


async def begun(windows: Windows, stage: Stage, *files: Path) -> Window:
    window = await windows.open(f"{stage.url}/upload_page")
    await window.until("() => customElements.get('nova-upload')")
    await window.page.locator("input[type=file]").set_input_files(list(files))
    return window


async def test_several_files_are_uploaded_and_lead_to_their_videos(
    windows: Windows, stage: Stage, video: Path, tmp_path: Path
) -> None:
    others = [tmp_path / f"{name}.mp4" for name in ("second", "third")]
    for other in others:
        other.write_bytes(bytes(1000))
    window = await begun(windows, stage, video, *others)
    links = window.page.get_by_role("link", name="Go to the video")
    await expect(links).to_have_count(3)
    await expect(window.page.locator("[data-part=live]")).to_contain_text("Upload finished:")
    assert sorted(known[0] for known in stage.uploads.values()) == [1000, 1000, SIZE]
    first = window.page.locator(".upload", has_text="Premiere <1>.mp4").get_by_role("link")
    assert await first.get_attribute("href") == "/studio/videos/u0"
    metadata = dict(pair.split(" ") for pair in stage.uploads["u0"][2].split(","))
    assert b64decode(metadata["organization"]).decode() == 'o"1<'
    assert b64decode(metadata["filename"]).decode() == "Premiere <1>.mp4"
    await window.check_accessibility()
    await windows.picture(window, "upload-done")
    assert window.complaints == []


async def test_an_upload_goes_on_after_a_reload_when_the_file_is_chosen_again(
    windows: Windows, stage: Stage, video: Path
) -> None:
    stage.flowing.clear()
    window = await begun(windows, stage, video)
    await expect(window.page.get_by_text("Uploading", exact=True)).to_be_visible()
    await window.until("() => Object.keys(localStorage).some((key) => key.startsWith('tus::'))")
    window.page.on("dialog", lambda dialog: dialog.accept())
    await window.page.reload()
    stage.flowing.set()
    await expect(window.page.get_by_text("Not finished last time:")).to_contain_text("Premiere <1>.mp4")
    await window.page.locator("input[type=file]").set_input_files(video)
    await expect(window.page.get_by_role("link", name="Go to the video")).to_be_visible()
    assert [known[0] for known in stage.uploads.values()] == [SIZE]


async def test_pause_resume_and_cancel(windows: Windows, stage: Stage, video: Path) -> None:
    stage.flowing.clear()
    window = await begun(windows, stage, video)
    await window.page.get_by_role("button", name="Pause: Premiere").click()
    await expect(window.page.get_by_text("Paused")).to_be_visible()
    stage.flowing.set()
    await window.page.get_by_role("button", name="Resume: Premiere").click()
    await expect(window.page.get_by_role("link", name="Go to the video")).to_be_visible()

    stage.flowing.clear()
    other = video.with_name("other.mp4")
    other.write_bytes(bytes(SIZE))
    await window.page.locator("input[type=file]").set_input_files(other)
    await window.until("() => Object.keys(localStorage).some((key) => key.startsWith('tus::'))")
    async with window.page.expect_request(lambda request: request.method == "DELETE"):
        await window.page.get_by_role("button", name="Cancel: other.mp4").click()
    await expect(window.page.locator(".upload")).to_have_count(1)
    stage.flowing.set()


@pytest.mark.slow
async def test_refusals_are_shown_in_the_servers_words(windows: Windows, stage: Stage, video: Path) -> None:
    stage.refuse = 413
    window = await begun(windows, stage, video)
    await expect(window.page.get_by_text("The server's own words.").first).to_be_visible()
    assert stage.uploads == {}


async def test_empty_and_huge_files_are_not_even_sent(windows: Windows, stage: Stage, tmp_path: Path) -> None:
    empty, huge = tmp_path / "empty.mp4", tmp_path / "huge.mp4"
    empty.touch()
    huge.write_bytes(bytes(10_000_001))
    window = await begun(windows, stage, empty, huge)
    await expect(window.page.get_by_text("The file is empty.").first).to_be_visible()
    await expect(window.page.get_by_text("The file is too large.").first).to_be_visible()
    assert stage.uploads == {}


async def test_files_can_be_dropped(windows: Windows, stage: Stage) -> None:
    window = await begun(windows, stage)
    await window.page.evaluate(
        """() => {
            const data = new DataTransfer();
            data.items.add(new File(["bytes"], "dropped.mp4", { type: "video/mp4" }));
            document.querySelector(".drop").dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true }));
        }"""
    )
    await expect(window.page.get_by_role("link", name="Go to the video")).to_be_visible()
