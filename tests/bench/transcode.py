"""What a whole transcode costs beside the bare FFmpeg command for its ladder. `python -m tests.bench.transcode`

Side by side in one run, on one clip: the bare command that makes the six rungs, one process per rung in turn, and our
job from the file to the finished video: probe, ladder, sound, poster, storyboard, packaging, database; in one piece, in
parts, and with the source's picture shown as it is. The storyboard is made of the smallest rung, and timed alone.

Each way is timed by the clock and by the processor time of all that it started, which a busy machine stretches less.
Ratios are medians of the ratios within a round. Prints a table.
"""

import argparse
import asyncio
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from novacast.clock import SystemClock
from novacast.folder import DataFolder
from novacast.media.commands import PLAYLIST, Encoding, Wanted, rendition_command
from novacast.media.encode import make_storyboard, run_ffmpeg
from novacast.media.ffmpeg import FFmpeg, find_ffmpeg
from novacast.media.info import MediaInfo
from novacast.media.ladder import Ladder, plan_ladder
from novacast.media.playlists import read_media_playlist
from novacast.media.probe import probe
from novacast.media.process import Command
from novacast.settings import Transcode
from novacast.vods.transcoding.plan import Choices, Plan
from tests.vods.conftest import House, prepare

SECONDS = 30
BARE = "one bare FFmpeg, the ladder alone"


@dataclass(frozen=True, slots=True)
class Cost:
    wall: float
    processor: float
    """Seconds, both."""


Way = Callable[[], Awaitable[None]]


def film(program: FFmpeg, folder: Path, seconds: int) -> Path:
    """1080p30 with grain, H.264 and AAC, at a rate that is shown as it is."""
    target = folder / "film.mp4"
    picture = f"testsrc2=size=1920x1080:rate=30:duration={seconds}"
    made_of = ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}"]
    coded = ["-vf", "noise=alls=12:allf=t", "-c:v", "libx264", "-preset", "veryfast", "-g", "60"]
    rate = ["-b:v", "8M", "-maxrate", "10M", "-bufsize", "20M"]
    options = [*coded, *rate, "-pix_fmt", "yuv420p", "-c:a", "aac"]
    subprocess.run([str(program.path), "-v", "error", "-y", *made_of, *options, str(target)], check=True)
    return target


class Bench:
    def __init__(self, program: FFmpeg, source: Path, info: MediaInfo, seconds: int) -> None:
        self._program = program
        self._source = source
        self._info = info
        self._seconds = seconds
        self._ladder = plan_ladder(info)
        self._place = source.parent / "bare"

    @property
    def ladder(self) -> Ladder:
        return self._ladder

    def ways(self) -> Mapping[str, Way]:
        """The first is what the others are compared with; the storyboard needs what it leaves."""
        return {
            BARE: self._bare,
            "the storyboard, of the finished smallest rung": self._storyboard,
            "one FFmpeg per rung, one after the other": self._one_by_one,
            "our whole job, all encoded": lambda: self._ours(copy=False),
            "the same in three parts": lambda: self._ours(copy=False, chunk_seconds=max(4, self._seconds // 3)),
            "our whole job, the source shown as it is": lambda: self._ours(copy=True),
        }

    async def _bare(self) -> None:
        await self._made(replace(self._ladder, sounds=()), Wanted(self._ladder.rungs), self._place)

    async def _one_by_one(self) -> None:
        with tempfile.TemporaryDirectory(dir=self._source.parent) as place:
            for rung in self._ladder.rungs:
                await self._made(self._ladder, Wanted((rung,)), Path(place))
            await self._made(self._ladder, Wanted(sounds=self._ladder.sounds), Path(place))

    async def _made(self, ladder: Ladder, wanted: Wanted, place: Path) -> None:
        for name in wanted.names:
            (place / name).mkdir(parents=True, exist_ok=True)
        argv = rendition_command(self._program.path, self._source, self._info, ladder, wanted, Encoding())
        await run_ffmpeg(Command("The bare ladder", argv, cwd=place))
        assert (place / wanted.names[0] / PLAYLIST).exists()

    async def _storyboard(self) -> None:
        rung = self._ladder.rungs[0]
        playlist = read_media_playlist((self._place / rung.name / PLAYLIST).read_text())
        with tempfile.TemporaryDirectory(dir=self._source.parent) as place:
            await make_storyboard(self._program, rung, playlist, self._place / rung.name, Path(place))

    async def _ours(self, *, copy: bool, chunk_seconds: int = 600) -> None:
        async def found() -> FFmpeg:
            return self._program

        settings = Transcode(nice=0, copy=copy, chunk_seconds=chunk_seconds)
        assert (Plan.of(self._info, Choices.of(settings)).copied is not None) == copy
        with tempfile.TemporaryDirectory(dir=self._source.parent) as place:
            data = DataFolder.at(Path(place))
            data.prepare()
            prepare(data)
            house = await House.open(data, SystemClock(), found)
            video_id = await house.arrive(self._source)
            await house.work(settings).finish(video_id)
            assert len(list(house.folders.video(video_id).glob("*/*/index.m3u8"))) == 7
            await house.close()


async def cost(work: Way) -> Cost:
    wall, used = time.perf_counter(), _processor()
    await work()
    return Cost(time.perf_counter() - wall, _processor() - used)


def _processor() -> float:
    """Of this process and of all children that were waited for."""
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in both)


async def main(rounds: int, seconds: int, words: Sequence[str]) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        program = await find_ffmpeg(folder)
        source = await asyncio.to_thread(film, program, folder, seconds)
        bench = Bench(program, source, await probe(source), seconds)
        ways = {
            name: work for name, work in bench.ways().items() if name == BARE or any(word in name for word in words)
        }
        costs: dict[str, list[Cost]] = {name: [] for name in ways}
        for _ in range(rounds):
            for name, work in ways.items():
                costs[name].append(now := await cost(work))
                print(f"{name}: {now.wall:.1f} s, {now.processor:.1f} s of processor", file=sys.stderr, flush=True)
    print(table(costs))
    print(f"\n{seconds} s of 1080p30, {len(bench.ladder.rungs)} rungs, veryfast; {rounds} rounds in turn.")


def table(costs: Mapping[str, Sequence[Cost]]) -> str:
    rows = [
        f"| {name} | {statistics.median(one.wall for one in taken):.2f} "
        f"| {statistics.median(one.processor for one in taken):.2f} "
        f"| {_ratio([one.wall for one in taken], [one.wall for one in costs[BARE]]):.3f} "
        f"| {_ratio([one.processor for one in taken], [one.processor for one in costs[BARE]]):.3f} |"
        for name, taken in costs.items()
    ]
    head = "| way | s | processor s | s, of the bare ladder | processor s, of the bare ladder |\n|---|---|---|---|---|"
    return "\n".join([head, *rows])


def _ratio(ours: Sequence[float], bare: Sequence[float]) -> float:
    return statistics.median(one / other for one, other in zip(ours, bare, strict=True))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=SECONDS)
    parser.add_argument("--ways", nargs="+", default=[""], metavar="WORD", help="only those whose names have a word")
    arguments = parser.parse_args()
    asyncio.run(main(arguments.rounds, arguments.seconds, arguments.ways))
