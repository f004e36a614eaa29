"""`<nova-player>`: plays what streams answers, and says in words why it can't."""

import asyncio

import pytest
from playwright.async_api import Route, expect

from tests.e2e.browser import Window, Windows
from tests.e2e.stage import Stage
from tests.waiting import until

VIDEO = "document.querySelector('nova-player').video"


async def opened(windows: Windows, stage: Stage, *, phone: bool = False) -> Window:
    window = await windows.open(f"{stage.url}/watch", phone=phone)
    await window.until(f"() => customElements.get('nova-player') && {VIDEO}.readyState >= 2")
    await window.until("() => document.querySelector('media-controller > video')")
    return window


async def play(window: Window) -> None:
    await window.page.locator("media-play-button").click()
    await window.until(f"() => !{VIDEO}.paused && {VIDEO}.currentTime > 5.5")


async def test_it_plays_from_where_one_stopped_without_a_complaint(windows: Windows, stage: Stage) -> None:
    window = await opened(windows, stage)
    assert await window.page.evaluate(f"() => {VIDEO}.currentTime") == 5
    await play(window)
    assert window.complaints == []
    await windows.picture(window, "watch")


async def test_the_picture_waits_for_no_control(windows: Windows, stage: Stage) -> None:
    """And where the controls never come, the browser's own take their place."""
    window = await windows.open("about:blank")
    await window.page.route("**/media-volume-range.js", lambda route: route.abort())
    await window.page.goto(f"{stage.url}/watch")
    await window.until(f"() => customElements.get('nova-player') && {VIDEO}.readyState >= 2 && {VIDEO}.controls")
    assert await window.page.evaluate(f"() => {VIDEO}.checkVisibility() && {VIDEO}.clientWidth") > 300
    await window.page.evaluate(f"() => {VIDEO}.play()")
    await window.until(f"() => {VIDEO}.currentTime > 5.5")
    assert await window.page.locator("media-controller").count() == 0


@pytest.mark.slow
async def test_controls_that_come_late_find_the_video_playing(windows: Windows, stage: Stage) -> None:
    window, come = await windows.open("about:blank"), asyncio.Event()

    async def hold(route: Route) -> None:
        await come.wait()
        await route.continue_()

    await window.page.route("**/media-volume-range.js", hold)
    await window.page.goto(f"{stage.url}/watch")
    await window.until(f"() => customElements.get('nova-player') && {VIDEO}.readyState >= 2")
    await window.page.evaluate(f"() => {{ {VIDEO}.stops = 0; {VIDEO}.onpause = () => {{ {VIDEO}.stops += 1; }}; }}")
    await window.page.evaluate(f"() => {VIDEO}.play()")
    await window.until(f"() => {VIDEO}.currentTime > 5.5")
    come.set()
    await window.until("() => document.querySelector('media-controller > video')")
    at = await window.page.evaluate(f"() => {VIDEO}.currentTime")
    await window.until(f"() => {VIDEO}.currentTime > {at} + 0.5")
    assert await window.page.evaluate(f"() => {VIDEO}.stops") == 0
    await window.until("() => !document.querySelector('media-controller').hasAttribute('mediapaused')")
    assert window.complaints == []


async def test_axe_finds_nothing_in_the_player(windows: Windows, stage: Stage) -> None:
    window = await opened(windows, stage)
    await window.check_accessibility()
    window = await opened(windows, stage, phone=True)
    await window.check_fits()
    await window.check_accessibility()


async def test_the_keyboard_is_enough(windows: Windows, stage: Stage) -> None:
    window = await opened(windows, stage)
    await play(window)
    press = window.page.keyboard.press
    await press("k")
    await window.until(f"() => {VIDEO}.paused")
    await press("ArrowRight")
    await window.until(f"() => {VIDEO}.currentTime > 14")
    await press("m")
    await window.until(f"() => {VIDEO}.muted")


