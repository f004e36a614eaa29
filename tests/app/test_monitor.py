"""A stage monitor: one page of a whole venue, with a real encoder and a real browser."""

import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from tests.app.broadcasting import Picture, Show, ending
from tests.app.test_tour import log_in
from tests.app.venue import Venue, open_venue
from tests.e2e.browser import FLAGS, Window, Windows, find_chromium
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

VIDEO = "document.querySelector('nova-monitor video')"
LOOPBACK = "--allow-loopback-in-peer-connection"
COUNT = """
window.peers = [];
const Peer = RTCPeerConnection;
globalThis.RTCPeerConnection = class extends Peer {
  constructor(...given) { super(...given); window.peers.push(this); }
};
"""
STATS = """async () => {
  const found = [...(await window.peers.at(-1).getStats()).values()].filter((one) => one.type === "inbound-rtp");
  const picture = found.find((one) => one.kind === "video") ?? {};
  const sound = found.find((one) => one.kind === "audio") ?? {};
  return {
    peers: window.peers.length, decoded: picture.framesDecoded ?? 0,
    lost: picture.packetsLost ?? 0, keyframes: picture.keyFramesDecoded ?? 0, height: picture.frameHeight ?? 0,
    samples: sound.totalSamplesReceived ?? 0, energy: sound.totalAudioEnergy ?? 0,
  };
}"""
SMALL = Picture("320x240", 30)
"""Of another size and rate than the first."""
REORDERED = Picture(codec=("libx264", "-preset", "ultrafast", "-bf", "2"))


@pytest.fixture
async def windows() -> AsyncIterator[Windows]:
    async with Windows.start(find_chromium(), (*FLAGS, LOOPBACK)) as opened:
        yield opened


@pytest.fixture
async def venue(tmp_path: Path) -> AsyncIterator[Venue]:
    async with open_venue(tmp_path / "data", NOVACAST_LIVE_WHEP_VIEWERS="4") as opened:
        yield opened


@pytest.fixture
async def show(venue: Venue) -> AsyncIterator[Show]:
    with ending(await Show.prepare(venue, await venue.token("owner"), return_seconds=60)) as prepared:
        yield prepared


async def opened(windows: Windows, show: Show, programme: str, *, who: str = "", path: str = "") -> Window:
    """The monitor's page, or that at `path`: of one of the venue's people, or of a stranger."""
    path = path or f"/watch/{programme}/monitor"
    window = await windows.open(show.venue.url + (f"/login?next={path}" if who else path), before=COUNT)
    if who:
        await log_in(window, who)
        await window.page.wait_for_url(f"**{path}")
    return window


async def plays(window: Window, *, more: int = 20) -> dict[str, Any]:
    """Wait for so many more pictures, and for sound."""
    before = await stats(window)

    async def on() -> bool:
        now = await stats(window)
        fresh = now["peers"] != before["peers"]
        return bool(now["decoded"] >= more + (0 if fresh else before["decoded"]) and now["samples"] > 0)

    await until(on)
    return await stats(window)


async def stats(window: Window) -> dict[str, Any]:
    if not await window.page.evaluate("() => window.peers.length"):
        return {"peers": 0, "decoded": 0, "samples": 0}
    found: dict[str, Any] = await window.page.evaluate(STATS)
    return found


async def peers(window: Window) -> int:
    return int((await stats(window))["peers"])


def sender(venue: Venue) -> int:
    """The process that sends by WebRTC."""
    assert venue.process is not None
    children = Path(f"/proc/{venue.process.pid}/task/{venue.process.pid}/children").read_text().split()
    lines = {int(child): Path(f"/proc/{child}/cmdline").read_bytes() for child in children}
    return next(child for child, line in lines.items() if b"novacast.live.whep.process" in line)


async def for_viewers(show: Show, programme: str, **changes: str) -> None:
    answer = await show.venue.ask(
        "PATCH", f"/api/v1/programmes/{programme}", show.token, {"whep": "viewers", **changes}
    )
    assert answer.status == 200, answer.body


async def viewers(show: Show, programme: str) -> int:
    answer = await show.venue.ask("GET", f"/api/v1/programmes/{programme}/now", show.token)
    return int(answer.json["viewers"] or 0)


