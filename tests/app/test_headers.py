"""What every kind of answer tells a browser not to do, over all pages that there are."""

from collections.abc import AsyncIterator, Mapping
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
OTHERS = (
    "/nothing/here",
    "/static/css/novacast.css",
    "/static/none.js",
    "/api/v1/me",
    "/api/openapi.json",
)


@dataclass(frozen=True)
class Site:
    url: str
    pages: tuple[str, ...]
    client: aiohttp.ClientSession

    async def headers(self, path: str) -> Mapping[str, str]:
        async with self.client.get(self.url + path, headers={"Accept": "text/html"}, allow_redirects=False) as answer:
            assert answer.status < 500, path
            return answer.headers.copy()


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
        cookies = {"novacast_session": signed_in.secret or ""}
        pages = tuple(one.path for one in server.routes if one.kind == "page")
        async with aiohttp.ClientSession(cookies=cookies, cookie_jar=aiohttp.CookieJar(unsafe=True)) as client:
            yield Site(f"http://127.0.0.1:{server.port}", pages, client)
        await server.stop()
        await own.outbox.close()


def directives(policy: str) -> dict[str, set[str]]:
    return {name: set(values) for name, *values in (part.split() for part in policy.split(";"))}


def check(path: str, headers: Mapping[str, str]) -> None:
    policy = directives(headers["Content-Security-Policy"])
    assert policy["default-src"] == {"'none'"}, path
    assert policy["base-uri"] == {"'none'"}, path
    assert policy["form-action"] == {"'self'"}, path
    assert policy["script-src"] == {"'self'"}, path
    assert not {"'unsafe-inline'", "*", "http:", "https:"} & policy["style-src"], path
    assert policy["frame-ancestors"] == {"'none'"}, path
    assert headers["X-Content-Type-Options"] == "nosniff", path
    assert headers["Referrer-Policy"] == "same-origin", path
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin", path
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin", path
    assert "geolocation=()" in headers["Permissions-Policy"], path
    assert headers["Server"] == "NovaCast", path


async def test_every_answer_forbids_what_no_page_needs(site: Site) -> None:
    """With ids that lead nowhere: pages of errors are pages as well. What the few that play, frame or pay allow beside
    is in the tests of their slices."""
    assert len(site.pages) > 50
    for page in site.pages:
        path = "/".join("x" if part.startswith("{") else part for part in page.split("/"))
        headers = await site.headers(path)
        check(path, headers)
        assert {"no-cache", "no-store"} & set(headers["Cache-Control"].split(", ")), path
    for path in OTHERS:
        check(path, await site.headers(path))
    # Answered ahead of all that: it is never a page, and says so.
    assert (await site.headers("/media/x/y"))["X-Content-Type-Options"] == "nosniff"
