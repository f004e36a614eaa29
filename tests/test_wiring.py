"""The services put together: what can't be, is refused and leaves nothing that runs."""

import asyncio
import threading

import pytest

from novacast.clock import SystemClock
from novacast.errors import BadSettings
from novacast.folder import DataFolder
from novacast.settings import Jobs, Settings
from novacast.tables import MIGRATIONS
from novacast.wiring import services
from tests.databases import migrated
from tests.waiting import block_until


@pytest.mark.parametrize("broken", ["settings", "key"])
def test_services_that_are_refused_let_the_process_end(folder: DataFolder, broken: str) -> None:
    migrated(folder.database, MIGRATIONS)
    jobs = Jobs(engine="redis") if broken == "settings" else Jobs()
    if broken == "key":
        (folder.keys / "installation.key").write_bytes(b"short")

    async def opened() -> None:
        async with services(Settings(data=folder.root, jobs=jobs), SystemClock()):
            raise AssertionError("they were not refused")

    before = threading.active_count()
    with pytest.raises(BadSettings):
        asyncio.run(opened())
    block_until(lambda: threading.active_count() == before)
