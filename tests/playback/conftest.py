from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from novacast.settings import Playback
from tests.fakes.clock import FakeClock
from tests.playback.world import World, opened


@pytest.fixture
async def world(tmp_path: Path, clock: FakeClock) -> AsyncIterator[World]:
    async with opened(World(tmp_path, clock, Playback(cache_bytes=4 * 1024**2))) as world:
        yield world
