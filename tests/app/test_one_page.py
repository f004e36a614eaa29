"""The whole of a programme on one page that is never loaded anew: one media sequence, one chat, one recording."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.app.broadcasting import FFMPEG, Picture, Show, ending
from tests.app.test_chat import lines
from tests.app.test_chat_replay import go_to
from tests.app.test_on_air import INTERRUPTED, LIVE, OTHER, VIDEO, note, opened, plays_on, seen, tracks
from tests.app.venue import Venue, open_venue
from tests.e2e.browser import Window, Windows, find_chromium

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HEVC = replace(OTHER, size="320x240", fps=30)
"""Of another size, rate and codec than the first."""
DROPPED, BACK, OVER = "The programme is interrupted.", "The programme goes on.", "The programme is over."


@pytest.fixture
async def windows() -> AsyncIterator[Windows]:
    async with Windows.start(find_chromium()) as made:
        yield made


@pytest.fixture
async def venue(tmp_path: Path) -> AsyncIterator[Venue]:
    """With an FFmpeg that knows HEVC in FLV."""
    async with open_venue(tmp_path / "data", NOVACAST_TRANSCODE_FFMPEG=FFMPEG) as made:
        yield made


@pytest.fixture
async def show(venue: Venue) -> AsyncIterator[Show]:
    with ending(await Show.prepare(venue, await venue.token("owner"), return_seconds=60)) as prepared:
        yield prepared


class Talk:
    """What one person says in the room of a programme, and what stands in it on another's page and over the picture."""

    def __init__(self, window: Window, overlay: Window, show: Show, programme: str, token: str) -> None:
        self._window, self._overlay, self._venue = window, overlay, show.venue
        self._room, self._token = f"/api/v1/rooms/{programme}", token
        self.texts: list[str] = []

    async def stands(self) -> None:
        for one in (self._window, self._overlay):
            await expect(lines(one).locator(".chat__text")).to_have_text(self.texts, timeout=60_000)

    async def told(self, notice: str) -> None:
        self.texts.append(notice)
        await self.stands()

    async def say(self, words: str) -> None:
        made = await self._venue.ask("POST", f"{self._room}/messages", self._token, {"text": words})
        assert made.status == 201, made.body
        await self.told(words)

    async def replayed(self) -> list[tuple[str, float]]:
        """Texts and their moments, as programs are told."""
        answer = await self._venue.ask("GET", f"{self._room}/replay?begin=0&end=1000", self._token)
        return [(one["text"], one["at"]) for one in answer.json["items"]]


async def numbers(window: Window) -> tuple[int, list[str]]:
    """The first number of a media playlist, and the names of its segments."""
    playlist = await tracks(window)
    found = re.search(r"#EXT-X-MEDIA-SEQUENCE:(\d+)\n", playlist)
    assert found is not None
    return int(found[1]), [one for one in playlist.splitlines() if one and one[0] != "#"]


async def test_one_page_sees_two_drops_two_returns_the_end_and_the_recording_with_one_chat(
    windows: Windows, show: Show
) -> None:
    encoder = show.feed()
    programme = await show.on_air()
    window = await opened(windows, show, programme)
    address = window.page.url
    badge = window.page.locator("#live-state .badge").first
    overlay = await windows.open(f"{show.venue.url}/rooms/{programme}/overlay")
    talk = Talk(window, overlay, show, programme, await show.venue.token("visitor"))
    await expect(badge).to_have_text("On air")
    await talk.say("it begins")
    heard = [(await numbers(window))[1]]
    for picture, without, again in ((HEVC, "where are they", "they are back"), (Picture(), "gone again", "and on")):
        await plays_on(window, 2)
        encoder.kill()
        await note(window, INTERRUPTED)
        await expect(badge).to_have_text("Interrupted")
        await talk.told(DROPPED)
        await plays_on(window)
        await talk.say(without)
        encoder = show.feed(picture)
        await note(window, "")
        await expect(badge).to_have_text("On air")
        await talk.told(BACK)
        await plays_on(window, 2)
        await talk.say(again)
        heard.append((await numbers(window))[1])
    await show.end(programme)
    await window.page.wait_for_function(f"() => {VIDEO}.ended", timeout=60_000)
    await expect(badge).to_have_text("Ended")
    await talk.told(OVER)

    # One sequence: it begins where it began, and what was heard of it only grew.
    first, whole = await numbers(window)
    assert first == 0
    assert [whole[: len(earlier)] for earlier in heard] == heard
    playlist = await tracks(window)
    assert playlist.count("#EXT-X-DISCONTINUITY\n") >= 4
    assert playlist.endswith("#EXT-X-ENDLIST\n")
    # The same page goes through all of it again; `seen` would be gone had it ever been loaded anew.
    told = await seen(window)
    assert (told["errors"], told["back"], told["sources"], told["ended"]) == ([], [], 1, 1)
    await go_to(window, 0)
    await window.page.evaluate(f"() => {VIDEO}.play()")
    await window.page.wait_for_function(f"() => {VIDEO}.currentTime > 0.5 && {VIDEO}.currentTime < 5")
    assert (await seen(window))["sources"] == 1
    await talk.stands()

    # At the same address is the recording: one video, with what was said at its moment.
    await window.page.get_by_role("link", name="To the recording").click()
    await window.page.wait_for_function(f"() => Number.isFinite({VIDEO}?.duration)", timeout=60_000)
    assert window.page.url == address
    assert not await window.page.evaluate(LIVE)
    listed = await show.venue.ask("GET", f"/api/v1/organizations/{show.venue.org}/videos", show.token)
    assert [one["id"] for one in listed.json["items"]] == [programme]
    moments = await talk.replayed()
    assert [words for words, _ in moments] == talk.texts[:-1], "each once and in order, and not that it is over"
    duration = float(await window.page.evaluate(f"() => {VIDEO}.duration"))
    for at in (moment + 0.1 for _, moment in moments):
        await go_to(window, min(at, duration))
        shown = [words for words, moment in moments if moment <= at or at >= duration]
        await expect(lines(window).locator(".chat__text")).to_have_text(shown)
    await go_to(window, duration)
    await expect(lines(window).locator(".chat__text")).to_have_text(talk.texts[:-1])
    assert window.complaints == overlay.complaints == []
