"""`<nova-player>` while the ladder grows: it begins with what is there and goes on with what comes."""

from typing import Any

import pytest
from playwright.async_api import expect

from tests.e2e.browser import Window, Windows
from tests.e2e.growing import Growing
from tests.e2e.ladder import SECONDS
from tests.e2e.stage import Stage

VIDEO = "document.querySelector('nova-player').video"
EDGE = f"Math.max(...[...Array({VIDEO}.buffered.length).keys()].map((i) => {VIDEO}.buffered.end(i)))"
LISTEN = """
window.seen = { errors: [], back: [], waits: 0, sources: new Set(), at: 0 };
customElements.whenDefined("nova-player").then(() => {
  const player = document.querySelector("nova-player");
  player.addEventListener("streamerror", ({ detail }) => seen.errors.push(detail.details));
  const look = () => {
    const { video } = player;
    if (video?.readyState) {
      if (video.currentTime < seen.at) seen.back.push([seen.at, video.currentTime]);
      seen.at = video.currentTime;
      seen.sources.add(video.src);
    }
    requestAnimationFrame(look);
  };
  look();
});
"""


@pytest.fixture
def growing(stage: Stage) -> Growing:
    stage.growing = Growing()
    return stage.growing


async def opened(windows: Windows, stage: Stage, page: str = "watch?begin") -> Window:
    window = await windows.open(f"{stage.url}/{page}", before=LISTEN)
    await window.until(f"() => customElements.get('nova-player') && {VIDEO}?.readyState >= 2")
    return window


async def play(window: Window, speed: float = 1) -> None:
    await window.page.evaluate(f"() => {{ {VIDEO}.playbackRate = {speed}; {VIDEO}.play(); }}")


async def seen(window: Window) -> dict[str, Any]:
    found: dict[str, Any] = await window.page.evaluate("() => ({...seen, sources: seen.sources.size})")
    # To wait for a busy machine, or for an encoder, is what hls.js calls an error, and goes on.
    found["errors"] = [one for one in found["errors"] if one != "bufferStalledError"]
    return found


async def test_it_begins_at_the_beginning_and_shows_the_whole_length(
    windows: Windows, stage: Stage, growing: Growing
) -> None:
    window = await opened(windows, stage)
    assert await window.page.evaluate(f"() => [{VIDEO}.currentTime, {VIDEO}.duration]") == [0, SECONDS]
    await play(window, 2)
    await window.until(f"() => {VIDEO}.currentTime > 1")
    await window.until("() => document.querySelector('media-time-display')?.shadowRoot?.textContent.includes('0:24')")
    assert (await seen(window))["errors"] == []


@pytest.mark.slow
async def test_it_plays_on_while_it_grows_and_ends_at_the_full_ladder(
    windows: Windows, stage: Stage, growing: Growing
) -> None:
    window = await opened(windows, stage)
    await play(window, 2)
    await window.until(f"() => {VIDEO}.currentTime > 3")
    growing.segments = {"v0.m3u8": 4, "v2.m3u8": 4}
    await window.until(f"() => {VIDEO}.currentTime > 9")
    growing.segments = {"v0.m3u8": 5}
    growing.rungs = {"v0.m3u8", "v1.m3u8"}
    stage.tell("video.rungs", "v1", rungs=["144p", "360p"])
    await window.until(f"() => {VIDEO}.videoRenditions.length === 2")
    growing.finished = True
    stage.tell("video.finished", "v1")
    await window.until(f"() => {VIDEO}.ended")
    assert await window.page.evaluate(f"() => [{VIDEO}.videoHeight, {VIDEO}.playbackRate]") == [360, 2]
    assert abs(await window.page.evaluate(f"() => {VIDEO}.duration") - SECONDS) < 0.2
    told = await seen(window)
    assert told["errors"] == []
    assert told["back"] == []
    assert told["sources"] == 1, "the MediaSource stays"
    assert window.complaints == []


