import asyncio
import threading
from pathlib import Path

import pytest

from novacast.database import Database
from novacast.errors import Unavailable
from tests.fakes.clock import FakeClock
from tests.waiting import block_until


@pytest.mark.parametrize("turns", [0, 1, 2, 5, 10])
def test_an_opening_that_is_broken_off_leaves_nothing_that_runs(path: Path, clock: FakeClock, turns: int) -> None:
    """A thread of a connection that nobody closes would keep the process from ever ending."""

    async def broken_off() -> None:
        opening = asyncio.ensure_future(Database.open(path, clock))
        for _ in range(turns):
            await asyncio.sleep(0)
        opening.cancel()
        try:
            database = await opening
        except asyncio.CancelledError:
            return
        await database.close()

    before = threading.active_count()
    asyncio.run(broken_off())
    block_until(lambda: threading.active_count() == before)


def test_an_opening_that_is_refused_leaves_nothing_that_runs(tmp_path: Path, clock: FakeClock) -> None:
    before = threading.active_count()
    with pytest.raises(Unavailable, match="can't be opened"):
        asyncio.run(Database.open(tmp_path / "none.db", clock))
    block_until(lambda: threading.active_count() == before)
