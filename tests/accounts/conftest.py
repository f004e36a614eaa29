from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from novacast import outbox
from novacast.accounts import schema
from novacast.accounts.services import account_services
from novacast.clock import SECOND
from novacast.database import Database
from novacast.limits import RateLimiter
from novacast.settings import Settings, replace
from novacast.web import idempotency
from tests.accounts.house import House, Letterbox
from tests.accounts.served import Served, serving
from tests.databases import migrated
from tests.fakes.clock import FakeClock
from tests.fakes.provider import Provider, open_provider


@pytest.fixture
def settings() -> Settings:
    cheap = replace(Settings(), "accounts.argon2_memory_kib", 8192)
    cheap = replace(replace(cheap, "accounts.argon2_iterations", 1), "accounts.tries_per_address", 40)
    # A name, as browsers have no passkeys for a bare address.
    return replace(cheap, "server.public_url", "http://localhost")


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
async def provider(house: House) -> AsyncIterator[Provider]:
    async with open_provider(lambda: house.clock.now() // SECOND) as made:
        yield made


@pytest.fixture
async def served(house: House, settings: Settings) -> AsyncIterator[Served]:
    async with serving(house, house.own, settings) as opened:
        yield opened
