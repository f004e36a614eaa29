"""What a whole transcode costs beside the bare FFmpeg command for its ladder. `python -m tests.bench.transcode`

Side by side in one run, on one clip: the bare command that makes the six rungs, one process per rung in turn, and our
job from the file to the finished video: probe, ladder, sound, poster, storyboard, packaging, database. Prints a table.
"""

import argparse
import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path

from novacast.clock import SystemClock
from novacast.folder import DataFolder
from novacast.media.commands import PLAYLIST, Encoding, Wanted, rendition_command
from novacast.media.encode import run_ffmpeg
from novacast.media.ffmpeg import FFmpeg, find_ffmpeg
from novacast.media.info import MediaInfo
from novacast.media.ladder import Ladder, plan_ladder
from novacast.media.probe import probe
from novacast.media.process import Command
from novacast.settings import Transcode
from tests.vods.conftest import House, prepare

SECONDS = 30


def film(program: FFmpeg, folder: Path, seconds: int) -> Path:
    """1080p30 with grain, H.264 and AAC."""
    target = folder / "film.mp4"
    picture = f"testsrc2=size=1920x1080:rate=30:duration={seconds}"
    made_of = ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}"]
    coded = ["-vf", "noise=alls=12:allf=t", "-c:v", "libx264", "-preset", "veryfast", "-g", "60"]
    options = [*coded, "-pix_fmt", "yuv420p", "-c:a", "aac"]
    subprocess.run([str(program.path), "-v", "error", "-y", *made_of, *options, str(target)], check=True)
    return target


async def bare(program: FFmpeg, source: Path, info: MediaInfo, ladder: Ladder, wanted: Wanted) -> None:
    with tempfile.TemporaryDirectory() as place:
        for name in wanted.names:
            (Path(place) / name).mkdir()
        argv = rendition_command(program.path, source, info, ladder, wanted, Encoding())
        await run_ffmpeg(Command("The bare ladder", argv, cwd=Path(place)))
        assert (Path(place) / wanted.names[0] / PLAYLIST).exists()


async def ours(program: FFmpeg, source: Path, *, copy: bool) -> None:
    async def found() -> FFmpeg:
        return program

    with tempfile.TemporaryDirectory() as place:
        data = DataFolder.at(Path(place))
        data.prepare()
        prepare(data, SystemClock())
        house = await House.open(data, SystemClock(), found)
        video_id = await house.arrive(source)
        await house.work(Transcode(nice=0, copy=copy)).finish(video_id)
        assert len(list(house.folders.video(video_id).glob("*/*/index.m3u8"))) == 7
        await house.close()


async def timed(work: Callable[[], Awaitable[None]]) -> float:
    begin = time.perf_counter()
    await work()
    return time.perf_counter() - begin


async def main(rounds: int, seconds: int) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        program = await find_ffmpeg(folder)
        source = await asyncio.to_thread(film, program, folder, seconds)
        info = await probe(source)
        ladder = plan_ladder(info)

        async def one_by_one() -> None:
            for rung in ladder.rungs:
                await bare(program, source, info, ladder, Wanted((rung,)))
            await bare(program, source, info, ladder, Wanted(sounds=ladder.sounds))

        silent = replace(ladder, sounds=())
        ways: dict[str, Callable[[], Awaitable[None]]] = {
            "one bare FFmpeg, the ladder alone": lambda: bare(program, source, info, silent, Wanted(ladder.rungs)),
            "one FFmpeg per rung": one_by_one,
            "our whole job, all encoded": lambda: ours(program, source, copy=False),
            "our whole job, the source shown as it is": lambda: ours(program, source, copy=True),
        }
        times: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(rounds):
            for name, work in ways.items():
                times[name].append(await timed(work))
                print(f"{name}: {times[name][-1]:.1f} s", file=sys.stderr, flush=True)
    print(table(times))
    print(f"\n{seconds} s of 1080p30, {len(ladder.rungs)} rungs, veryfast; best of {rounds} rounds in turn.")


def table(times: dict[str, Sequence[float]] | dict[str, list[float]]) -> str:
    first = min(next(iter(times.values())))
    rows = [
        f"| {name} | {min(taken):.1f} | {statistics.median(taken):.1f} | {min(taken) / first:.2f} |"
        for name, taken in times.items()
    ]
    return "\n".join(["| way | best s | median s | of the bare ladder |", "|---|---|---|---|", *rows])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=SECONDS)
    arguments = parser.parse_args()
    asyncio.run(main(arguments.rounds, arguments.seconds))