@pytest.mark.slow
async def test_speed_quality_captions_and_sound_are_kept_over_the_change(
    windows: Windows, stage: Stage, growing: Growing
) -> None:
    growing.rungs = {"v1.m3u8"}
    growing.segments = {"v1.m3u8": 3, "v2.m3u8": 3}
    window = await opened(windows, stage)
    page = window.page
    await window.until("() => document.querySelector('media-controller > video')")
    await page.get_by_role("button", name="Quality").click()
    await page.get_by_role("menuitemradio", name="360p", exact=True).click()
    await page.get_by_role("button", name="Captions").click()
    await page.get_by_role("menuitemradio", name="Deutsch").click()
    await page.evaluate(f"() => {{ {VIDEO}.volume = 0.25; }}")
    await play(window, 1.5)
    await window.until(f"() => {VIDEO}.currentTime > 2")
    growing.rungs, growing.segments = {"v0.m3u8", "v1.m3u8"}, {}
    stage.tell("video.rungs", "v1", rungs=["144p", "360p"])
    await window.until(f"() => {VIDEO}.videoRenditions.length === 2")
    await window.until(f"() => {VIDEO}.currentTime > 16")
    await window.until(
        f"() => [...{VIDEO}.textTracks].some((one) => one.label === 'Deutsch' && one.activeCues?.length)"
    )
    kept = await page.evaluate(
        f"""() => ({{
            speed: {VIDEO}.playbackRate, volume: {VIDEO}.volume, paused: {VIDEO}.paused, height: {VIDEO}.videoHeight,
            quality: {VIDEO}.videoRenditions.height,
            captions: [...{VIDEO}.textTracks].filter((one) => one.kind === "subtitles").map((one) => [
                one.label, one.mode, one.activeCues?.length]),
        }})"""
    )
    assert kept == {
        "speed": 1.5,
        "volume": 0.25,
        "paused": False,
        "height": 360,
        "quality": 360,
        "captions": [["Deutsch", "showing", 1]],
    }
    told = await seen(window)
    assert (told["errors"], told["back"]) == ([], [])
    # And who then chooses another one gets it, with the segment behind this one: far from the end there is time for it.
    await page.evaluate(f"() => {{ {VIDEO}.currentTime = 4; {VIDEO}.playbackRate = 1; }}")
    await page.get_by_role("button", name="Quality").click()
    await page.get_by_role("menuitemradio", name="144p", exact=True).click()
    await window.until(f"() => {VIDEO}.videoHeight === 144 || {VIDEO}.ended")
    assert await page.evaluate(f"() => {VIDEO}.videoHeight") == 144


async def test_nobody_seeks_past_what_is_there(windows: Windows, stage: Stage, growing: Growing) -> None:
    window = await opened(windows, stage)
    await window.page.evaluate(f"() => {{ {VIDEO}.currentTime = 20; }}")
    await window.until(f"() => {VIDEO}.currentTime === 4 && !{VIDEO}.seeking")
    growing.segments = {}
    await window.until(f"() => {EDGE} > 20")
    await window.page.evaluate(f"() => {{ {VIDEO}.currentTime = 20; }}")
    await window.until(f"() => !{VIDEO}.seeking && {VIDEO}.readyState >= 2")
    assert await window.page.evaluate(f"() => {VIDEO}.currentTime") == 20
    assert (await seen(window))["errors"] == []


@pytest.mark.slow
async def test_a_place_that_is_not_there_yet_is_not_waited_for_and_its_end_is_told_calmly(
    windows: Windows, stage: Stage, growing: Growing
) -> None:
    growing.segments = {"v0.m3u8": 1, "v2.m3u8": 1}
    window = await opened(windows, stage, "watch")
    assert await window.page.evaluate(f"() => {VIDEO}.currentTime") < 4
    await play(window)
    await window.until(f"() => {VIDEO}.currentTime > 1")
    await play(window, 2)
    note = window.page.get_by_role("status").filter(has_text="The video is still being prepared.")
    await expect(note).to_be_visible()
    await window.check_accessibility()
    await windows.picture(window, "player-waits-for-more")
    growing.segments = {"v0.m3u8": 2, "v2.m3u8": 2}
    await window.until(f"() => {VIDEO}.currentTime > 5")
    await expect(note).to_have_count(0)
    assert (await seen(window))["errors"] == []
    assert window.complaints == []


async def test_without_facts_the_player_looks_for_itself(windows: Windows, stage: Stage, growing: Growing) -> None:
    """Strangers are told nothing; the clock of the page is turned on, not waited for."""
    window = await windows.open("about:blank", before=LISTEN)
    await window.page.clock.install()
    await window.page.goto(f"{stage.url}/watch?begin&stranger")
    await window.until(f"() => customElements.get('nova-player') && {VIDEO}?.readyState >= 2")
    growing.rungs, growing.segments = {"v0.m3u8", "v1.m3u8"}, {}
    await window.page.clock.run_for(11_000)
    await window.until(f"() => {VIDEO}.videoRenditions.length === 2")
    assert stage.facts.empty()
    assert (await seen(window))["errors"] == []
