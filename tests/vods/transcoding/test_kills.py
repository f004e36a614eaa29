"""`kill -9` of worker and FFmpeg at any moment: it finishes, nothing half done is shown, nothing is done twice."""

import asyncio
import os
import random
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from novacast.clock import SystemClock
from novacast.folder import DataFolder
from novacast.media.encode import inspect
from novacast.media.ffmpeg import FindFFmpeg
from novacast.vods import store as videos
from novacast.vods.models import VideoState
from novacast.vods.transcoding import store
from novacast.vods.transcoding.board import copied
from novacast.vods.transcoding.models import TaskState
from novacast.vods.transcoding.plan import Plan
from tests.vods.conftest import STRANGER, Clips, House, prepare
from tests.vods.transcoding.test_faults import ROOT
from tests.vods.transcoding.test_ways import SHORT

Stamps = dict[Path, int]

KILLS = 20


@pytest.mark.slow
@pytest.mark.parametrize("way", ["parts", "copy"])
async def test_however_often_it_is_killed_it_finishes_and_does_nothing_twice(
    folder: DataFolder, find: FindFFmpeg, clips: Clips, way: str
) -> None:
    prepare(folder)
    house = await House.open(folder, SystemClock(), find)
    moments = random.Random(KILLS)
    done: Stamps = {}
    try:
        video_id = await house.arrive(clips("kills.mp4", *SHORT, size="320x240", seconds=48))
        for number in range(KILLS):
            await killed(house, video_id, way, moments.uniform(0.4, 3.5), ffmpeg=number % 2 == 1)
            await nothing_half_done(house, video_id)
            now = await finished(house, video_id)
            assert done.items() <= now.items() or await over(house, video_id)
            done = now or done
            await forgive(house)
        await house.transcoding.sweep()
        with worker(house, video_id, way) as last:
            assert await asyncio.to_thread(last.wait, 300) == 0
        await house.transcoding.sweep()
        detail = await house.videos.show(STRANGER, video_id)
        assert detail.video.state is VideoState.READY
        assert [(rung.name, rung.published) for rung in detail.rungs] == [("240p", True), ("144p", True)]
        assert {path: path.stat().st_mtime_ns for path in done} == done
        nothing_is_left(house, video_id, detail.video.edition or "")
    finally:
        await house.close()


def worker(house: House, video_id: str, way: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.vods.worker_script", str(house.data.root), video_id, way]
    return subprocess.Popen(command, cwd=ROOT)


async def killed(house: House, video_id: str, way: str, after: float, *, ffmpeg: bool) -> None:
    """A worker that is killed `after` some seconds, or whose FFmpeg is, a moment before itself."""
    with worker(house, video_id, way) as victim:
        try:
            await asyncio.sleep(after)
            if ffmpeg:
                for pid in children(house.folders.work):
                    os.kill(pid, signal.SIGKILL)
                await asyncio.sleep(after / 2)
        finally:
            victim.kill()


def children(work: Path) -> list[int]:
    """Processes whose working folder is that of an attempt."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and str((entry / "cwd").readlink()).startswith(str(work)):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


async def nothing_half_done(house: House, video_id: str) -> None:
    for rung in await house.db.all(videos.rungs(video_id)):
        transcode = await house.db.one(store.by_video(video_id))
        video = await house.db.one(videos.by_id(video_id))
        assert transcode is not None
        assert video is not None
        place = house.folders.edition(video_id, transcode.edition or video.edition or "")
        if rung.published:
            inspect(place / rung.name)
        if video.state is VideoState.READY:
            for name in re.findall(r"(\S+)/index.m3u8", (place / "master.m3u8").read_text().replace('URI="', " ")):
                for segment in re.findall(r"^seg_\S+", (place / name / "index.m3u8").read_text(), re.MULTILINE):
                    assert (place / name / segment).stat().st_size > 0


async def finished(house: House, video_id: str) -> Stamps:
    """Segments that finished tasks made, and when they were written."""
    stamps: Stamps = {}
    transcode = await house.db.one(store.by_video(video_id))
    if transcode is None or transcode.plan is None:
        return stamps
    plan, tasks = Plan.read(transcode.plan), await house.db.all(store.tasks(video_id))
    for task in tasks:
        if task.state is TaskState.DONE and task.kind.renders:
            first = plan.wanted(task.kind, task.number, copied(plan, tasks)).part.segment
            place = house.folders.edition(video_id, task.edition)
            for name, pieces in task.pieces.items():
                for number in range(first, first + len(pieces)):
                    segment = place / name / f"seg_{number:05}.m4s"
                    stamps[segment] = segment.stat().st_mtime_ns
    return stamps


async def over(house: House, video_id: str) -> bool:
    transcode = await house.db.one(store.by_video(video_id))
    return transcode is not None and transcode.plan is None


async def forgive(house: House) -> None:
    """As if ten seconds had passed, and as if these were the first kills of the day: after four a task is given up."""
    free = "UPDATE tasks SET attempts = min(attempts, 1), lease_until = CASE state WHEN 'running' THEN 0 END"
    await house.db.write(lambda tx: tx.run(free))


def nothing_is_left(house: House, video_id: str, edition: str) -> None:
    assert not list(house.folders.work.glob("*"))
    assert sorted(path.name for path in house.folders.video(video_id).iterdir()) == sorted(["original.mp4", edition])
    place = house.folders.edition(video_id, edition)
    named = {"poster.jpg", "storyboard.vtt", "storyboard_0.jpg", "master.m3u8"}
    for rendition in ("144p", "240p", "audio"):
        playlist = inspect(place / rendition).playlist
        named |= {f"{rendition}/{name}" for name in ("index.m3u8", playlist.init)}
        named |= {f"{rendition}/{segment.name}" for segment in playlist.segments}
    assert {str(path.relative_to(place)) for path in place.rglob("*") if path.is_file()} == named
