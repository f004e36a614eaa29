from collections.abc import AsyncIterator

import pytest

from novacast.folder import DataFolder
from tests.fakes.clock import FakeClock
from tests.notifications.news.world import World, open_world
from tests.tickets.box import open_box


@pytest.fixture
async def world(folder: DataFolder, clock: FakeClock) -> AsyncIterator[World]:
    async with open_box(folder.database, clock) as box, open_world(box, folder) as opened:
        yield opened
