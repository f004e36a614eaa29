"""How long after its upload a long film can be watched. `python -m tests.bench.watchable`

Two hours of H.264 and AAC, made cheaply by looping a minute; a worker process that waits for its job. The clock runs
from the transaction that ends the upload to the first segment of picture and sound behind a published master playlist.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from novacast.clock import SystemClock
from novacast.folder import DataFolder
from novacast.identity import new_id
from novacast.media.ffmpeg import FFmpeg, find_ffmpeg
from novacast.vods import store as videos
from novacast.vods.models import VideoState
from novacast.vods.transcoding import store as transcodes
from novacast.vods.transcoding.models import TaskState
from tests.vods.conftest import House
from tests.waiting import until


def film(program: FFmpeg, folder: Path, minutes: int, kind: str) -> Path:
    """720p25 with a keyframe every two seconds."""
    minute, target = folder / "minute.mp4", folder / f"film.{kind}"
    made_of = ["-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=25:duration=60"]
    tone = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=60"]
    coded = ["-vf", "noise=alls=8:allf=t", "-c:v", "libx264", "-preset", "veryfast", "-g", "50", "-b:v", "2500k"]
    quiet = [str(program.path), "-v", "error", "-y"]
    options = [*coded, "-pix_fmt", "yuv420p", "-c:a", "aac", str(minute)]
    subprocess.run([*quiet, *made_of, *tone, *options], check=True)
    subprocess.run([*quiet, "-t", "3", "-i", str(minute), "-c", "copy", str(folder / "short.mp4")], check=True)
    other = ["-vf", "scale=1920:1080", "-c:v", "mpeg4", "-q:v", "5", str(folder / "other.mp4")]
    subprocess.run([*quiet, "-i", str(minute), *other], check=True)
    loop = ["-stream_loop", str(minutes - 1), "-i", str(minute), "-c", "copy", str(target)]
    subprocess.run([*quiet, *loop], check=True)
    return target


async def main(rounds: int, minutes: int, kind: str, *, busy: bool) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        program = await find_ffmpeg(folder / "cache")
        source = await asyncio.to_thread(film, program, folder, minutes, kind)
        size = source.stat().st_size / 1e9
        taken = [await once(program, source, folder / str(number), busy=busy) for number in range(rounds)]
    print("| round | published s | copied whole s |\n|---|---|---|")
    for number, (ready, whole) in enumerate(taken):
        print(f"| {number + 1} | {ready:.2f} | {whole:.1f} |")
    print(f"\n{minutes} minutes of 720p25 H.264 with AAC, {size:.1f} GB, keyframes every 2 s.")


async def once(program: FFmpeg, source: Path, place: Path, *, busy: bool) -> tuple[float, float]:
    """`busy`: the worker encodes another video meanwhile."""

    async def found() -> FFmpeg:
        return program

    data = DataFolder.at(place)
    data.prepare()
    command = [sys.executable, "-c", "from novacast_admin.cli.main import run; run()", "--data", str(place)]
    await asyncio.to_thread(subprocess.run, [*command, "migrate"], check=True, stdout=subprocess.DEVNULL)
    house = await House.open(data, SystemClock(), found)
    worker = await asyncio.create_subprocess_exec(*command, "worker", stderr=asyncio.subprocess.DEVNULL)
    try:
        # A first small job: the worker is up, and FFmpeg's trials are done.
        await ended(house, await house.arrive(source.with_name("short.mp4")))
        if busy:
            await encoded(house, await house.arrive(source.with_name("other.mp4")))
        begin = time.perf_counter()
        video_id = new_id()
        await asyncio.to_thread(os.link, source, house.folders.arrival(video_id))
        await house.arrive(id=video_id)

        async def ready() -> bool:
            video = await house.db.one(videos.by_id(video_id))
            return video is not None and video.state is VideoState.READY

        async def copied() -> bool:
            return any(rung.published for rung in await house.db.all(videos.rungs(video_id)))

        await until(ready)
        watchable = time.perf_counter() - begin
        await until(copied, 600)
        return watchable, time.perf_counter() - begin
    finally:
        worker.terminate()
        await worker.wait()
        await house.close()


async def encoded(house: House, video_id: str) -> None:
    """Until that is under way."""

    async def running() -> bool:
        every = await house.db.all(transcodes.tasks(video_id))
        return any(task.kind.renders and task.state is TaskState.RUNNING for task in every)

    await until(running)


async def ended(house: House, video_id: str) -> None:
    async def all_rungs() -> bool:
        rungs = await house.db.all(videos.rungs(video_id))
        return bool(rungs) and all(rung.published for rung in rungs)

    await until(all_rungs, 600)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--minutes", type=int, default=120)
    parser.add_argument("--kind", choices=["mp4", "mkv"], default="mp4")
    parser.add_argument("--busy", action="store_true", help="while the worker encodes another video")
    arguments = parser.parse_args()
    asyncio.run(main(arguments.rounds, arguments.minutes, arguments.kind, busy=arguments.busy))