async def test_quality_speed_and_captions_can_be_chosen(windows: Windows, stage: Stage) -> None:
    window = await opened(windows, stage)
    page = window.page
    await page.get_by_role("button", name="Quality").click()
    await page.get_by_role("menuitemradio", name="144p", exact=True).click()
    await window.until(
        "() => document.querySelector('media-controller').getAttribute('mediarenditionselected') === '0'"
    )
    await window.until(f"() => {VIDEO}.videoHeight === 144")
    await page.get_by_role("button", name="Speed").click()
    await page.get_by_role("menuitemradio", name="1.5x").click()
    await window.until(f"() => {VIDEO}.playbackRate === 1.5")
    await page.get_by_role("button", name="Captions").click()
    await page.get_by_role("menuitemradio", name="Deutsch").click()
    await window.until(f"() => [...{VIDEO}.textTracks].some((one) => one.mode === 'showing' && one.activeCues?.length)")
    assert window.complaints == []


async def test_hovering_the_time_shows_a_thumbnail(windows: Windows, stage: Stage) -> None:
    window = await opened(windows, stage)
    box = await window.page.locator("media-time-range").bounding_box()
    assert box is not None
    await window.page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + box["height"] / 2)
    await window.until(
        "() => document.querySelector('media-controller').getAttribute('mediapreviewimage')?.includes('storyboard.jpg')"
    )


async def test_positions_are_reported_and_once_more_when_the_page_goes(windows: Windows, stage: Stage) -> None:
    window = await opened(windows, stage)
    await play(window)
    async with window.page.expect_response("**/position"):
        await window.page.keyboard.press("k")
    before = stage.positions[-1]
    # So slowly that it is not where it was before, however late the page goes.
    await window.page.evaluate(f"() => {{ {VIDEO}.currentTime = 1; {VIDEO}.playbackRate = 0.25; {VIDEO}.play(); }}")
    await window.until(f"() => {VIDEO}.currentTime > 1.1")
    await window.page.goto(f"{stage.url}/kit")
    assert before > 5
    await until(lambda: 1 <= stage.positions[-1] < 5)


async def test_an_ended_session_is_renewed_where_it_stopped(windows: Windows, stage: Stage) -> None:
    window = await opened(windows, stage)
    await play(window)
    stage.end_sessions()
    await window.page.evaluate(f"() => {{ {VIDEO}.currentTime = 0.5; }}")
    await window.until(f"() => !{VIDEO}.paused && {VIDEO}.currentTime > 1 && {VIDEO}.currentTime < 5")
    assert stage.opened == 2


async def test_a_revoked_permission_ends_in_words_and_not_in_a_loop(windows: Windows, stage: Stage) -> None:
    window = await opened(windows, stage)
    await play(window)
    stage.end_sessions()
    stage.refuse = 403
    await window.page.evaluate(f"() => {{ {VIDEO}.currentTime = 0; }}")
    await expect(window.page.get_by_text("This video can't be watched any longer.")).to_be_visible()
    await expect(window.page.get_by_text("The server's own words.")).to_be_visible()
    assert stage.opened == 1
    stage.refuse = 0
    await window.page.get_by_role("button", name="Try again").click()
    await window.until(f"() => !{VIDEO}.paused")
    assert stage.opened == 2


async def test_too_many_devices_offers_to_take_over(windows: Windows, stage: Stage) -> None:
    stage.refuse = 409
    window = await windows.open(f"{stage.url}/watch")
    await expect(window.page.get_by_text("You are watching this on other devices already.")).to_be_visible()
    await window.check_accessibility()
    await windows.picture(window, "watch-devices")
    await window.page.get_by_role("button", name="Watch here instead").click()
    await window.until(f"() => {VIDEO}.currentTime > 5.2")
    # Loaded anew it is the same device, and is not asked again.
    await window.page.reload()
    await window.until("() => document.querySelector('nova-player')?.session === 's1'")
    assert await window.page.locator(".player__state").count() == 0


async def test_a_stranger_is_asked_to_log_in(windows: Windows, stage: Stage) -> None:
    stage.refuse = 401
    window = await windows.open(f"{stage.url}/watch")
    await expect(window.page.locator(".player__state").get_by_role("link", name="Log in")).to_be_visible()
    assert await window.page.get_by_role("button", name="Try again").count() == 0


async def test_without_scripts_the_page_says_what_is_missing(windows: Windows, stage: Stage) -> None:
    window = await windows.open(f"{stage.url}/watch", scripts=False)
    # Chromium keeps <noscript> to itself when a test switches scripts off, so its text is read from the source.
    assert "Playing needs JavaScript." in await window.page.locator("noscript").inner_html()
