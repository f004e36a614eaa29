"""How often what grows is looked at."""

import asyncio

from novacast.vods import store as videos
from novacast.vods.transcoding import store
from novacast.vods.transcoding.pulse import LOOKS, Pulse
from tests.fakes.clock import FakeClock
from tests.vods.conftest import House


async def test_what_nobody_can_watch_yet_is_looked_at_more_often_than_what_has_begun(
    house: House, clock: FakeClock
) -> None:
    video_id = await house.arrive()
    video = await house.db.one(videos.by_id(video_id))
    (task,) = await house.db.write(lambda tx: store.claim(tx, video_id))
    assert video is not None
    looks: list[int | None] = []
    """The lease at each look: one and the same until the next beat."""
    begun_with, enough = LOOKS + 2, asyncio.Event()

    async def grow() -> bool:
        clock.advance(0.001)
        now = await house.db.one(store.named(video_id, task.name))
        assert now is not None
        looks.append(now.lease_until)
        if len(looks) == begun_with + 3:
            enough.set()
        return len(looks) == begun_with

    pulse = Pulse(house.db, video, task, house.folders, reserve=0)
    pulse.grow = grow
    async with pulse.beating():
        await enough.wait()
    assert len(set(looks[: LOOKS + 1])) == 1
    assert len(set(looks[begun_with:])) == 3
