"""What viewers see of a drop. `python -m tests.bench.drops [--times N] [--cores N]`

FFmpeg feeds a channel by RTMP (640x360, 25 pictures a second, `ultra`), Chromium plays it on our page. Then the encoder
is killed, or stopped with its connection open, or the FFmpeg of the house is killed, each so many times. Told are the
longest time between two pictures that were shown, how often the player ran dry, and for how long viewers had the slate,
as the playlist says it. The venue has a core of its own, as in `tests.bench.latency`. Prints a Markdown table.
"""

import argparse
import asyncio
import os
import re
import signal
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from playwright.async_api import Page, async_playwright

from tests.app.broadcasting import FFMPEG, Picture, Show
from tests.app.venue import open_venue
from tests.bench.latency import VIDEO
from tests.bench.machine import family, set_apart
from tests.e2e.browser import DESKTOP, FLAGS, WITHIN, find_chromium
from tests.waiting import until

SETTLES = 10.0
"""Seconds that it plays before, and after each of them."""
SHOWN = 5.0
"""Seconds of the slate where nothing comes back by itself."""
PICTURE = Picture("640x360", 25)
WATCH = f"""() => {{
  const video = {VIDEO}, seen = window.seen = {{ gap: 0, last: 0, waits: 0 }};
  video.addEventListener('waiting', () => {{ seen.waits += 1; }});
  const look = (now) => {{
    if (seen.last) seen.gap = Math.max(seen.gap, now - seen.last);
    seen.last = now;
    video.requestVideoFrameCallback(look);
  }};
  video.requestVideoFrameCallback(look);
}}"""
TAKE = """() => {
  const { gap, waits } = window.seen;
  Object.assign(window.seen, { gap: 0, waits: 0 });
  return [gap, waits];
}"""
PLAYLIST = """async () => {
  const names = performance.getEntriesByType('resource').map((one) => one.name);
  return (await fetch(names.findLast((one) => one.includes('p/index.m3u8')).split('?')[0])).text();
}"""
STRETCH = re.compile(r"#EXT-X-DISCONTINUITY\n(?:#EXT-X-MAP.*\n)?#EXT-X-PROGRAM-DATE-TIME:(\S+)")


@dataclass(frozen=True, slots=True)
class Drop:
    what: str
    gap: float
    """Milliseconds."""
    waits: int
    slate: float
    """Seconds."""


@dataclass
class Scene:
    show: Show
    page: Page
    programme: str

    async def state(self, wanted: str) -> None:
        async def there() -> bool:
            found = await self.show.venue.ask("GET", f"/api/v1/programmes/{self.programme}", self.show.token)
            return bool(found.json["state"] == wanted)

        await until(there)

    async def stretches(self) -> list[float]:
        """When each began but the first."""
        text: str = await self.page.evaluate(PLAYLIST)
        return [datetime.fromisoformat(one.replace("Z", "+00:00")).timestamp() for one in STRETCH.findall(text)]

    async def killed(self) -> None:
        self.show.encoders[-1].kill()
        await self.state("interrupted")
        await asyncio.sleep(SHOWN)
        self.show.feed(PICTURE)
        await self.state("on_air")

    async def frozen(self) -> None:
        self.show.encoders[-1].send_signal(signal.SIGSTOP)
        await self.state("interrupted")
        await asyncio.sleep(SHOWN)
        self.show.encoders[-1].send_signal(signal.SIGCONT)
        await self.state("on_air")

    async def house(self) -> None:
        assert self.show.venue.process is not None
        server = self.show.venue.process.pid
        lines = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in family(server)}
        mine = [pid for pid, line in lines.items() if b"ffmpeg" in line and b"pipe:0" in line]
        os.kill(mine[-1], signal.SIGKILL)
        before = len(await self.stretches())

        async def back() -> bool:
            return len(await self.stretches()) >= before + 2

        await until(back)


async def measured(scene: Scene, what: str, act: Callable[[], Awaitable[None]]) -> Drop:
    before = len(await scene.stretches())
    await scene.page.evaluate(TAKE)
    await act()
    await asyncio.sleep(SETTLES)
    gap, waits = await scene.page.evaluate(TAKE)
    new = (await scene.stretches())[before:]
    return Drop(what, gap, waits, new[1] - new[0] if len(new) > 1 else 0.0)


async def run(times: int, cores: int) -> list[Drop]:
    with tempfile.TemporaryDirectory() as folder:
        async with (
            async_playwright() as playwright,
            open_venue(Path(folder) / "data", NOVACAST_TRANSCODE_FFMPEG=FFMPEG) as venue,
        ):
            browser = await playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
            page = await browser.new_page(viewport=DESKTOP)
            page.set_default_timeout(WITHIN * 3)
            show = await Show.prepare(venue, await venue.token("owner"), heights=[144, 360])
            show.feed(PICTURE)
            try:
                scene = Scene(show, page, await show.on_air())
                await page.goto(f"{venue.url}/watch/{scene.programme}")
                await page.wait_for_function(f"() => {VIDEO}?.currentTime > 0 && !{VIDEO}.paused")
                assert venue.process is not None
                set_apart(venue.process.pid, cores)
                await asyncio.sleep(SETTLES)
                await page.evaluate(WATCH)
                ways = {
                    "the encoder is killed": scene.killed,
                    "the encoder stands still, its connection open": scene.frozen,
                    "the FFmpeg of the house is killed": scene.house,
                }
                return [await measured(scene, what, act) for what, act in ways.items() for _ in range(times)]
            finally:
                show.close()
                await browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--cores", type=int, default=1)
    told = parser.parse_args()
    print("| what happens | longest gap ms | ran dry | slate s |\n|---|---|---|---|")
    for one in asyncio.run(run(told.times, told.cores)):
        print(f"| {one.what} | {one.gap:,.0f} | {one.waits} | {one.slate:.1f} |")


if __name__ == "__main__":
    main()
