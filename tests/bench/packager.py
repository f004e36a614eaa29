"""What the packager takes of a core: fragments cut out of pipes, parts, segments and playlists.

Run: `python -m tests.bench.packager [--minutes N] [--rounds N]`. A programme of three rungs (1080p, 720p and 360p with
5, 3 and 0.8 Mbit/s) and sound, as FFmpeg's pipes give it, goes through reader and shelf as fast as that can take it; of
every part the playlist is made once as a delta update, and the whole one each second. Processor time of this process
over the time that the programme lasts; before that, the same without the packager is taken off.
"""

import argparse
import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from novacast.clock import SystemClock
from novacast.live.packaging.fragments import Reader
from novacast.live.packaging.models import LOW, STANDARD, ULTRA, Fragment, Init, Profile, Segment, Track
from novacast.live.packaging.shelf import Shelf
from tests.live.packaging.synthetic import fragment, picture_init, sound_init

CHUNK = 65536
"""Bytes that a pipe gives at once."""


@dataclass(frozen=True)
class Pipe:
    track: Track
    init: Init
    samples: int
    """Of a fragment."""
    step: int
    gop: int
    """Fragments from one keyframe to the next."""

    def fragment(self, number: int) -> bytes:
        ticks = self.samples * self.step
        size = self.track.bitrate * ticks // (8 * self.init.timescale * self.samples)
        sync = number % self.gop == 0
        return fragment(
            number * ticks, self.samples, self.step, self.init.timescale, sync=sync, size=size, defaults=False
        ).data

    def at(self, number: int) -> Fraction:
        """When it is whole."""
        return Fraction((number + 1) * self.samples * self.step, self.init.timescale)


class Forgetful:
    """A recorder that has everything on disk at once."""

    def __init__(self) -> None:
        self._safe: dict[str, int] = {}

    def begin(self, track: str, init: int, data: bytes) -> None:
        pass

    def take(self, segment: Segment) -> None:
        self._safe[segment.track] = segment.number + 1

    def safe(self, track: str) -> int:
        return self._safe.get(track, 0)


def pipes(profile: Profile) -> list[Pipe]:
    part = profile.part or Fraction(1, 5)
    frames, sounds = int(part * 30), int(part * 48000) // 1024
    gop = int(profile.segment * 30) // frames
    rungs = [(1080, 1920, 5_000_000), (720, 1280, 3_000_000), (360, 640, 800_000)]
    made = [
        Pipe(
            Track(f"{height}p", "video", rate, width, height, Fraction(30)),
            picture_init(40, width, height), frames, 512, gop,
        )
        for height, width, rate in rungs
    ]  # fmt: skip
    return [*made, Pipe(Track("audio", "audio", 128_000), sound_init(), sounds, 1024, 1)]


def order(given: Sequence[Pipe], lasts: int) -> list[tuple[Fraction, int, int]]:
    """When each fragment of each pipe comes."""
    times = [
        (pipe.at(number), which, number)
        for which, pipe in enumerate(given)
        for number in range(int(lasts / pipe.at(0)))
    ]
    return sorted(times)


async def programme(profile: Profile, minutes: int, *, packaged: bool) -> float:
    """Seconds of processor time."""
    given = pipes(profile)
    shelf = Shelf(profile, [pipe.track for pipe in given], SystemClock(), Forgetful())
    shelf.begin({pipe.track.name: pipe.init for pipe in given}, Fraction(0), 0)
    readers = [Reader() for _ in given]
    if packaged:
        for pipe, reader in zip(given, readers, strict=True):
            list(reader.feed(pipe.init.data))
    began = time.process_time()
    for at, which, number in order(given, minutes * 60):
        data, name = given[which].fragment(number), given[which].track.name
        if not packaged:
            continue
        for first in range(0, len(data), CHUNK):
            for made in readers[which].feed(data[first : first + CHUNK]):
                assert isinstance(made, Fragment)
                shelf.add(name, made)
        shelf.find(f"{name}/index.m3u8", "_HLS_skip=YES")
        if at % 1 == 0:
            shelf.find(f"{name}/index.m3u8")
    return time.process_time() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print("| profile | parts/s | % of a core |\n|---|---|---|")
    for profile in (ULTRA, LOW, STANDARD):
        shares = []
        for _ in range(options.rounds):
            spent = asyncio.run(programme(profile, options.minutes, packaged=True))
            spent -= asyncio.run(programme(profile, options.minutes, packaged=False))
            shares.append(spent / (options.minutes * 60) * 100)
        rate = sum(1 / pipe.at(0) for pipe in pipes(profile))
        print(f"| {profile.name} | {float(rate):.1f} | {statistics.median(shares):.2f} |")


if __name__ == "__main__":
    main()
