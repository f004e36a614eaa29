"""A demo server as a process of its own, for tests that send it signals. Says what it does on standard output."""

import asyncio
import contextlib
from pathlib import Path

from novacast.folder import DataFolder
from novacast.web.server import stop_signals
from tests.fakes.clock import FakeClock
from tests.web import conftest


async def main(data: str) -> None:
    folder = DataFolder.at(Path(data))
    folder.prepare()
    async with contextlib.asynccontextmanager(conftest.opened)(folder, FakeClock()) as open_house:
        house = await open_house()
        async with stop_signals() as stop:
            print(house.server.port, flush=True)
            await house.demo.entered.wait()
            print("entered", flush=True)
            await stop.wait()
            print("stopping", flush=True)
            asyncio.get_running_loop().call_soon(house.demo.gate.set)
            await house.server.stop()
