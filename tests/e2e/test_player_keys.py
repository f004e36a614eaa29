"""`<nova-player>` by the keyboard, and in browsers that lack what it plays by."""

import pytest
from playwright.async_api import expect

from tests.e2e.browser import Windows
from tests.e2e.stage import Stage
from tests.e2e.test_player import VIDEO, opened, play

NO_MEDIA_SOURCE = "for (const name of ['MediaSource', 'ManagedMediaSource', 'WebKitMediaSource']) delete window[name];"
TOLD = (
    f"Math.abs(document.querySelector('media-controller').getAttribute('mediacurrenttime') - {VIDEO}.currentTime) < 0.5"
)
"""A key's jump begins at the place that the controls were told last, up to a quarter of a second ago."""
NO_HLS = "HTMLMediaElement.prototype.canPlayType = () => '';"


@pytest.mark.slow
async def test_every_key_does_what_players_made_people_used_to(windows: Windows, stage: Stage) -> None:
    window = await opened(windows, stage)
    page, press = window.page, window.page.keyboard.press
    await page.locator("media-controller").focus()
    for key, then in (
        ("Space", f"!{VIDEO}.paused && {VIDEO}.currentTime > 5.1"),
        ("Space", f"{VIDEO}.paused"),
        ("l", f"{VIDEO}.currentTime >= 14.9"),
        ("j", f"{VIDEO}.currentTime < 8"),
        ("ArrowRight", f"{VIDEO}.currentTime >= 14.9"),
        ("ArrowLeft", f"{VIDEO}.currentTime < 8"),
        ("ArrowDown", f"{VIDEO}.volume < 1"),
        ("c", f"[...{VIDEO}.textTracks].some((one) => one.mode === 'showing')"),
        ("f", "document.fullscreenElement !== null"),
        ("f", "document.fullscreenElement === null"),
        ("p", "document.pictureInPictureElement !== null"),
        ("p", "document.pictureInPictureElement === null"),
    ):
        await press(key)
        await window.until(f"() => {then} && {TOLD}")
    assert window.complaints == []


async def test_a_menu_takes_the_focus_and_gives_it_back_at_escape(windows: Windows, stage: Stage) -> None:
    window = await opened(windows, stage)
    page = window.page
    for name, menu in (("Captions", "captions"), ("Speed", "playback-rate"), ("Quality", "rendition")):
        await page.get_by_role("button", name=name).focus()
        await page.keyboard.press("Enter")
        await window.until(f"() => document.activeElement.localName === 'media-{menu}-menu'")
        await page.keyboard.press("Escape")
        await window.until(f"() => document.activeElement.localName === 'media-{menu}-menu-button'")
        await expect(page.locator(f"media-{menu}-menu")).to_be_hidden()


async def test_a_browser_that_plays_hls_by_itself_needs_no_media_source(windows: Windows, stage: Stage) -> None:
    window = await windows.open(f"{stage.url}/watch", before=NO_MEDIA_SOURCE)
    if not await window.page.evaluate(
        "() => document.createElement('video').canPlayType('application/vnd.apple.mpegurl')"
    ):
        pytest.skip("this Chromium plays no HLS by itself")
    await window.until(f"() => {VIDEO}?.readyState >= 2 && {VIDEO}.currentTime >= 5")
    await play(window)
    assert (await window.page.evaluate(f"() => {VIDEO}.currentSrc")).endswith("master.m3u8")
    # There is nothing to choose from.
    assert not await window.page.locator("media-rendition-menu-button").is_visible()


async def test_a_browser_that_can_not_play_is_told_so(windows: Windows, stage: Stage) -> None:
    window = await windows.open(f"{stage.url}/watch", before=NO_MEDIA_SOURCE + NO_HLS)
    await expect(window.page.get_by_text("This browser is too old to play videos here.")).to_be_visible()
    assert await window.page.get_by_role("button", name="Try again").count() == 0
