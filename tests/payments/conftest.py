from collections.abc import AsyncIterator

import pytest

from novacast.folder import DataFolder
from tests.fakes.clock import FakeClock
from tests.payments.paying import House, open_house


@pytest.fixture
async def house(folder: DataFolder, clock: FakeClock) -> AsyncIterator[House]:
    async with open_house(folder.database, clock) as opened:
        yield opened
