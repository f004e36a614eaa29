"""What a viewer sees of a programme: one page that is never loaded anew, whatever happens to the encoder."""

import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from tests.app.broadcasting import FFMPEG, Picture, Show, ending
from tests.app.venue import Venue, open_venue
from tests.e2e.browser import Window, Windows, find_chromium

pytestmark = pytest.mark.browser

VIDEO = "document.querySelector('nova-player').video"
LIVE = "() => document.querySelector('nova-player')?.hasAttribute('on-air')"
SHORT = Picture("320x240", 30)
"""Of another size and rate than the first."""
OTHER = Picture(
    "426x240", 25, ("libx265", "-preset", "ultrafast", "-tune", "zerolatency", "-x265-params", "log-level=none")
)
"""HEVC, by enhanced RTMP."""
LISTEN = """
window.seen = { errors: [], places: [], back: [], ended: 0, sources: 0 };
addEventListener("streamerror", ({ detail }) => { if (detail.fatal) window.seen.errors.push(detail.details); }, true);
addEventListener("ended", () => { window.seen.ended += 1; }, true);
addEventListener("timeupdate", ({ target }) => {
  const last = window.seen.places.at(-1) ?? 0;
  if (target.currentTime < last) window.seen.back.push([last, target.currentTime]);
  window.seen.places.push(target.currentTime);
}, true);
const create = URL.createObjectURL;
URL.createObjectURL = (thing) => { window.seen.sources += thing instanceof MediaSource; return create(thing); };
"""
REFUSES_SOUND = """
const play = HTMLMediaElement.prototype.play;
HTMLMediaElement.prototype.play = function () {
  const refused = !this.muted && !navigator.userActivation.hasBeenActive;
  return refused ? Promise.reject(new DOMException("", "NotAllowedError")) : play.call(this);
};
"""


@pytest.fixture
async def windows() -> AsyncIterator[Windows]:
    async with Windows.start(find_chromium()) as opened:
        yield opened


@pytest.fixture
async def venue(tmp_path: Path) -> AsyncIterator[Venue]:
    """With an FFmpeg that knows HEVC in FLV, which those before 6.1 do not."""
    async with open_venue(tmp_path / "data", NOVACAST_TRANSCODE_FFMPEG=FFMPEG) as opened:
        yield opened


@pytest.fixture
async def show(venue: Venue) -> AsyncIterator[Show]:
    with ending(await Show.prepare(venue, await venue.token("owner"), return_seconds=60)) as prepared:
        yield prepared


async def opened(windows: Windows, show: Show, programme: str, *, before: str = "", phone: bool = False) -> Window:
    """A stranger's page, that plays by itself."""
    window = await windows.open(f"{show.venue.url}/watch/{programme}", before=LISTEN + before, phone=phone)
    await window.page.wait_for_function(f"() => {VIDEO}?.currentTime > 0.5 && !{VIDEO}.paused", timeout=60_000)
    return window


async def place(window: Window) -> float:
    return float(await window.page.evaluate(f"() => {VIDEO}.currentTime"))


async def plays_on(window: Window, seconds: float = 1.0) -> None:
    at = await place(window)
    await window.page.wait_for_function(f"() => {VIDEO}.currentTime > {at + seconds}", timeout=60_000)


async def seen(window: Window) -> dict[str, Any]:
    found: dict[str, Any] = await window.page.evaluate("() => window.seen")
    return found


def note(window: Window, words: str) -> Any:
    return expect(window.page.locator("[data-part=note]")).to_have_text(words, timeout=60_000)


INTERRUPTED = "The programme is interrupted. It goes on in a moment."


async def test_one_page_sees_a_drop_a_return_and_the_end_and_then_all_of_it(windows: Windows, show: Show) -> None:
    first = show.feed()
    programme = await show.on_air()
    window = await opened(windows, show, programme)
    badge = window.page.locator("#live-state .badge").first
    await expect(badge).to_have_text("On air")
    first.kill()
    await note(window, INTERRUPTED)
    await expect(badge).to_have_text("Interrupted")
    await plays_on(window)
    show.feed(SHORT)
    await note(window, "")
    await expect(badge).to_have_text("On air")
    await plays_on(window)
    await show.end(programme)
    await window.page.wait_for_function(f"() => {VIDEO}.ended", timeout=60_000)
    await expect(badge).to_have_text("Ended")
    told = await seen(window)
    assert (told["errors"], told["back"], told["sources"], told["ended"]) == ([], [], 1, 1)
    # The whole of it is there to go back to, on the same page.
    await window.page.evaluate(f"() => {{ {VIDEO}.currentTime = 0; {VIDEO}.play(); }}")
    await window.page.wait_for_function(f"() => {VIDEO}.currentTime > 0.5 && {VIDEO}.currentTime < 5")
    assert (await seen(window))["errors"] == []
    await window.page.get_by_role("link", name="To the recording").click()
    await window.page.wait_for_function(f"() => Number.isFinite({VIDEO}?.duration)")
    assert not await window.page.evaluate(LIVE)
    assert window.complaints == []


@pytest.mark.slow
async def test_a_drop_that_leaves_sound_a_segment_behind_is_seen_as_any_other(windows: Windows, show: Show) -> None:
    """The picture has just begun a segment; sound, which has not, gets a gap of an instant for it."""
    show.feed(Picture(seconds=14.2, silent=0.4))
    programme = await show.on_air()
    window = await opened(windows, show, programme)
    await note(window, INTERRUPTED)
    await plays_on(window, 3)
    show.feed(SHORT)
    await note(window, "")
    await plays_on(window, 3)
    await show.end(programme)
    await window.page.wait_for_function(f"() => {VIDEO}.ended", timeout=60_000)
    told = await seen(window)
    assert (told["errors"], told["back"], told["sources"], told["ended"]) == ([], [], 1, 1)
    assert window.complaints == []


