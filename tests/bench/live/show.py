"""A programme that goes on air by the clock, for tests.bench.live: parts of real size on the packager's own shelf.

Run: `python -m tests.bench.live.show PROFILE STATE_FOLDER SESSIONS`; prints one line, `PORT PATH_OF_A_SESSION ...`.
"""

import asyncio
import sys
import time
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from struct import pack

import uvloop

from novacast.clock import SystemClock
from novacast.live.packaging.models import PROFILES, Fragment, Init, Profile, Track
from novacast.live.packaging.shelf import Shelf
from tests.bench.delivery_server import Film, serving, until_input_ends
from tests.live.packaging.synthetic import fragment, picture_init, sound_init

RUNGS = ((1080, 1920, 5_000_000), (720, 1280, 2_500_000), (360, 640, 800_000))
SOUND = 128_000
"""Bits a second, as of RUNGS."""


@dataclass(frozen=True)
class Line:
    """One rendition: the same fragment again and again, with its time and the instant of its publication."""

    track: Track
    init: Init
    samples: int
    """Of a fragment."""
    step: int
    gop: int
    """Fragments from one keyframe to the next."""

    @property
    def ticks(self) -> int:
        return self.samples * self.step

    @property
    def lasts(self) -> Fraction:
        """Seconds of a fragment."""
        return Fraction(self.ticks, self.init.timescale)

    def template(self, *, sync: bool) -> bytes:
        size = round(self.track.bitrate * self.lasts / 8 / self.samples)
        return fragment(0, self.samples, self.step, self.init.timescale, sync=sync, size=size, defaults=False).data


def lines(profile: Profile) -> list[Line]:
    assert profile.part is not None
    frames, sounds = int(profile.part * 30), int(profile.part * 48000) // 1024
    made = [
        Line(
            Track(f"{height}p", "video", rate, width, height, Fraction(30)),
            picture_init(40, width, height),
            frames,
            512,
            int(profile.segment * 30) // frames,
        )
        for height, width, rate in RUNGS
    ]
    return [*made, Line(Track("audio", "audio", SOUND), sound_init(), sounds, 1024, 1)]


async def publish(shelf: Shelf, line: Line, began: float) -> None:
    """Each fragment when it is whole. Its last eight bytes are the instant, in nanoseconds of CLOCK_MONOTONIC."""
    loop, number = asyncio.get_running_loop(), 0
    templates = {sync: line.template(sync=sync)[:-8] for sync in (True, False)}
    while True:
        due = began + float((number + 1) * line.lasts)
        await asyncio.sleep(due - loop.time())
        sync = number % line.gop == 0
        data = templates[sync] + pack(">Q", time.monotonic_ns())
        start = number * line.ticks
        shelf.add(
            line.track.name, Fragment(data, start, line.ticks, line.init.timescale, line.samples, independent=sync)
        )
        number += 1


async def main(profile: Profile, state: Path, sessions: int) -> None:
    given, clock = lines(profile), SystemClock()
    shelf = Shelf(profile, [line.track for line in given], clock)
    shelf.begin({line.track.name: line.init for line in given}, Fraction(0), clock.now())
    film = Film(state / "none", kind="live", on_air=shelf, part=round((profile.part or 0) * 1_000_000))
    async with serving(film, state, sessions) as line:
        began = asyncio.get_running_loop().time()
        async with asyncio.TaskGroup() as tasks:
            going = [tasks.create_task(publish(shelf, one, began)) for one in given]
            await until_input_ends(line)
            for one in going:
                one.cancel()


if __name__ == "__main__":
    uvloop.run(main(PROFILES[sys.argv[1]], Path(sys.argv[2]), int(sys.argv[3])))
