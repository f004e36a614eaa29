"""A poster that comes late, when all else is published."""

import asyncio

from novacast.vods import store as videos
from novacast.vods.captions.delivery import Dress, Wardrobe
from novacast.vods.storage.forecast import Forecasts
from novacast.vods.storage.quota import Quotas
from novacast.vods.transcoding import store
from novacast.vods.transcoding.choosing import Encoders
from novacast.vods.transcoding.making import Making
from novacast.vods.transcoding.models import Kind, Made, TaskState, TranscodeState
from novacast.vods.transcoding.publish import Publisher
from novacast.vods.transcoding.rendering import Job, Rendering
from novacast.vods.transcoding.work import TranscodeWork
from tests.vods.conftest import QUICK, Clips, House
from tests.waiting import until


class Late(Making):
    """Hands over the poster only while what the sound brought is being published."""

    def __init__(self, house: House, around: "Meanwhile") -> None:
        publisher = Publisher(house.db, house.folders, house.queue, around=around)
        encoders = Encoders(house.data.cache, house.clock, QUICK, devices=list)
        rendering = Rendering(house.db, publisher, QUICK, encoders, 30, None)
        judge = Forecasts(house.db, house.folders, Quotas(house.db, 0), 0)
        super().__init__(house.db, house.folders, house.queue, QUICK, judge, house.find, rendering, [])
        self.around, self.publisher = around, publisher

    async def make(self, job: Job) -> Made:
        made = await super().make(job)
        if job.task.kind is Kind.POSTER:
            await self.around.seen.wait()
        return made


class Meanwhile(Wardrobe):
    def __init__(self, house: House) -> None:
        super().__init__(house.db)
        self.house, self.seen = house, asyncio.Event()

    async def dress(self, video_id: str) -> Dress:
        async def waited_for() -> set[Kind]:
            tasks = await self.house.db.all(store.tasks(video_id))
            return {task.kind for task in tasks if task.state is not TaskState.DONE}

        async def drawn() -> bool:
            return not await waited_for()

        if await waited_for() == {Kind.POSTER}:
            self.seen.set()
            await until(drawn)
        return await super().dress(video_id)


async def test_a_poster_that_comes_while_the_last_sound_is_published_is_not_forgotten(
    house: House, clips: Clips
) -> None:
    video_id = await house.arrive(clips("song.mp3", "-vn", picture=False), source_name="song.mp3")
    making = Late(house, Meanwhile(house))
    await TranscodeWork(house.db, house.folders, house.queue, making, making.publisher, 0).finish(video_id)
    transcode = await house.db.one(store.by_video(video_id))
    assert transcode is not None
    assert transcode.state is TranscodeState.DONE
    video = await house.db.one(videos.by_id(video_id))
    assert video is not None
    assert video.has_poster
