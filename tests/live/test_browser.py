"""Pages of live in a real browser: what happens shows without a reload, hours are the reader's, how it all looks."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from novacast.clock import HOUR, SECOND
from tests.e2e.browser import Window, Windows, find_chromium
from tests.live.conftest import House, hello

pytestmark = pytest.mark.browser


@pytest.fixture
async def windows(tmp_path: Path) -> AsyncIterator[Windows]:
    async with Windows.start(find_chromium()) as opened:
        yield opened


async def signed_in(windows: Windows, address: str, who: str) -> Window:
    window = await windows.open("about:blank")
    await window.page.context.add_cookies([{"name": "novacast_session", "value": who, "url": address}])
    return window


async def test_the_studio_page_follows_what_happens_and_keeps_what_is_typed(
    house: House, address: str, windows: Windows
) -> None:
    channel = await house.channel()
    await house.key(channel, "secret")
    programme = (await house.airing.admit(hello("secret"))).programme
    window = await signed_in(windows, address, "producer")
    page = window.page
    await page.goto(f"{address}/studio/live/programmes/{programme.id}")
    state = page.locator("#state .badge")
    await expect(state).to_have_text("On standby")
    await page.get_by_label("Description").fill("Being written")
    await house.airing.on_air(programme.id)
    await expect(state).to_have_text("On air")
    async with page.expect_navigation():
        await page.get_by_role("button", name="Slate").click()
    await expect(page.get_by_role("button", name="Slate")).to_be_disabled()
    await page.get_by_label("Name").fill("Being typed")
    await house.airing.interrupted(programme.id)
    await expect(state).to_have_text("Interrupted")
    await expect(page.get_by_label("Name")).to_have_value("Being typed")
    assert window.complaints == []


async def test_hours_are_typed_in_the_readers_own_zone(house: House, address: str, windows: Windows) -> None:
    channel = await house.channel()
    context = await windows.browser.new_context(timezone_id="America/New_York", locale="en-US")
    await context.add_cookies([{"name": "novacast_session", "value": "producer", "url": address}])
    page = await context.new_page()
    await page.goto(f"{address}/studio/live/channels/{channel.id}/plan")
    await expect(page.get_by_text("In your own time.")).to_be_visible()
    await page.get_by_label("Title").fill("Opening")
    await page.get_by_label("Start").fill("2025-07-01T20:00")
    async with page.expect_navigation():
        await page.get_by_role("button", name="Plan it").click()
    programme = await house.airing.programme(page.url.rsplit("/", 1)[1])
    assert programme.planned_start == 1_751_414_400 * SECOND  # midnight of UTC
    await expect(page.get_by_label("Start")).to_have_value("2025-07-01T20:00")
    await expect(page.locator("#state time")).to_have_text("Jul 1, 2025, 8:00 PM EDT")
    await context.close()


@pytest.mark.slow
async def test_pages_look_right_and_are_accessible(house: House, address: str, windows: Windows) -> None:
    channel = await house.channel(description="Every evening, from the stage.", name="Main hall")
    await house.programme(channel, title="Tomorrow's programme", planned_start=house.clock.now() + 26 * HOUR)
    programme = await house.on_air(channel)
    house.recorded[programme.id] = "The first night"
    await house.airing.ended(programme.id)
    on_air = await house.on_air(channel, "second")
    await house.airing.measured(
        on_air.id, {"bitrate": 6_100_000, "fps": 29.97, "width": 1280, "height": 720, "keyframe_seconds": 8}
    )
    owner = await signed_in(windows, address, "owner")
    studio = f"{address}/studio/live"
    for name, path in (
        ("live-channels", studio),
        ("live-new", f"{studio}/new"),
        ("live-channel-studio", f"{studio}/channels/{channel.id}"),
        ("live-settings", f"{studio}/channels/{channel.id}/settings"),
        ("live-plan", f"{studio}/channels/{channel.id}/plan"),
        ("live-programme", f"{studio}/programmes/{on_air.id}"),
        ("live-channel", f"{address}/channels/{channel.id}"),
    ):
        await owner.page.goto(path)
        await windows.look(owner, name)
        assert owner.complaints == [], name
    await owner.page.goto(f"{studio}/channels/{channel.id}")
    async with owner.page.expect_navigation():
        await owner.page.get_by_role("button", name="Make a key").click()
    key = owner.page.get_by_role("textbox", name="Stream key", exact=True)
    await expect(key).to_have_value(re.compile("nova_.{32}"))
    await windows.look(owner, "live-fresh-key")


@pytest.mark.slow
async def test_the_preflight_shows_what_arrives_as_it_comes(house: House, address: str, windows: Windows) -> None:
    channel = await house.channel(name="Main hall")
    await house.key(channel, "secret")
    window = await signed_in(windows, address, "producer")
    page = window.page
    await page.goto(f"{address}/studio/live/channels/{channel.id}/preflight")
    await windows.look(window, "preflight-before")
    async with page.expect_navigation():
        await page.get_by_role("button", name="Begin a test").click()
    await expect(page.locator("#test .badge")).to_have_text("Waiting for the encoder")
    test = (await house.airing.admit(hello("secret"))).programme
    await house.airing.on_air(test.id)
    await expect(page.locator("#test .badge")).to_have_text("Test on air")
    numbers = {"width": 1280, "height": 720, "fps": 30.0, "video_codec": "h264", "audio_codec": ""}
    for _ in range(10):
        await house.airing.measured(test.id, {**numbers, "bitrate": 4_100_000, "keyframe_seconds": 8.0})
    keyframes = page.locator("#checks li").filter(has_text="Keyframes")
    await expect(keyframes).to_contain_text("keyframe interval 2 s")
    await expect(keyframes.locator(".badge")).to_have_text("Mend this")
    await windows.look(window, "preflight-on-air")
    async with page.expect_navigation():
        await page.get_by_role("button", name="End the test").click()
    await expect(page.locator("#test .badge")).to_have_text("Ending")
    assert window.complaints == []
