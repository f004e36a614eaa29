"""How far behind the stage a viewer is, from glass to glass, by profile. `python -m tests.bench.latency [--seconds N]`
`[--profiles NAME...] [--heights LINES...] [--size WxH] [--cores N] [--trace FILE]`

An encoder, FFmpeg, sends a picture of 720p30 that has the time in it, as black and white squares; it goes by RTMP
through a real venue, which makes three rungs of it, to our page in a real headless Chromium, where a script reads the
squares of each picture as it is shown. The profiles come one after the other, `standard` being plain HLS in segments of
two seconds. The venue and its FFmpeg have a core of their own (`--cores`), where they go first if run by root; what
would be elsewhere, publisher and browser, takes what is left. Prints a Markdown table: *made* is from the camera to the
browser's buffer, *held* from there to the screen (medians).
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

from tests.app.broadcasting import FFMPEG, Show
from tests.app.venue import open_venue
from tests.bench.machine import Others, set_apart
from tests.bench.trace import TRACED, overhear
from tests.e2e.browser import DESKTOP, FLAGS, WITHIN, find_chromium

FPS = 30
BITS, CHECKED = 24, 8
"""Squares of a row: milliseconds, and what checks them. 32 of them are as wide as the picture."""
LOOP = FPS
"""Pictures in a row that are different; behind them they come again."""
RUNS = 8.0
"""Seconds on air until the viewer comes: the encoder begins with what was kept for it, and catches up."""
SETTLES = 15.0
"""Seconds from the first picture until it counts: a viewer who comes takes a while to come near."""
VIDEO = "document.querySelector('nova-player').video"
WATCH = """([bits, checked]) => {
  const video = document.querySelector('nova-player').video;
  const seen = window.seen = { late: [], held: [], gaps: [], series: [], ends: [], waits: 0, unread: 0, last: 0 };
  video.addEventListener('waiting', () => { seen.waits += 1; });
  let end = 0, next = 0;
  setInterval(() => {
    const { buffered } = video;
    if (!buffered.length || buffered.end(buffered.length - 1) === end) return;
    end = buffered.end(buffered.length - 1);
    seen.ends.push([performance.now(), end]);
  }, 5);
  // Two lines of luma in the middle of the squares: the picture is not turned into colours for it.
  const lines = async () => {
    const picture = new VideoFrame(video);
    try {
      const { x, y, width } = picture.visibleRect;
      const rect = { x, y: y + 2 * Math.floor(width / (bits + checked) / 4), width, height: 2 };
      const luma = new Uint8Array(picture.allocationSize({ rect }));
      await picture.copyTo(luma, { rect });
      return luma.subarray(0, width);
    } finally {
      picture.close();
    }
  };
  const read = (luma) => {
    const bit = (at) => luma[Math.floor((at + 0.5) * luma.length / (bits + checked))] > 127 ? 1 : 0;
    let value = 0, check = 0;
    for (let at = 0; at < bits; at += 1) value = value * 2 + bit(at);
    for (let at = bits; at < bits + checked; at += 1) check = check * 2 + bit(at);
    const sum = ((value >> 16) + (value >> 8) + value) & 255;
    return sum === (check ^ 165) ? value : null;
  };
  const note = (now, at, value) => {
    const late = (Math.round(performance.timeOrigin + now) % 2 ** bits - value + 2 ** bits) % 2 ** bits;
    while (next < seen.ends.length - 1 && seen.ends[next][1] <= at + 0.01) next += 1;
    if (next && seen.ends[next][1] > at) seen.held.push(now - seen.ends[next][0]);
    seen.late.push(late);
    seen.series.push([now, late, at, video.playbackRate, end - video.currentTime]);
  };
  const look = async (_, frame) => {
    const now = Math.max(performance.now(), frame.expectedDisplayTime);
    if (seen.last) seen.gaps.push(now - seen.last);
    seen.last = now;
    video.requestVideoFrameCallback(look);
    const value = read(await lines());
    if (value === null) seen.unread += 1;
    else note(now, frame.mediaTime, value);
  };
  video.requestVideoFrameCallback(look);
}"""
SETTLED = """() => Object.assign(window.seen, {
  late: [], held: [], gaps: [], waits: 0, unread: 0, before: window.seen.waits, settled: performance.now(),
})"""


Planes = tuple[bytes, bytes, bytes]


@dataclass(frozen=True, slots=True)
class Size:
    width: int
    height: int

    @property
    def cell(self) -> int:
        """Pixels of a square's side."""
        return self.width // (BITS + CHECKED)


