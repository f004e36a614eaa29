from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from novacast import outbox
from novacast.accounts import schema
from novacast.accounts.pages import account_pages
from novacast.accounts.routes import account_routes
from novacast.accounts.services import account_services
from novacast.database import Database
from novacast.i18n import Languages
from novacast.limits import RateLimiter
from novacast.metrics import Metrics
from novacast.outbox import Outbox
from novacast.settings import Settings, replace
from novacast.web import idempotency
from novacast.web.server import Parts, WebServer
from tests.accounts.house import House, Letterbox
from tests.accounts.served import Served
from tests.compiled import static, templates
from tests.databases import migrated
from tests.fakes.clock import FakeClock


@pytest.fixture
def settings() -> Settings:
    cheap = replace(Settings(), "accounts.argon2_memory_kib", 8192)
    return replace(replace(cheap, "accounts.argon2_iterations", 1), "accounts.tries_per_address", 40)


@pytest.fixture
async def house(tmp_path: Path, clock: FakeClock, settings: Settings) -> AsyncIterator[House]:
    path = tmp_path / "novacast.db"
    migrated(path, [outbox.migrations, idempotency.migrations, schema.migrations])
    db = await Database.open(path, clock, readers=2)
    limiter, letterbox = RateLimiter(clock), Letterbox()
    own = account_services(db, clock, settings, limiter, letterbox, b"k" * 32)
    try:
        yield House(db, clock, limiter, letterbox, own)
    finally:
        own.close()
        await db.close()


@pytest.fixture
async def served(house: House, settings: Settings) -> AsyncIterator[Served]:
    events, own = Outbox(house.db), house.own
    server = WebServer(
        Parts(
            settings=replace(replace(settings, "server.port", 0), "server.drain_seconds", 0.0),
            routes=(*account_routes(own), *account_pages(own, Languages())),
            authenticator=own.authenticator,
            db=house.db,
            outbox=events,
            cache=templates(),
            static=static(),
            clock=house.clock,
            limiter=house.limiter,
            metrics=Metrics(),
            key=bytes(32),
        )
    )
    await events.start()
    await server.start()
    browser = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
    try:
        yield Served(house, f"http://127.0.0.1:{server.port}", browser)
    finally:
        await browser.close()
        await server.stop()
        await events.close()
