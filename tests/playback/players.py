"""Players that keep their connection, as browsers do."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvloop

from tests.playback.world import Answer, World, parsed

Loop = Callable[[Coroutine[Any, Any, None]], None]
LOOPS = pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])


class Player:
    """A connection that stays open. `long_ways` counts the requests that aiohttp has seen."""

    def __init__(self, world: World, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._world, self.reader, self.writer = world, reader, writer

    @property
    def long_ways(self) -> int:
        assert self._world.runner.server is not None
        return self._world.runner.server.requests_count

    def send(self, target: str, *lines: str, method: str = "GET", version: str = "1.1") -> None:
        self.writer.write("\r\n".join([f"{method} {target} HTTP/{version}", "Host: x", *lines, "", ""]).encode())

    async def answer(self, *, bodiless: bool = False) -> Answer:
        async with asyncio.timeout(10):
            head = parsed(await self.reader.readuntil(b"\r\n\r\n"))
            length = 0 if bodiless else int(head.headers.get("content-length", 0))
            return Answer(head.status, head.headers, await self.reader.readexactly(length))

    async def get(self, target: str, *lines: str) -> Answer:
        self.send(target, *lines)
        return await self.answer()

    async def warm(self, target: str) -> Answer:
        """From here on the short way is open on this connection, and `target` in memory."""
        first = await self.get(target)
        await self.get(target)
        return first


@asynccontextmanager
async def playing(world: World, port: int | None = None) -> AsyncIterator[Player]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port or world.port)
    try:
        yield Player(world, reader, writer)
    finally:
        writer.close()
