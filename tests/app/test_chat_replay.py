"""What was said while a programme was on air comes again when its recording is there, wherever one looks into it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.app.broadcasting import Show, ending
from tests.app.test_chat import lines
from tests.app.test_on_air import LIVE, VIDEO, opened, plays_on
from tests.app.venue import open_venue
from tests.e2e.browser import Window, Windows, find_chromium

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NOTE_MOMENTS = f"""() => {{
  window.shown = [];
  const log = document.querySelector("[data-part=lines]");
  new MutationObserver((records) => {{
    for (const {{ addedNodes }} of records)
      for (const line of addedNodes)
        window.shown.push([line.querySelector(".chat__text").textContent, {VIDEO}.currentTime]);
  }}).observe(log, {{ childList: true }});
}}"""
"""Of each line: its words, and where the player was when it appeared."""


@pytest.fixture
async def show(tmp_path: Path) -> AsyncIterator[Show]:
    async with open_venue(tmp_path / "data") as venue:
        with ending(await Show.prepare(venue, await venue.token("owner"), return_seconds=60)) as prepared:
            yield prepared


async def go_to(window: Window, seconds: float) -> None:
    await window.page.evaluate(f"() => {{ {VIDEO}.pause(); {VIDEO}.currentTime = {seconds}; }}")


async def test_a_recorded_programme_replays_what_was_said_at_its_moment(show: Show) -> None:
    show.feed()
    programme = await show.on_air()
    async with Windows.start(find_chromium()) as windows:
        window = await opened(windows, show, programme)
        moments: dict[str, float] = {}
        for words in ("first", "second", "third"):
            said = await show.venue.ask("POST", f"/api/v1/rooms/{programme}/messages", show.token, {"text": words})
            moments[words] = said.json["at"]
            await expect(lines(window)).to_have_count(len(moments))
            await plays_on(window, 2)
        await show.end(programme)
        await window.page.get_by_role("link", name="To the recording").click()
        await window.page.wait_for_function(f"() => Number.isFinite({VIDEO}?.duration)", timeout=60_000)
        assert not await window.page.evaluate(LIVE)

        for count, at in enumerate(moments.values(), 1):
            await go_to(window, at + 0.1)
            await expect(lines(window).locator(".chat__text")).to_have_text(list(moments)[:count])
        await go_to(window, 0)
        await expect(lines(window)).to_have_count(0)
        await expect(window.page.get_by_text("Nothing was said up to here.")).to_be_visible()

        await window.page.evaluate(NOTE_MOMENTS)
        await window.page.evaluate(f"() => {{ {VIDEO}.muted = true; {VIDEO}.playbackRate = 2; {VIDEO}.play(); }}")
        await expect(lines(window)).to_have_count(3, timeout=60_000)
        shown = await window.page.evaluate("() => window.shown")
        assert [words for words, _ in shown] == list(moments)
        assert all(place >= moments[words] for words, place in shown)
        await windows.look(window, "chat-replay-recording")
        assert window.complaints == []
