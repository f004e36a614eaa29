"""What the machine can do to a transcode: kill its worker, fill its disk, take too long."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from novacast.clock import SECOND, SystemClock
from novacast.folder import DataFolder
from novacast.media.ffmpeg import FindFFmpeg
from novacast.vods import store as videos
from novacast.vods.models import VideoState
from novacast.vods.transcoding import store
from novacast.vods.transcoding.models import TranscodeState
from tests.fakes.clock import FakeClock
from tests.vods.conftest import PRODUCER, STRANGER, Clips, House, prepare
from tests.vods.worker_script import WAYS
from tests.waiting import until

ROOT = Path(__file__).parents[3]


def later(seconds: float) -> FakeClock:
    """A clock that is ahead of the real one, by which a dead worker's lease is over."""
    return FakeClock(SystemClock().now() + round(seconds * SECOND))


@pytest.mark.slow  # for what goes in parts, test_kills.py does it every time
async def test_a_worker_killed_in_the_middle_leaves_nothing_half_done_and_the_next_one_finishes(
    folder: DataFolder, find: FindFFmpeg, clips: Clips
) -> None:
    prepare(folder)
    house = await House.open(folder, later(60), find)
    try:
        video_id = await house.arrive(clips("film.mp4", seconds=24, size="426x240"))
        command = [sys.executable, "-m", "tests.vods.worker_script", str(folder.root), video_id]
        with subprocess.Popen(command, cwd=ROOT) as worker:

            def segments() -> bool:
                assert worker.poll() is None, "the worker ended too early"
                with suppress(FileNotFoundError):  # an attempt's folder that went while it was looked into
                    return len(list(house.folders.work.glob("*/*/seg_*"))) > 3
                return False

            try:
                await until(segments)
            finally:
                os.kill(worker.pid, signal.SIGKILL)
        video = await house.db.one(videos.by_id(video_id))
        assert video is not None
        assert not any(rung.published for rung in await house.db.all(videos.rungs(video_id)))

        await house.transcoding.sweep()
        await house.work(WAYS[""]).finish(video_id)
        detail = await house.videos.show(STRANGER, video_id)
        assert detail.video.state is VideoState.READY
        assert [rung.published for rung in detail.rungs] == [True, True]
        await house.transcoding.sweep()
        assert house.folders.unfinished() == []
        made = sorted(path.name for path in house.folders.video(video_id).iterdir())
        assert made == sorted(["original.mp4", detail.video.edition or ""])
    finally:
        await house.close()


@pytest.mark.slow
async def test_a_disk_that_fills_fails_the_transcode_in_words_cleans_up_and_can_be_retried(
    small_media: House, small_disk: Path, clips: Clips
) -> None:
    video_id = await small_media.arrive(clips("noise.mp4", *NOISE, size="320x180", seconds=20))
    small_media.folders.settle(video_id, "clip.mp4")
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * (small_media.folders.free() - 600_000))
    await small_media.work().finish(video_id)
    ended = await small_media.db.one(store.by_video(video_id))
    assert ended is not None
    assert (ended.state, ended.reason_code) == (TranscodeState.FAILED, "disk_full")
    assert "room" in (ended.reason or "")
    assert small_media.folders.unfinished() == []
    assert [path.name for path in small_media.folders.video(video_id).iterdir()] == ["original.mp4"]

    filler.unlink()
    await small_media.transcoding.retry(PRODUCER, video_id)
    await small_media.work().finish(video_id)
    assert (await small_media.videos.show(STRANGER, video_id)).video.state is VideoState.READY


NOISE = ("-vf", "noise=alls=60:allf=t", "-preset", "ultrafast", "-crf", "40", "-pix_fmt", "yuv420p")


async def test_an_upload_on_another_disk_than_the_media_still_arrives_whole(small_media: House, clips: Clips) -> None:
    clip = clips("clip.mp4")
    video_id = await small_media.arrive(clip)
    place = small_media.folders.settle(video_id, "clip.mp4")
    assert place is not None
    assert place.read_bytes() == clip.read_bytes()
    assert not small_media.folders.arrival(video_id).exists()
    assert small_media.folders.settle(video_id, "clip.mp4") == place


async def test_a_reserve_that_would_be_touched_stops_the_transcode_before_it_begins(house: House, clips: Clips) -> None:
    video_id = await house.arrive(clips("clip.mp4"))
    await house.work(reserve=2**60).finish(video_id)
    ended = await house.db.one(store.by_video(video_id))
    assert ended is not None
    assert (ended.state, ended.reason_code) == (TranscodeState.FAILED, "disk_full")
