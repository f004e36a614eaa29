from collections.abc import AsyncIterator

import pytest

from novacast.folder import DataFolder
from tests.chat.world import World, opened
from tests.fakes.clock import FakeClock


@pytest.fixture
async def world(folder: DataFolder, clock: FakeClock) -> AsyncIterator[World]:
    async with opened(folder, clock) as world:
        yield world
