from collections.abc import AsyncIterator

import pytest

from novacast.folder import DataFolder
from tests.notifications.webhooks.world import World, world


@pytest.fixture
async def here(folder: DataFolder) -> AsyncIterator[World]:
    async with world(folder) as made:
        yield made
