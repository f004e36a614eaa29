"""How far behind the stage a viewer is, from glass to glass, by profile. `python -m tests.bench.latency [--seconds N]`

An encoder, FFmpeg, sends a picture of 720p30 that has the time in it, as black and white squares; it goes by RTMP
through a real venue, which makes three rungs of it, to our page in a real headless Chromium, where a script reads the
squares of each picture as it is shown. The profiles come one after the other, `standard` being plain HLS in segments of
two seconds. Prints a Markdown table.
"""

import argparse
import asyncio
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
from tests.e2e.browser import DESKTOP, FLAGS, WITHIN, find_chromium

FPS = 30
BITS, CHECKED = 24, 8
"""Squares of a row: milliseconds, and what checks them. 32 of them are as wide as the picture."""
LOOP = FPS
"""Pictures in a row that are different; behind them they come again."""
SETTLES = 15.0
"""Seconds from the first picture until it counts: a viewer who comes takes a while to come near."""
VIDEO = "document.querySelector('nova-player').video"
WATCH = """([bits, checked]) => {
  const video = document.querySelector('nova-player').video;
  const canvas = new OffscreenCanvas(32 * 8, 8);
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  const seen = window.seen = { late: [], gaps: [], waits: 0, unread: 0, last: 0 };
  video.addEventListener('waiting', () => { seen.waits += 1; });
  const look = (_, frame) => {
    const now = Math.max(performance.now(), frame.expectedDisplayTime);
    if (seen.last) seen.gaps.push(now - seen.last);
    seen.last = now;
    pen.drawImage(video, 0, 0, video.videoWidth, video.videoWidth / 32, 0, 0, 32 * 8, 8);
    const { data } = pen.getImageData(0, 4, 32 * 8, 1);
    const bit = (at) => data[(at * 8 + 4) * 4] > 127 ? 1 : 0;
    let value = 0, check = 0;
    for (let at = 0; at < bits; at += 1) value = value * 2 + bit(at);
    for (let at = bits; at < bits + checked; at += 1) check = check * 2 + bit(at);
    const sum = ((value >> 16) + (value >> 8) + value) & 255;
    const clock = Math.round(performance.timeOrigin + now) % 2 ** bits;
    if (sum === (check ^ 165)) seen.late.push(clock - value);
    else seen.unread += 1;
    video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);
}"""


Planes = tuple[bytes, bytes, bytes]


@dataclass(frozen=True, slots=True)
class Size:
    width: int
    height: int

    @property
    def cell(self) -> int:
        """Pixels of a square's side."""
        return self.width // (BITS + CHECKED)


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
                self._child.stdin.write(squares(time.time_ns() // 1_000_000, self._size.cell) * self._size.cell)
                for plane in (luma, blue, red):
                    self._child.stdin.write(plane)
                self._child.stdin.flush()
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
    longest: float
    """Milliseconds from one picture to the next."""
    stalls: int
    unread: int
    load: float

    def row(self) -> str:
        if not self.late:
            return f"| {self.profile} | nothing was read |"
        cuts = statistics.quantiles(self.late, n=20)
        cells = [self.profile, f"{self.rung}p", f"{len(self.late):,}", f"{statistics.median(self.late):,.0f}"]
        cells += [f"{cuts[18]:,.0f}", f"{max(self.late):,.0f}", f"{self.longest:,.0f}", str(self.stalls)]
        return f"| {' | '.join([*cells, f'{self.load:.1f}'])} |"


COLUMNS = ("profile", "rung", "pictures", "median ms", "p95 ms", "most ms", "longest gap ms", "stalls", "load")


async def watch(page: Page, url: str, seconds: float) -> dict[str, Any]:
    await page.goto(url)
    await page.wait_for_function(f"() => {VIDEO}?.currentTime > 0 && !{VIDEO}.paused")
    await asyncio.sleep(SETTLES)
    await page.evaluate(WATCH, [BITS, CHECKED])
    await asyncio.sleep(seconds)
    seen: dict[str, Any] = await page.evaluate(f"() => ({{...window.seen, rung: {VIDEO}.videoHeight}})")
    return seen


async def measure(
    browser: Browser, show: Show, profile: str, seconds: float, size: Size, pictures: Sequence[Planes]
) -> Result:
    encoder = await asyncio.to_thread(Encoder, show.address, size, pictures)
    context = await browser.new_context(viewport=DESKTOP)
    try:
        programme = await show.on_air()
        page = await context.new_page()
        page.set_default_timeout(WITHIN * 3)
        seen = await watch(page, f"{show.venue.url}/watch/{programme}", seconds)
        await show.end(programme)
    finally:
        await asyncio.to_thread(encoder.close)
        await context.close()
    longest = max(seen["gaps"], default=0.0)
    return Result(profile, seen["rung"], seen["late"], longest, seen["waits"], seen["unread"], os.getloadavg()[0])


async def run(profiles: Sequence[str], seconds: float, size: Size, heights: Sequence[int]) -> list[Result]:
    pictures = await asyncio.to_thread(scenes, FFMPEG, size)
    results = []
    with tempfile.TemporaryDirectory() as folder:
        async with (
            async_playwright() as playwright,
            open_venue(Path(folder) / "data", NOVACAST_TRANSCODE_PRESET="veryfast") as venue,
        ):
            browser = await playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
            token = await venue.token("owner")
            for profile in profiles:
                show = await Show.prepare(venue, token, name=profile, profile=profile, heights=list(heights))
                results.append(await measure(browser, show, profile, seconds, size, pictures))
            await browser.close()
    return results


def rows(results: Sequence[Result]) -> Iterator[str]:
    yield f"| {' | '.join(COLUMNS)} |"
    yield "|---" * len(COLUMNS) + "|"
    for result in results:
        yield result.row()
        if result.unread:
            yield f"\n{result.profile}: {result.unread} pictures could not be read\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--profiles", nargs="+", default=["ultra", "low", "standard"])
    parser.add_argument("--heights", nargs="+", type=int, default=[144, 360, 720])
    parser.add_argument("--size", default="1280x720")
    arguments = parser.parse_args()
    width, _, height = arguments.size.partition("x")
    wanted = run(arguments.profiles, arguments.seconds, Size(int(width), int(height)), arguments.heights)
    for line in rows(asyncio.run(wanted)):
        print(line)


if __name__ == "__main__":
    main()
