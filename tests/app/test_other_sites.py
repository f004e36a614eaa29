"""What moves money does so for nobody whom another site sent, and for no stranger; over all routes that there are."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from novacast.accounts.sessions.models import Kind, Origin
from novacast.app import _parts
from novacast.clock import SystemClock
from novacast.folder import DataFolder
from novacast.identity import SYSTEM
from novacast.metrics import Metrics
from novacast.settings import Accounts, Server, Settings
from novacast.tables import MIGRATIONS
from novacast.web.server import WebServer
from novacast.wiring import services, station
from tests.databases import migrated

PASSWORD = "a stage with 9 lamps"
MONEY = re.compile(r"refund|dispute|incident|invoice|ledger|payout|membership|subscription|/tiers|/plans|/tips|/seller")
CHANGES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True)
class Site:
    url: str
    secret: str
    every: tuple[tuple[str, str], ...]
    """Method and path of all that change something."""
    closed: tuple[tuple[str, str], ...]
    """Those of them that move money and are for nobody who is not logged in."""

    async def status(self, method: str, path: str, headers: dict[str, str]) -> int:
        place = self.url + re.sub(r"\{[^}]+\}", "1", path)
        async with (
            aiohttp.ClientSession() as client,
            client.request(method, place, headers=headers, allow_redirects=False) as answer,
        ):
            return answer.status


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    data = DataFolder.at(tmp_path / "data")
    data.prepare()
    migrated(data.database, MIGRATIONS)
    cheap = Accounts(argon2_memory_kib=8192, argon2_iterations=1)
    settings = Settings(data=data.root, server=Server(port=0, drain_seconds=0.0), accounts=cheap)
    async with services(settings, SystemClock(), readers=1) as own:
        await own.accounts.administration.create_person(SYSTEM, "ada@example.org", "Ada", PASSWORD)
        signed_in = await own.accounts.sessions.sign_in(Kind.BROWSER, "ada@example.org", PASSWORD, Origin("", ""))
        station(own)
        server = WebServer(_parts(own, Metrics(), demo=False))
        await own.outbox.start()
        await server.start()
        # What is keyed takes no cookie: encoders, devices at doors.
        changes = [one for one in server.routes if one.method in CHANGES and not one.keyed]
        yield Site(
            f"http://127.0.0.1:{server.port}",
            signed_in.secret or "",
            tuple((one.method, one.path) for one in changes),
            tuple((one.method, one.path) for one in changes if MONEY.search(one.path) and not one.public),
        )
        await server.stop()
        await own.outbox.close()


async def test_another_site_moves_nothing_by_any_route(site: Site) -> None:
    cookie = {"Cookie": f"novacast_session={site.secret}", "Sec-Fetch-Site": "cross-site"}
    assert len(site.every) > 200
    let = [f"{method} {path}" for method, path in site.every if await site.status(method, path, cookie) != 403]
    assert let == []


async def test_no_stranger_reaches_what_moves_money(site: Site) -> None:
    own = {"Sec-Fetch-Site": "same-origin", "Accept": "application/json"}
    assert len(site.closed) > 30
    let = [f"{method} {path}" for method, path in site.closed if await site.status(method, path, own) not in (303, 401)]
    assert let == []