@pytest.mark.slow
async def test_the_page_outlives_every_kind_of_encoder(windows: Windows, show: Show) -> None:
    encoder = show.feed()
    programme = await show.on_air()
    window = await opened(windows, show, programme)
    encoder.kill()
    await note(window, INTERRUPTED)
    encoder = show.feed(OTHER)
    await note(window, "")
    await plays_on(window, 2)
    encoder.send_signal(signal.SIGSTOP)
    await note(window, INTERRUPTED)
    await plays_on(window)
    encoder.send_signal(signal.SIGCONT)
    await note(window, "")
    await plays_on(window, 2)
    playlist = await tracks(window)
    assert playlist.count("#EXT-X-MEDIA-SEQUENCE:0\n") == 1
    assert playlist.count("#EXT-X-DISCONTINUITY\n") >= 4
    await show.end(programme)
    await window.page.wait_for_function(f"() => {VIDEO}.ended", timeout=60_000)
    told = await seen(window)
    assert (told["errors"], told["back"], told["sources"]) == ([], [], 1)
    await window.page.reload()
    await window.page.wait_for_function(f"() => {VIDEO}?.duration > 5 && Number.isFinite({VIDEO}.duration)")


async def tracks(window: Window) -> str:
    """A media playlist as this viewer gets it now."""
    text: str = await window.page.evaluate(
        """async () => {
            const names = performance.getEntriesByType('resource').map((one) => one.name);
            const address = names.find((one) => one.includes('p/index.m3u8')).split('?')[0];
            return (await fetch(address)).text();
        }"""
    )
    return text


@pytest.mark.slow
async def test_who_watches_goes_back_and_to_live_again_and_is_told_what_is_on(windows: Windows, show: Show) -> None:
    show.feed()
    programme = await show.on_air()
    window = await opened(windows, show, programme, before=REFUSES_SOUND)
    page = window.page
    sound = page.get_by_role("button", name="Turn the sound on")
    await expect(sound).to_be_visible()
    assert await page.evaluate(f"() => {VIDEO}.muted"), "it plays without sound rather than not at all"
    await windows.picture(window, "on-air-muted")
    await sound.click()
    await expect(sound).to_be_hidden()
    assert not await page.evaluate(f"() => {VIDEO}.muted")
    live = page.get_by_role("button", name="Live", exact=True)
    await expect(live).to_have_attribute("aria-pressed", "true")
    await page.wait_for_function(f"() => {VIDEO}.currentTime > 6", timeout=60_000)
    await page.locator("media-controller").focus()
    await page.keyboard.press("Home")
    await page.wait_for_function(f"() => {VIDEO}.currentTime < 4 && !{VIDEO}.seeking && {VIDEO}.readyState > 2")
    await expect(live).to_have_attribute("aria-pressed", "false")
    await plays_on(window)
    assert await page.evaluate(f"() => {VIDEO}.playbackRate") == 1, "who went back is not hurried"
    await page.keyboard.press("End")
    await expect(live).to_have_attribute("aria-pressed", "true")
    await plays_on(window)
    await page.keyboard.press("k")
    await expect(live).to_have_attribute("aria-pressed", "false")
    await page.get_by_role("button", name="From the start").click()
    await page.wait_for_function(f"() => {VIDEO}.currentTime < 4 && !{VIDEO}.paused")
    await live.click()
    await expect(live).to_have_attribute("aria-pressed", "true")
    await expect(page.locator("nova-onair")).to_have_text("1 viewer", timeout=60_000)
    await windows.look(window, "on-air")
    assert window.complaints == []
    home = await windows.open(show.venue.url)
    await expect(home.page.get_by_role("heading", name="On air now")).to_be_visible()
    await windows.look(home, "on-air-home")
    embedded = await windows.open(f"{show.venue.url}/embed/{programme}")
    await embedded.page.wait_for_function(f"() => {VIDEO}?.currentTime > 0.5 && !{VIDEO}.paused", timeout=60_000)
    await windows.look(embedded, "on-air-embedded")
    assert embedded.complaints == []


@pytest.mark.slow
async def test_the_seek_bar_shows_pictures_of_what_has_been(windows: Windows, show: Show) -> None:
    show.feed()
    programme = await show.on_air()
    window = await opened(windows, show, programme)
    await window.page.wait_for_function(
        f"() => [...{VIDEO}.textTracks].some((one) => one.label === 'thumbnails' && one.cues?.length)", timeout=150_000
    )
    box = await window.page.locator("media-time-range").bounding_box()
    assert box is not None
    await window.page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + box["height"] / 2)
    await window.until(
        "() => document.querySelector('media-controller').getAttribute('mediapreviewimage')?.includes('.jpg')"
    )
    await windows.picture(window, "on-air-pictures")
    assert window.complaints == []


@pytest.mark.slow
async def test_who_watches_what_is_not_recorded_is_told_of_its_end(windows: Windows, venue: Venue) -> None:
    token = await venue.token("owner")
    with ending(await Show.prepare(venue, token, record=False)) as show:
        show.feed()
        programme = await show.on_air()
        window = await opened(windows, show, programme)
        await show.end(programme)
        await expect(window.page.locator("#live-state .badge").first).to_have_text("Ended", timeout=60_000)
        assert (await seen(window))["errors"] == []
        await window.page.reload()
        await expect(window.page.get_by_text("This programme is over.")).to_be_visible()
        await windows.look(window, "on-air-over")
