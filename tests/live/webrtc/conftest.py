from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from novacast import outbox
from novacast.clock import Clock, SystemClock
from novacast.database import Database
from novacast.identity import Principal
from novacast.limits import RateLimiter
from novacast.live.ingest import Gate
from novacast.live.webrtc.routes import WhipRoutes
from novacast.live.webrtc.server import Receiving, WhipDoor, WhipServer
from novacast.metrics import Metrics
from novacast.settings import Server, Settings
from novacast.tables import MIGRATIONS
from novacast.web import Credentials
from novacast.web.authentication import Authenticator
from novacast.web.server import Parts, WebServer
from tests.compiled import static, templates
from tests.databases import migrated
from tests.fakes.gate import FakeGate


class Nobody:
    async def authenticate(self, credentials: Credentials) -> Principal:
        raise AssertionError("a stream key is nobody's token")


@dataclass
class Studio:
    """WHIP over HTTP, with a gate behind it."""

    address: str
    whip: WhipServer
    door: WhipDoor
    gate: FakeGate
    metrics: Metrics

    @property
    def endpoint(self) -> str:
        return f"{self.address}/api/v1/whip"

    def value(self, name: str, **labels: str) -> float:
        return self.metrics.value(f"novacast_{name}", **labels)


@asynccontextmanager
async def served(door: WhipDoor, db: Database, people: Authenticator, body_seconds: float = 30) -> AsyncIterator[str]:
    """The address of a server that has WHIP and nothing else."""
    clock = SystemClock()
    parts = Parts(
        settings=Settings(server=Server(port=0, body_seconds=body_seconds)),
        routes=[WhipRoutes(door)],
        authenticator=people,
        db=db,
        outbox=outbox.Outbox(db),
        cache=templates(),
        static=static(),
        clock=clock,
        limiter=RateLimiter(clock),
        metrics=Metrics(),
        key=b"k" * 32,
    )
    server = WebServer(parts)
    await server.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        await server.stop()


Open = Callable[..., Awaitable[Studio]]


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[Open]:
    """`await opened(receiving)`: a studio, closed at the end."""
    async with AsyncExitStack() as stack:

        async def open_one(
            receiving: Receiving | None = None,
            gate: Gate | None = None,
            clock: Clock | None = None,
            body_seconds: float = 30,
        ) -> Studio:
            metrics, door, fake, now = Metrics(), WhipDoor(), FakeGate(), clock or SystemClock()
            whip = door.server = WhipServer(gate or fake, metrics, now, receiving or Receiving("127.0.0.1"))
            whip.start()
            stack.push_async_callback(whip.close)
            file = tmp_path / "web.db"
            migrated(file, MIGRATIONS)
            db = await Database.open(file, SystemClock(), readers=1)
            stack.push_async_callback(db.close)
            address = await stack.enter_async_context(served(door, db, Nobody(), body_seconds))
            return Studio(address, whip, door, fake, metrics)

        yield open_one
