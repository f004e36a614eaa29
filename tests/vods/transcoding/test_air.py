"""Transcodes beside a live programme."""

import asyncio
from dataclasses import replace
from pathlib import Path

from novacast.vods.models import VideoState
from novacast.vods.transcoding import store
from tests.vods.conftest import PRODUCER, QUICK, Clips, House
from tests.vods.transcoding.test_kills import children
from tests.vods.transcoding.test_work import state
from tests.waiting import until

WAITING = replace(QUICK, share_on_air=0)


class Programme:
    def __init__(self) -> None:
        self.live = True

    async def on_air(self) -> bool:
        return self.live


def held(house: House) -> bool:
    """An FFmpeg of a transcode is there, and stands still."""
    stats = [Path(f"/proc/{pid}/stat") for pid in children(house.folders.work)]
    return any(stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "T" for stat in stats)


async def test_a_transcode_waits_for_a_live_programme_and_then_comes_to_its_end(house: House, clips: Clips) -> None:
    programme = Programme()
    video_id = await house.arrive(clips("longer.mp4", seconds=8))
    running = asyncio.ensure_future(house.work(WAITING, air=programme).finish(video_id))
    await until(lambda: held(house))
    assert not running.done()
    programme.live = False
    await running
    assert await state(house, video_id) is VideoState.READY


async def test_one_that_waits_can_be_cancelled(house: House, clips: Clips) -> None:
    video_id = await house.arrive(clips("longer.mp4", seconds=8))
    running = asyncio.ensure_future(house.work(WAITING, air=Programme()).finish(video_id))
    await until(lambda: held(house))
    await house.transcoding.cancel(PRODUCER, video_id)
    await running
    transcode = await house.db.one(store.by_video(video_id))
    assert transcode is not None
    assert transcode.state == "cancelled"
    assert not children(house.folders.work)
