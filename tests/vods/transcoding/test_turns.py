"""Whose turn it is: what makes a video watchable comes before what makes another one better."""

import asyncio

import pytest

from novacast.settings import Transcode
from novacast.vods import store as videos
from novacast.vods.models import VideoState
from novacast.vods.transcoding import store
from novacast.vods.transcoding.models import Kind, Task, TaskState
from tests.vods.conftest import Clips, House
from tests.vods.transcoding.test_ways import SHORT, SLOW
from tests.waiting import until

STRIP = "426x16"
"""Two rungs, each made in a moment."""
PARTED = Transcode(heights=(144, 240), preset="ultrafast", nice=0, copy=False, chunk_seconds=8)


async def of(house: House, video_id: str, *kinds: Kind) -> list[Task]:
    return [task for task in await house.db.all(store.tasks(video_id)) if task.kind in kinds]


async def test_first_rungs_of_a_new_video_come_before_upper_rungs_of_an_old_one(house: House, clips: Clips) -> None:
    clip, work = clips("strip.mp4", *SHORT, size=STRIP, seconds=18), house.work(PARTED)
    old = await house.arrive(clip)

    async def done(video_id: str) -> bool:
        first = await of(house, video_id, Kind.FIRST)
        return bool(first) and all(task.state is TaskState.DONE for task in first)

    while not await done(old):
        await work.run()
    new = await house.arrive(clip)
    while not await done(new):
        await work.run()
    rest = await of(house, old, Kind.REST)
    assert [task.state for task in rest] == [TaskState.QUEUED] * 2


@pytest.mark.slow
async def test_who_need_not_be_encoded_is_not_kept_waiting_by_those_who_are(house: House, clips: Clips) -> None:
    other = await house.arrive(clips("slow.mp4", *SHORT, size="426x240", seconds=32))
    running = asyncio.ensure_future(house.work(SLOW).finish(other))

    async def encoding() -> bool:
        return any(task.state is TaskState.RUNNING for task in await of(house, other, Kind.FIRST, Kind.REST))

    await until(encoding)
    mine = await house.arrive(clips("playable.mp4", *SHORT, size="320x240", seconds=6))
    await house.work(Transcode(heights=(144, 240), preset="ultrafast", nice=0)).begin()
    assert not running.done()
    video = await house.db.one(videos.by_id(mine))
    assert video is not None
    assert video.state is VideoState.READY
    assert video.has_poster
    assert [rung.name for rung in await house.db.all(videos.rungs(mine)) if rung.published] == ["240p"]
    assert {task.state for task in await of(house, mine, Kind.REST)} == {TaskState.QUEUED}, "that is for others"
    running.cancel()
    await asyncio.wait([running])


async def test_several_workers_share_the_parts_of_one_video(house: House, clips: Clips) -> None:
    video_id = await house.arrive(clips("slow.mp4", *SHORT, size="426x240", seconds=32))
    workers = [asyncio.ensure_future(house.work(SLOW).finish(video_id))]

    async def at_once(number: int) -> bool:
        rendering = await of(house, video_id, Kind.FIRST, Kind.REST)
        return sum(task.state is TaskState.RUNNING for task in rendering) == number

    await until(lambda: at_once(1))
    workers.append(asyncio.ensure_future(house.work(SLOW).finish(video_id)))
    await until(lambda: at_once(2))
    for worker in workers:
        worker.cancel()
    await asyncio.wait(workers)
