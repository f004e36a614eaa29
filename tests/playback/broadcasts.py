"""What the tests of live viewers have in common: names of what is on air, and who waits for it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from tests.playback.players import Player, playing
from tests.playback.world import World
from tests.waiting import until

LIST = "720p/index.m3u8"
PART = "720p/part_00057.m4s"
HINTED = "next/part_00058.m4s"
BLOCKING = "_HLS_msn=12&_HLS_part=3"
TEXT = b"#EXTM3U\n#EXT-X-VERSION:9\n"


@asynccontextmanager
async def audience(world: World, base: str, number: int) -> AsyncIterator[list[Player]]:
    """Players whose connections know the short way."""
    async with AsyncExitStack() as stack:
        players = [await stack.enter_async_context(playing(world)) for _ in range(number)]
        for player in players:
            # The bytes before the first answer are unknown to the short way, so it is open from the second one on.
            for _ in range(2):
                await player.get(f"{base}/{PART}")
        yield players


async def waiting(world: World, number: int) -> None:
    await until(lambda: len(world.delivery.waits) == number)