@dataclass(frozen=True, slots=True)
class Ask:
    profiles: Sequence[str]
    seconds: float
    size: Size
    heights: Sequence[int]
    cores: int
    trace: str | None


def squares(now: int, side: int) -> bytes:
    """One line of luma for a time in milliseconds."""
    value = now % (1 << BITS)
    check = ((value >> 16) + (value >> 8) + value) & 255 ^ 165
    return b"".join(
        (b"\xeb" if (value << CHECKED | check) >> at & 1 else b"\x10") * side
        for at in range(BITS + CHECKED - 1, -1, -1)
    )


def scenes(program: str, size: Size) -> list[Planes]:
    """Pictures of a test film in planes of yuv420p, without the lines where the squares come."""
    picture = f"testsrc2=size={size.width}x{size.height}:rate={FPS},noise=alls=6:allf=t"
    arguments = ["-v", "error", "-f", "lavfi", "-i", picture, "-frames:v", str(LOOP)]
    arguments += ["-pix_fmt", "yuv420p", "-f", "rawvideo", "-"]
    made = subprocess.run([program, *arguments], check=True, stdout=subprocess.PIPE).stdout
    luma, chroma = size.width * size.height, size.width * size.height // 4
    found = []
    for at in range(0, len(made), luma + 2 * chroma):
        planes = [
            made[at : at + luma],
            made[at + luma : at + luma + chroma],
            made[at + luma + chroma : at + luma + 2 * chroma],
        ]
        grey = b"\x80" * (size.width // 2 * size.cell // 2)
        found.append(
            (planes[0][size.width * size.cell :], grey + planes[1][len(grey) :], grey + planes[2][len(grey) :])
        )
    return found


class Encoder:
    """Sends pictures in real time, each with the time at which it was made, by the clock that the browser has too."""

    def __init__(
        self, address: str, size: Size, pictures: Sequence[Planes], tuned: Sequence[str] = ("-tune", "zerolatency")
    ) -> None:
        self._size = size
        self._pictures = pictures
        raw = [
            "-f",
            "rawvideo",
            "-pix_fmt",
            "yuv420p",
            "-s",
            f"{size.width}x{size.height}",
            "-r",
            str(FPS),
            "-i",
            "pipe:0",
        ]
        sound = ["-re", "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"]
        coded = ["-c:v", "libx264", "-preset", "ultrafast", *tuned, "-b:v", "4M", "-g", str(FPS)]
        command = [
            FFMPEG,
            "-v",
            "error",
            *raw,
            *sound,
            *coded,
            "-c:a",
            "aac",
            "-flush_packets",
            "1",
            "-f",
            "flv",
            address,
        ]
        self.sent: list[tuple[int, float, float]] = []
        """Of each picture: when it was made, how late that was, how long the encoder took to take it; milliseconds."""
        self._child = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._send)
        self._thread.start()

    def _send(self) -> None:
        assert self._child.stdin is not None
        start, number = time.monotonic(), 0
        try:
            while not self._over.is_set():
                time.sleep(max(0.0, start + number / FPS - time.monotonic()))
                luma, blue, red = self._pictures[number % len(self._pictures)]
                made, late = time.time_ns() // 1_000_000, (time.monotonic() - start - number / FPS) * 1000
                self._child.stdin.write(squares(made, self._size.cell) * self._size.cell)
                for plane in (luma, blue, red):
                    self._child.stdin.write(plane)
                self._child.stdin.flush()
                taken = (time.monotonic() - start - number / FPS) * 1000 - late
                self.sent.append((made, late, taken))
                number += 1
        except BrokenPipeError:
            pass

    def close(self) -> None:
        self._over.set()
        self._thread.join(10)
        self._child.kill()
        self._child.communicate()


@dataclass(frozen=True, slots=True)
class Result:
    profile: str
    rung: int
    """Lines of the picture that was shown at the end."""
    late: Sequence[float]
    """Milliseconds, of every picture that was read."""
    held: Sequence[float]
    """Milliseconds of them in the buffer."""
    longest: float
    """Milliseconds from one picture to the next."""
    stalls: int
    unread: int
    load: float
    others: str = ""

    def row(self) -> str:
        if not self.late:
            return f"| {self.profile} | nothing was read |"
        cuts, middle = statistics.quantiles(self.late, n=20), statistics.median(self.late)
        held = statistics.median(self.held) if self.held else 0.0
        cells = [self.profile, f"{self.rung}p", f"{len(self.late):,}", f"{middle - held:,.0f}", f"{held:,.0f}"]
        cells += [f"{middle:,.0f}", f"{cuts[18]:,.0f}", f"{max(self.late):,.0f}", f"{self.longest:,.0f}"]
        cells.append(str(self.stalls))
        return f"| {' | '.join([*cells, f'{self.load:.1f}'])} |"


