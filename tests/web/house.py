"""What the kit's tests hold in their hands: a running server, and ways to speak to it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import aiohttp

from novacast import outbox
from novacast.database import Database, Migrations, statements
from novacast.metrics import Metrics
from novacast.outbox import Outbox
from novacast.web import idempotency
from novacast.web.server import WebServer
from tests.fakes.clock import FakeClock
from tests.waiting import PATIENCE
from tests.web.demo import DemoRoutes, Known, Log

WITHIN = PATIENCE
"""Seconds that anything which is going to happen gets."""

things = Migrations("things")


@things()
def m001_things(db: Any) -> None:
    statements(db, "CREATE TABLE things (id TEXT NOT NULL, title TEXT NOT NULL) STRICT")


MIGRATIONS = [outbox.migrations, idempotency.migrations, things]


@dataclass
class House:
    """A running server and everything a test may want to look into."""

    db: Database
    clock: FakeClock
    server: WebServer
    demo: DemoRoutes
    log: Log
    known: Known
    outbox: Outbox
    metrics: Metrics
    client: aiohttp.ClientSession
    open: list[asyncio.StreamWriter] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"

    async def raw(self, text: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A bare connection that has sent `text`."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.server.port)
        self.open.append(writer)
        writer.write(text)
        await writer.drain()
        return reader, writer

    async def told(self, text: bytes) -> bytes:
        """All that is answered to `text` until the server closes the connection."""
        reader, _ = await self.raw(text)
        async with asyncio.timeout(WITHIN):
            return await reader.read()

    def ask(self, method: str, path: str, token: str | None = "tom", **more: Any) -> Any:
        headers = {**({"Authorization": f"Bearer {token}"} if token else {}), **more.pop("headers", {})}
        if isinstance(more.get("data"), bytes):
            more["data"] = BytesIO(more["data"])
        return self.client.request(method, self.url + path, headers=headers, allow_redirects=False, **more)

    async def json(self, method: str, path: str, token: str | None = "tom", **more: Any) -> tuple[int, Any]:
        async with self.ask(method, path, token, **more) as response:
            return response.status, await response.json(content_type=None)

    async def emit(self, topic: str, subject: str, audience: str, **payload: Any) -> int:
        """Write a fact; its seq."""

        def unit(tx: Any) -> int:
            outbox.emit(tx, topic, subject, audience, **payload)
            return tx.one(outbox.last_seq()) or 0

        return await self.db.write(unit)

    async def mention(self, topic: str, subject: str, audience: str, **payload: Any) -> None:
        await self.db.write(lambda tx: outbox.mention(tx, topic, subject, audience, **payload))


Open = Callable[..., Awaitable[House]]
