"""How long the picture stands still at a change to a ladder that has grown. `python -m tests.bench.source_change`

A real Chromium plays the tests' ladder, 25 pictures a second, from a server that shows more of it in steps. Each
presented picture is noted by requestVideoFrameCallback, and the place by a look 60 times a second. A gap is the time
between two presented pictures less what they are apart in the video. Prints a Markdown table.
"""

import argparse
import asyncio
import statistics
import subprocess
import tempfile
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from novacast.media.ffmpeg import find_ffmpeg
from tests.e2e import ladder as ladders
from tests.e2e.browser import Window, Windows, find_chromium
from tests.e2e.growing import Growing
from tests.e2e.stage import Stage

VIDEO = "document.querySelector('nova-player').video"
WATCH = """
window.frames = []; window.marks = {}; window.stood = { longest: 0, since: 0, at: -1 };
window.failed = [];
customElements.whenDefined("nova-player").then(() => {
  const player = document.querySelector("nova-player");
  player.addEventListener("streamerror", ({ detail }) => failed.push(detail.details));
  const { video } = player;
  const frame = (now, { mediaTime, presentationTime, width, height }) => {
    frames.push([presentationTime, mediaTime, height]);
    video.requestVideoFrameCallback(frame);
  };
  video.requestVideoFrameCallback(frame);
  let levels = 0;
  const look = (now) => {
    const { length } = video.videoRenditions;
    if (levels && length > levels) marks.change = now;
    levels = length;
    if (video.currentTime !== stood.at || video.paused) { stood.at = video.currentTime; stood.since = now; }
    else if (marks.playing) stood.longest = Math.max(stood.longest, now - stood.since);
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
});
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """Milliseconds, but `back`: seconds that the picture ever went back."""

    change: float
    """The longest gap within a second of the new source taking the video over."""
    join: float
    """Within a second of the first picture of the new rung."""
    elsewhere: float
    """The longest gap of all others: what this machine does without any change."""
    stood: float
    """How long the place stood still at most."""
    back: float
    errors: int


def gaps(frames: list[list[float]]) -> list[tuple[float, float]]:
    """When a picture came (ms), and how much too late for the one before."""
    pairs = pairwise(frames)
    return [(late[0], (late[0] - early[0]) - (late[1] - early[1]) * 1000) for early, late in pairs]


def judged(told: dict[str, Any]) -> Seen:
    frames = told["frames"]
    low = frames[0][2]
    change, join = told["change"], next(frame[0] for frame in frames if frame[2] != low)
    # What comes before playing has settled is start-up, not a change.
    all_gaps = [(at, gap) for at, gap in gaps(frames) if at > frames[0][0] + 1000]
    return Seen(
        max(gap for at, gap in all_gaps if abs(at - change) <= 1000),
        max(gap for at, gap in all_gaps if abs(at - join) <= 1000),
        max(gap for at, gap in all_gaps if min(abs(at - change), abs(at - join)) > 1000),
        told["stood"],
        max([0.0, *(early[1] - late[1] for early, late in pairwise(frames))]),
        len(told["failed"]),
    )


async def once(windows: Windows, stage: Stage) -> Seen:
    stage.growing = growing = Growing()
    window = await windows.open(f"{stage.url}/watch?begin", before=WATCH)
    await window.until(f"() => customElements.get('nova-player') && {VIDEO}?.readyState >= 2")
    window.page.set_default_timeout(60_000)
    await window.page.evaluate(f"() => {VIDEO}.play()")
    await window.until(f"() => {VIDEO}.currentTime > 1")
    await window.page.evaluate("() => { marks.playing = true; }")
    growing.segments = {"v0.m3u8": 3, "v2.m3u8": 3}
    await window.until(f"() => {VIDEO}.currentTime > 4")
    growing.segments, growing.rungs = {"v0.m3u8": 4}, {"v0.m3u8", "v1.m3u8"}
    stage.tell("video.rungs", "v1", rungs=["144p", "360p"])
    await window.until(f"() => {VIDEO}.currentTime > 20")
    return judged(await told(window))


async def told(window: Window) -> dict[str, Any]:
    found: dict[str, Any] = await window.page.evaluate(
        "() => ({ frames, failed, stood: stood.longest, change: marks.change })"
    )
    await window.page.context.close()
    return found


async def main(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        program = await find_ffmpeg(folder / "cache")
        media = folder / "media"
        media.mkdir()
        for arguments in ladders.COMMANDS:
            command = [str(program.path), "-v", "error", "-y", *arguments]
            await asyncio.to_thread(subprocess.run, command, cwd=media, check=True)
        ladders.write_texts(media)
        found = []
        async with Windows.start(find_chromium()) as windows:
            for _ in range(rounds):
                async with Stage.open(media) as stage:
                    found.append(await once(windows, stage))
    print("| | median ms | longest ms |\n|---|---|---|")
    for name, words in (
        ("change", "gap at the change of source"),
        ("join", "gap at the first picture of the new rung"),
        ("elsewhere", "gap anywhere else"),
        ("stood", "the place stood still"),
    ):
        numbers = [getattr(one, name) for one in found]
        print(f"| {words} | {statistics.median(numbers):.0f} | {max(numbers):.0f} |")
    print(
        f"\n{rounds} rounds; {sum(one.errors for one in found)} errors of hls.js; back: {max(o.back for o in found)} s."
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    asyncio.run(main(parser.parse_args().rounds))
