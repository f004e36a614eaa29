from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from novacast.identity import ANONYMOUS
from novacast.settings import Playback
from tests.fakes.clock import FakeClock
from tests.playback.broadcasts import LIST, PART, TEXT
from tests.playback.world import SEGMENT, Broadcast, World, opened


@pytest.fixture
async def world(tmp_path: Path, clock: FakeClock) -> AsyncIterator[World]:
    async with opened(World(tmp_path, clock, Playback(cache_bytes=4 * 1024**2))) as world:
        yield world


@pytest.fixture
def air(world: World) -> Broadcast:
    air = world.air()
    air.put(LIST, TEXT)
    air.put(PART, SEGMENT)
    return air


@pytest.fixture
async def base(world: World) -> str:
    return await world.session(ANONYMOUS)