async def test_one_connection_shows_the_picture_the_slate_and_the_picture_again(windows: Windows, show: Show) -> None:
    first = show.feed()
    programme = await show.on_air()
    window = await opened(windows, show, programme, who="door")
    playing = await plays(window, more=50)
    await until(lambda: _is(viewers(show, programme), 1))
    first.send_signal(signal.SIGKILL)
    first.wait(10)
    await until(lambda: _is_state(show, programme, "interrupted"))
    slate = await plays(window)
    show.feed(SMALL)
    await until(lambda: _is_state(show, programme, "on_air"))
    await window.page.wait_for_function(f"() => {VIDEO}.videoWidth === 320")
    again = await plays(window, more=50)

    assert (playing["height"], again["height"], again["peers"]) == (240, 240, 1)
    assert again["lost"] == 0
    assert again["energy"] > playing["energy"] > 0
    assert slate["decoded"] > playing["decoded"]
    await expect(window.page.locator("[data-part=badge]")).to_have_text("Live")
    assert window.complaints == []


async def _is(found: Any, wanted: Any) -> bool:
    return bool(await found == wanted)


async def _is_state(show: Show, programme: str, state: str) -> bool:
    answer = await show.venue.ask("GET", f"/api/v1/programmes/{programme}", show.token)
    return bool(answer.json["state"] == state)


async def test_who_may_not_watch_any_longer_is_hung_up_on_and_told_why(windows: Windows, show: Show) -> None:
    show.feed()
    programme = await show.on_air()
    await for_viewers(show, programme)
    stranger, member = await opened(windows, show, programme), await opened(windows, show, programme, who="door")
    for window in (stranger, member):
        await plays(window)
    await for_viewers(show, programme, whep="staff")
    await stranger.until("() => document.querySelector('nova-monitor').dataset.state === 'refused'")
    await plays(member)
    assert "Log in as a member of the organization" in await stranger.page.inner_text("[data-part=said]")
    logged_out = await member.page.evaluate("async () => (await fetch('/logout', { method: 'POST' })).ok")
    assert logged_out
    await member.until("() => document.querySelector('nova-monitor').dataset.state === 'refused'")


async def test_beyond_the_places_one_waits_and_gets_the_next_that_is_free(windows: Windows, show: Show) -> None:
    show.feed()
    programme = await show.on_air()
    await for_viewers(show, programme)
    let_in = [await opened(windows, show, programme) for _ in range(3)]
    for window in let_in:
        await plays(window)
    late = await opened(windows, show, programme)
    await late.until("() => document.querySelector('nova-monitor').dataset.state === 'waiting'")
    assert "All 3 places" in await late.page.inner_text("[data-part=said]")
    await let_in[0].page.close()
    await plays(late)


async def test_an_encoder_with_pictures_in_another_order_is_shown_by_the_rung_that_is_made_of_it(
    windows: Windows, show: Show
) -> None:
    show.feed(REORDERED)
    programme = await show.on_air()
    window = await opened(windows, show, programme, who="door")
    playing = await plays(window, more=60)
    assert (playing["height"], playing["lost"]) == (240, 0)
    assert playing["energy"] > 0


async def test_a_monitor_waits_for_its_programme_and_comes_back_when_its_connection_is_lost(
    windows: Windows, venue: Venue, show: Show
) -> None:
    made = await venue.ask("POST", f"/api/v1/channels/{show.channel}/programmes", show.token, {"title": "Tonight"})
    programme = str(made.json["id"])
    window = await opened(windows, show, programme, who="door")
    await window.until("() => document.querySelector('nova-monitor').dataset.state === 'waiting'")
    await windows.look(window, "monitor-waiting")
    show.feed()
    await plays(window)
    await windows.look(window, "monitor")
    before = await peers(window)

    async def anew() -> bool:
        return await peers(window) > before

    os.kill(sender(venue), signal.SIGKILL)
    await until(anew)
    await plays(window)
    await show.end(programme)
    await window.until("() => document.querySelector('nova-monitor').dataset.state === 'refused'")
    assert "over" in await window.page.inner_text("[data-part=said]")


async def test_the_return_in_the_studio_begins_when_it_is_wanted_and_silently(windows: Windows, show: Show) -> None:
    show.feed()
    programme = await show.on_air()
    window = await opened(windows, show, programme, who="producer", path=f"/studio/live/programmes/{programme}")
    monitor = window.page.locator("nova-monitor")
    await expect(monitor.locator("[data-part=badge]")).to_have_text("Off")
    await monitor.get_by_role("button", name="Show").click()
    await plays(window)
    assert await window.page.evaluate(f"() => {VIDEO}.muted")
    await windows.look(window, "return")
    await monitor.focus()
    await window.page.keyboard.press("m")
    assert not await window.page.evaluate(f"() => {VIDEO}.muted")
    await monitor.get_by_role("button", name="Stop").click()
    await expect(monitor.locator("[data-part=badge]")).to_have_text("Off")
    assert window.complaints == []
