"""How far behind the stage a viewer by WebRTC is, from glass to glass. `python -m tests.bench.whep [--seconds N]`

As `tests.bench.latency`, with the page of a stage monitor in place of the player's: with an encoder whose picture
viewers are given as it comes, with one that keeps some of them for its threads, and with one whose pictures are decoded
in another order than they are shown (B-frames), so that viewers are given a picture that is encoded for them where the
venue's core has room for that (`--heights`), and else the largest rung. The venue has a core of its own (`--cores`).
Prints a Markdown table; "stalls" are pauses of more than 200 ms, and nothing is held in a buffer that could be asked.
"""

import argparse
import asyncio
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

from tests.app.broadcasting import FFMPEG, Show
from tests.app.venue import open_venue
from tests.bench.latency import BITS, CHECKED, RUNS, WATCH, Encoder, Planes, Result, Size, rows, scenes
from tests.bench.machine import Others, set_apart
from tests.e2e.browser import DESKTOP, FLAGS, WITHIN, find_chromium

SETTLES = 5.0
"""Seconds from the first picture until it counts."""
PAUSE = 200.0
"""Milliseconds from one picture to the next that are seen."""
VIDEO = "document.querySelector('nova-monitor video')"
LOOPBACK = "--allow-loopback-in-peer-connection"
ENCODERS: Mapping[str, Sequence[str]] = {
    "as it comes": ("-tune", "zerolatency"),
    "as it comes, without zerolatency": ("-bf", "0", "-rc-lookahead", "0", "-sc_threshold", "0"),
    "B-frames": ("-bf", "2", "-rc-lookahead", "0", "-sc_threshold", "0"),
}


async def watch(page: Page, url: str, seconds: float) -> dict[str, Any]:
    await asyncio.sleep(RUNS)
    await page.goto(url)
    await page.wait_for_function(f"() => {VIDEO}?.videoWidth > 0 && !{VIDEO}.paused")
    await asyncio.sleep(SETTLES)
    await page.evaluate(WATCH.replace("document.querySelector('nova-player').video", VIDEO), [BITS, CHECKED])
    await asyncio.sleep(seconds)
    seen: dict[str, Any] = await page.evaluate(f"() => ({{...window.seen, rung: {VIDEO}.videoHeight}})")
    return seen


async def measure(
    browser: Browser, show: Show, name: str, seconds: float, size: Size, pictures: Sequence[Planes], cores: int
) -> Result:
    encoder = await asyncio.to_thread(Encoder, show.address, size, pictures, ENCODERS[name])
    context = await browser.new_context(viewport=DESKTOP)
    try:
        programme = await show.on_air()
        assert show.venue.process is not None
        set_apart(show.venue.process.pid, cores)
        others = Others()
        changed = await show.venue.ask("PATCH", f"/api/v1/programmes/{programme}", show.token, {"whep": "viewers"})
        assert changed.status == 200, changed.body
        page = await context.new_page()
        page.set_default_timeout(WITHIN * 3)
        seen = await watch(page, f"{show.venue.url}/watch/{programme}/monitor", seconds)
        await show.end(programme)
    finally:
        await asyncio.to_thread(encoder.close)
        await context.close()
    pauses = sum(gap > PAUSE for gap in seen["gaps"])
    longest = max(seen["gaps"], default=0.0)
    load, told = os.getloadavg()[0], others.told()
    return Result(name, seen["rung"], seen["late"], [], longest, pauses, seen["unread"], load, told)


async def run(encoders: Sequence[str], seconds: float, size: Size, heights: Sequence[int], cores: int) -> list[Result]:
    pictures = await asyncio.to_thread(scenes, FFMPEG, size)
    results = []
    with tempfile.TemporaryDirectory() as folder:
        async with (
            async_playwright() as playwright,
            open_venue(Path(folder) / "data", NOVACAST_TRANSCODE_PRESET="veryfast") as venue,
        ):
            assert venue.process is not None
            set_apart(venue.process.pid, cores)
            browser = await playwright.chromium.launch(executable_path=find_chromium(), args=[*FLAGS, LOOPBACK])
            token = await venue.token("owner")
            for name in encoders:
                show = await Show.prepare(venue, token, name=name, profile="ultra", heights=list(heights))
                results.append(await measure(browser, show, name, seconds, size, pictures, cores))
            await browser.close()
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--encoders", nargs="+", default=list(ENCODERS), choices=list(ENCODERS))
    parser.add_argument("--heights", nargs="+", type=int, default=[144, 360, 720])
    parser.add_argument("--size", default="1280x720")
    parser.add_argument("--cores", type=int, default=1)
    arguments = parser.parse_args()
    width, _, height = arguments.size.partition("x")
    size = Size(int(width), int(height))
    wanted = run(arguments.encoders, arguments.seconds, size, arguments.heights, arguments.cores)
    for line in rows(asyncio.run(wanted)):
        print(line)


if __name__ == "__main__":
    main()
