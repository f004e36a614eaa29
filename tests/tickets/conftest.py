from collections.abc import AsyncIterator

import pytest

from novacast.folder import DataFolder
from tests.fakes.clock import FakeClock
from tests.tickets.box import Box, open_box


@pytest.fixture
async def box(folder: DataFolder, clock: FakeClock) -> AsyncIterator[Box]:
    async with open_box(folder.database, clock) as opened:
        yield opened
