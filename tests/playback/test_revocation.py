"""Logging out, and everything else that takes a permission away, holds for the very next byte. Nothing here waits."""

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from novacast import outbox
from novacast.accounts import schema as accounts_schema
from novacast.accounts.routes import account_routes
from novacast.accounts.services import account_services
from novacast.database import Database, migrate
from novacast.errors import NotFound
from novacast.identity import ANONYMOUS, SYSTEM, Principal
from novacast.limits import RateLimiter
from novacast.metrics import Metrics
from novacast.outbox import Outbox
from novacast.playback import schema
from novacast.playback.delivery.cache import THREADS
from novacast.playback.routes import PlaybackRoutes
from novacast.playback.services import playback_services
from novacast.settings import Settings, replace
from novacast.web import idempotency
from novacast.web.server import Parts, WebServer
from tests.compiled import static, templates
from tests.fakes.clock import FakeClock
from tests.playback.world import FILM, SEGMENT, Film, NoPasses, World, held
from tests.waiting import until

PASSWORD = "seven wooden trumpets"
EMAIL = "ada@example.org"
SETTINGS: dict[str, float] = {"accounts.argon2_memory_kib": 8192, "accounts.argon2_iterations": 1, "server.port": 0}
SETTINGS |= {"accounts.tries_per_address": 200, "server.drain_seconds": 0.0, "playback.devices": 100}


@dataclass(frozen=True)
class Members:
    """A film for whoever is logged in."""

    film: Film

    async def locate(self, principal: Principal, media_id: str) -> Film:
        if not principal.signed_in:
            raise NotFound("There is no such film.")
        return self.film


@pytest.fixture
async def cinema(tmp_path: Path, clock: FakeClock) -> AsyncIterator[str]:
    """Address of a server with accounts and playback joined as wiring joins them; one person has an account."""
    settings = Settings()
    for name, value in SETTINGS.items():
        settings = replace(settings, name, value)
    (tmp_path / "film").mkdir()
    (tmp_path / "film" / "seg1.m4s").write_bytes(SEGMENT)
    path = tmp_path / "cinema.db"
    migrations = [outbox.migrations, idempotency.migrations, accounts_schema.migrations, schema.migrations]
    migrate(path, migrations, clock, backups=tmp_path / "backups")
    db, limiter = await Database.open(path, clock, readers=2), RateLimiter(clock)
    accounts = account_services(db, clock, settings, limiter, Silent(), b"k" * 32)
    members = Members(Film(tmp_path / "film"))
    playback = playback_services(db, clock, settings, limiter, [members], NoPasses(), accounts.sessions, b"k" * 32)
    facts = Outbox(db)
    server = WebServer(
        Parts(
            settings=settings,
            routes=(*account_routes(accounts), PlaybackRoutes(playback.playback)),
            authenticator=accounts.authenticator,
            db=db,
            outbox=facts,
            cache=templates(),
            static=static(),
            clock=clock,
            limiter=limiter,
            metrics=Metrics(),
            key=bytes(32),
            media=playback.delivery,
        )
    )
    await accounts.administration.create_person(SYSTEM, EMAIL, "Ada", PASSWORD)
    playback.start()  # without the outbox: what it would deliver a little later must not be needed
    await server.start()
    yield f"http://127.0.0.1:{server.port}"
    await server.stop()
    await playback.close()
    accounts.close()
    await db.close()


def browsing(cinema: str) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(headers={"Origin": cinema}, cookie_jar=aiohttp.CookieJar(unsafe=True))


class Silent:
    def send(self, *_: object, **__: object) -> None:
        """No mail matters here."""


async def watched(browser: aiohttp.ClientSession, cinema: str) -> str:
    """Address of a segment in a fresh viewing session of someone who has just logged in."""
    async with browser.post(f"{cinema}/api/v1/session", json={"email": EMAIL, "password": PASSWORD}) as answer:
        assert answer.status in (200, 201), await answer.text()
    async with browser.get(f"{cinema}/api/v1/streams/{FILM}") as answer:
        assert answer.status == 200, await answer.text()
        url = (await answer.json())["url"]
    async with browser.get(f"{cinema}{url}", allow_redirects=False) as answer:
        return cinema + answer.headers["Location"].replace("master.m3u8", "seg1.m4s")


async def status(browser: aiohttp.ClientSession, url: str) -> int:
    async with browser.get(url) as answer:
        await answer.read()
        return answer.status


async def test_after_the_answer_to_a_log_out_no_segment_is_served(cinema: str) -> None:
    async with browsing(cinema) as browser:
        for _ in range(25):
            segment = await watched(browser, cinema)
            assert [await status(browser, segment) for _ in range(4)] == [200] * 4
            async with browser.delete(f"{cinema}/api/v1/session") as answer:
                assert answer.status == 204
            assert await status(browser, segment) == 410


async def test_a_log_out_elsewhere_stops_all_devices_at_once(cinema: str) -> None:
    async with browsing(cinema) as one, browsing(cinema) as other:
        for _ in range(10):
            segment = await watched(one, cinema)
            kept = await watched(other, cinema)
            assert [await status(one, segment), await status(other, kept)] == [200, 200]
            async with other.delete(f"{cinema}/api/v1/me/sessions") as answer:
                assert answer.status in (200, 204), await answer.text()
            assert [await status(one, segment), await status(other, kept)] == [410, 200]


async def revoke(world: World) -> None:
    """What another slice does: a fact in the transaction of the change. Returns as its service would."""
    world.venue.visibility = "private"
    await world.db.write(lambda tx: outbox.emit(tx, "video.changed", FILM, outbox.INTERNAL))


async def test_a_change_of_visibility_holds_for_the_very_next_request(world: World) -> None:
    for _ in range(50):
        world.venue.visibility = "public"
        base = await world.session(ANONYMOUS)
        assert (await world.get(f"{base}/v360/seg1.m4s")).status == 200
        await revoke(world)
        assert (await world.get(f"{base}/v360/seg1.m4s")).status == 410


@pytest.mark.parametrize("cache_bytes", [0, 4 * 1024**2], ids=["from disk", "from memory"])
async def test_a_permission_that_ends_while_the_file_is_read_gives_no_file(world: World, cache_bytes: int) -> None:
    world.cache.capacity = cache_bytes
    base = await world.session(ANONYMOUS)
    await world.get(f"{base}/master.m3u8")
    gate = threading.Event()
    busy = [asyncio.ensure_future(world.cache.in_thread(gate.wait)) for _ in range(THREADS)]
    asked, misses = world.cache.stats.misses, 3
    reading = [asyncio.create_task(world.get(f"{base}/v360/seg1.m4s")) for _ in range(misses)]
    await until(lambda: world.cache.stats.misses == asked + misses)
    await revoke(world)
    gate.set()
    assert [one.status for one in await asyncio.gather(*reading)] == [410] * misses
    await asyncio.gather(*busy)
    await until(lambda: not held(world.folder))


async def test_where_facts_cannot_be_read_nobody_watches(world: World) -> None:
    base = await world.session(ANONYMOUS)
    assert (await world.get(f"{base}/v360/seg1.m4s")).status == 200
    await world.db.write(lambda tx: tx.run("ALTER TABLE outbox RENAME TO hidden"))
    world.audience._announced()
    assert (await world.get(f"{base}/v360/seg1.m4s")).status >= 500
    await world.db.write(lambda tx: tx.run("ALTER TABLE hidden RENAME TO outbox"))
    assert (await world.get(f"{base}/v360/seg1.m4s")).status == 200