COLUMNS = (
    "profile", "rung", "pictures", "made ms", "held ms", "median ms", "p95 ms", "most ms", "longest gap ms", "stalls",
    "load",
)  # fmt: skip


async def watch(page: Page, url: str, seconds: float) -> dict[str, Any]:
    await asyncio.sleep(RUNS)
    await page.goto(url)
    await page.wait_for_function(f"() => {VIDEO}?.currentTime > 0 && !{VIDEO}.paused")
    await page.evaluate(WATCH, [BITS, CHECKED])
    await asyncio.sleep(SETTLES)
    await page.evaluate(SETTLED)
    await asyncio.sleep(seconds)
    seen: dict[str, Any] = await page.evaluate(f"() => ({{...window.seen, rung: {VIDEO}.videoHeight}})")
    return seen


async def measure(browser: Browser, show: Show, profile: str, ask: Ask, pictures: Sequence[Planes]) -> Result:
    context = await browser.new_context(viewport=DESKTOP)
    page = await context.new_page()
    if ask.trace is not None:
        await overhear(page)
    page.set_default_timeout(WITHIN * 3)
    await page.goto(show.venue.url)
    encoder = await asyncio.to_thread(Encoder, show.address, ask.size, pictures)
    try:
        programme = await show.on_air()
        assert show.venue.process is not None
        set_apart(show.venue.process.pid, ask.cores)
        others = Others()
        seen = await watch(page, f"{show.venue.url}/watch/{programme}", ask.seconds)
        if ask.trace is not None:
            seen |= {"traced": await page.evaluate(TRACED), "sent": encoder.sent}
        await show.end(programme)
    finally:
        await asyncio.to_thread(encoder.close)
        await context.close()
    longest = max(seen["gaps"], default=0.0)
    if ask.trace is not None:
        await asyncio.to_thread(Path(f"{ask.trace}.{profile}.json").write_text, json.dumps(seen))
    load, told = os.getloadavg()[0], others.told()
    return Result(profile, seen["rung"], seen["late"], seen["held"], longest, seen["waits"], seen["unread"], load, told)


async def run(ask: Ask) -> list[Result]:
    pictures = await asyncio.to_thread(scenes, FFMPEG, ask.size)
    results = []
    with tempfile.TemporaryDirectory() as folder:
        async with (
            async_playwright() as playwright,
            open_venue(Path(folder) / "data", NOVACAST_TRANSCODE_PRESET="veryfast") as venue,
        ):
            assert venue.process is not None
            set_apart(venue.process.pid, ask.cores)
            browser = await playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
            token = await venue.token("owner")
            for profile in ask.profiles:
                show = await Show.prepare(venue, token, name=profile, profile=profile, heights=list(ask.heights))
                results.append(await measure(browser, show, profile, ask, pictures))
            await browser.close()
    return results


def rows(results: Sequence[Result]) -> Iterator[str]:
    yield f"| {' | '.join(COLUMNS)} |"
    yield "|---" * len(COLUMNS) + "|"
    yield from (result.row() for result in results)
    yield ""
    for result in results:
        if result.others:
            yield f"{result.profile}: {result.others}"
        if result.unread:
            yield f"{result.profile}: {result.unread} pictures could not be read"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--profiles", nargs="+", default=["ultra", "low", "standard"])
    parser.add_argument("--heights", nargs="+", type=int, default=[144, 360, 720])
    parser.add_argument("--size", default="1280x720")
    parser.add_argument("--cores", type=int, default=1)
    parser.add_argument("--trace", help="beginning of the names of files that get every picture's figures")
    told = parser.parse_args()
    width, _, height = told.size.partition("x")
    ask = Ask(told.profiles, told.seconds, Size(int(width), int(height)), told.heights, told.cores, told.trace)
    for line in rows(asyncio.run(run(ask))):
        print(line)


if __name__ == "__main__":
    main()
