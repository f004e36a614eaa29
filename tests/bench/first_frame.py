"""How long a stranger's browser takes from an address to the first frame. `python -m tests.bench.first_frame`

A real venue with one public video, a real Chromium with an empty cache each time, and a network that is made slower on
purpose: on loopback every page is fast. Prints a Markdown table of medians.
"""

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, async_playwright

from novacast.media.ffmpeg import find_ffmpeg
from tests.app.venue import FAST, Venue, open_venue
from tests.e2e.browser import DESKTOP, FLAGS, WITHIN, find_chromium

FILM_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Line:
    """A network between browser and server."""

    name: str
    latency: float
    """Milliseconds added to each request."""
    speed: int
    """Bytes per second; 0 is as fast as it goes."""


LINES = (
    Line("loopback", 0, 0),
    Line("40 ms, 20 Mbit/s", 40, 2_500_000),
    Line("150 ms, 5 Mbit/s", 150, 625_000),
)

WATCH = """
const seen = (name) => { window.times ??= {}; window.times[name] ??= performance.now(); };
addEventListener("loadeddata", (event) => {
  // The picture is decoded; the next painting of the page has it.
  if (event.target.localName === "video") requestAnimationFrame(() => requestAnimationFrame(() => seen("frame")));
}, true);
const look = () => {
  const button = document.querySelector("media-play-button");
  if (button?.shadowRoot && document.querySelector("media-controller > video")) return seen("controls");
  requestAnimationFrame(look);
};
look();
"""


@dataclass(frozen=True, slots=True)
class Visit:
    paint: float
    """This and the next two in milliseconds since the address was asked for."""
    frame: float
    controls: float
    requests: int
    requests_before_frame: int
    wire: int
    """Bytes on the wire up to the first frame and the controls, heads included."""


async def visit(browser: Browser, url: str, line: Line) -> Visit:
    context = await browser.new_context(viewport=DESKTOP)
    page = await context.new_page()
    page.set_default_timeout(WITHIN * 3)
    await page.add_init_script(WATCH)
    network = await context.new_cdp_session(page)
    await network.send("Network.enable")
    speed = line.speed or -1
    conditions = {"offline": False, "latency": line.latency, "downloadThroughput": speed, "uploadThroughput": speed}
    await network.send("Network.emulateNetworkConditions", conditions)
    starts: list[float] = []
    sizes: list[int] = []
    network.on("Network.requestWillBeSent", lambda event: starts.append(event["timestamp"]))
    network.on("Network.loadingFinished", lambda event: sizes.append(int(event["encodedDataLength"])))
    await page.goto(url, wait_until="commit")
    await page.wait_for_function("() => window.times?.frame && window.times?.controls")
    requests, wire = len(starts), sum(sizes)
    times: dict[str, Any] = await page.evaluate(
        "() => ({...window.times, paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0})"
    )
    before = sum(start - starts[0] <= times["frame"] / 1000 for start in starts)
    await context.close()
    return Visit(times["paint"], times["frame"], times["controls"], requests, before, wire)


async def publish(venue: Venue, folder: Path) -> str:
    """The address of a public video's page."""
    film = folder / "film.mp4"
    ffmpeg = await find_ffmpeg(folder)
    picture = f"testsrc2=size=640x360:rate=25:duration={FILM_SECONDS}"
    inputs = ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", f"sine=frequency=440:duration={FILM_SECONDS}"]
    made = [str(ffmpeg.path), "-v", "error", *inputs, "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"]
    await asyncio.to_thread(subprocess.run, [*made, str(film)], check=True)
    command = [sys.executable, "-c", "from novacast_admin.cli.main import run; run()", "video", "import", str(film)]
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "NOVACAST_DATA": str(venue.folder), **FAST}
    options = ["--org", "the-playhouse", "--visibility", "public", "--json"]
    await asyncio.to_thread(
        subprocess.run,
        [*command, *options],
        check=True,
        env=environment | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.DEVNULL,
    )
    answer = await venue.ask("GET", "/api/v1/videos")
    return f"{venue.url}/watch/{answer.json['items'][0]['id']}"


def rows(visits: dict[str, list[Visit]]) -> Iterator[str]:
    yield "| network | first paint ms | first frame ms | controls ms | requests before the frame | in all | kB |"
    yield "|---|---|---|---|---|---|---|"
    for name, seen in visits.items():
        numbers = [(v.paint, v.frame, v.controls, v.requests_before_frame, v.requests, v.wire / 1000) for v in seen]
        cells = [f"{statistics.median(column):,.0f}" for column in zip(*numbers, strict=True)]
        yield f"| {name} | {' | '.join(cells)} |"


async def main(rounds: int) -> None:
    visits: dict[str, list[Visit]] = {line.name: [] for line in LINES}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        async with open_venue(folder / "data", NOVACAST_PLAYBACK_DEVICES="100") as venue, async_playwright() as runner:
            address = await publish(venue, folder)
            browser = await runner.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
            await visit(browser, address, LINES[0])
            for _ in range(rounds):
                for line in LINES:
                    visits[line.name].append(await visit(browser, address, line))
            await browser.close()
            venue.end()
    print("\n".join(rows(visits)))
    print(f"\nMedians of {rounds} rounds in turn, each with an empty cache; Chromium over HTTP/1.1.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    asyncio.run(main(parser.parse_args().rounds))
