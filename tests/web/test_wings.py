"""Routes that are made when one of them is first asked for: nobody can tell, but by what is loaded."""

import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from novacast.database import Database
from novacast.folder import DataFolder
from novacast.limits import RateLimiter
from novacast.metrics import Metrics
from novacast.outbox import Outbox
from novacast.settings import Settings
from novacast.web import Body, Call, get, post
from novacast.web.addresses import Address
from novacast.web.plans import FILE, Plan, fingerprint
from novacast.web.server import Parts, WebServer
from novacast.web.wings import Wing, Wings
from tests.compiled import static
from tests.databases import migrated
from tests.fakes.clock import FakeClock
from tests.web.demo import Known
from tests.web.house import MIGRATIONS


class NameBody(Body):
    name: str


class Halls:
    @get("/halls/{name}", public=True)
    async def show(self, call: Call, name: str) -> NameBody:
        """One."""
        return NameBody(name=f"hall {name}")

    @get(r"/halls/{name}/{row:\d{1,3}}", public=True)
    async def row(self, call: Call, name: str, row: int) -> NameBody:
        return NameBody(name=f"row {row} of {name}")


class Plays:
    @get("/plays", public=True)
    async def show(self, call: Call) -> NameBody:
        return NameBody(name="plays")

    @post("/halls/{name}", idempotent=False, status=201)
    async def rename(self, call: Call, name: str) -> NameBody:
        return NameBody(name=f"renamed {name}")


class Venue:
    """A server of two wings, and which of them were opened, in order."""

    def __init__(self, folder: DataFolder, clock: FakeClock) -> None:
        self._folder, self._clock = folder, clock
        self.opened: list[str] = []
        self.objects: dict[str, Iterable[object]] = {"halls": [Halls()], "plays": [Plays()]}

    def wings(self) -> list[Wing]:
        def wing(name: str) -> Wing:
            def objects() -> Iterable[object]:
                self.opened.append(name)
                return self.objects[name]

            return Wing(name, objects)

        return [wing(name) for name in self.objects]

    @asynccontextmanager
    async def serving(self, db: Database) -> AsyncIterator["Client"]:
        settings = Settings(data=self._folder.root)
        settings = replace(settings, server=replace(settings.server, port=0))
        server = WebServer(
            Parts(
                settings=settings,
                routes=(),
                wings=self.wings(),
                authenticator=Known(),
                db=db,
                outbox=Outbox(db),
                cache=self._folder.cache,
                static=static(),
                clock=self._clock,
                limiter=RateLimiter(self._clock),
                metrics=Metrics(),
                key=bytes(32),
            )
        )
        await server.start()
        try:
            async with aiohttp.ClientSession(f"http://127.0.0.1:{server.port}") as session:
                yield Client(server, session)
        finally:
            await server.stop()


class Client:
    def __init__(self, server: WebServer, session: aiohttp.ClientSession) -> None:
        self.server, self._session = server, session

    async def ask(self, path: str, method: str = "GET") -> tuple[int, Any]:
        async with self._session.request(method, path, headers={"Authorization": "Bearer tom"}) as answer:
            return answer.status, await answer.json(content_type=None) if method != "HEAD" else answer.headers


@pytest.fixture
async def db(folder: DataFolder, clock: FakeClock) -> AsyncIterator[Database]:
    migrated(folder.database, MIGRATIONS)
    db = await Database.open(folder.database, clock, readers=1)
    yield db
    await db.close()


@pytest.fixture
async def venue(folder: DataFolder, clock: FakeClock, db: Database) -> Venue:
    """One that was started before."""
    async with Venue(folder, clock).serving(db):
        pass
    return Venue(folder, clock)


async def test_a_first_start_looks_into_all_wings_and_the_next_one_into_none(
    folder: DataFolder, clock: FakeClock, db: Database
) -> None:
    first = Venue(folder, clock)
    async with first.serving(db) as client:
        assert first.opened == ["halls", "plays"]
        assert await client.ask("/plays") == (200, {"name": "plays"})
    assert first.opened == ["halls", "plays"]
    second = Venue(folder, clock)
    async with second.serving(db):
        assert second.opened == []


async def test_a_wing_opens_with_the_first_who_comes_and_once(venue: Venue, db: Database) -> None:
    async with venue.serving(db) as client:
        assert await client.ask("/plays") == (200, {"name": "plays"})
        assert venue.opened == ["plays"]
        assert await client.ask("/plays") == (200, {"name": "plays"})
        assert await client.ask("/halls/1/12") == (200, {"name": "row 12 of 1"})
        assert venue.opened == ["plays", "halls"]


async def test_a_path_may_lead_into_two_wings_by_its_methods(venue: Venue, db: Database) -> None:
    async with venue.serving(db) as client:
        assert await client.ask("/halls/2", "POST") == (201, {"name": "renamed 2"})
        assert await client.ask("/halls/2") == (200, {"name": "hall 2"})
        status, headers = await client.ask("/halls/2", "HEAD")
        assert (status, headers["Content-Type"]) == (200, "application/json")


async def test_what_leads_nowhere_opens_nothing(venue: Venue, db: Database) -> None:
    async with venue.serving(db) as client:
        assert (await client.ask("/halls"))[0] == 404
        assert (await client.ask("/halls/1/x12"))[0] == 404
        assert (await client.ask("/plays", "DELETE"))[0] == 405
        assert venue.opened == []


async def test_all_routes_are_there_for_those_who_document_them(venue: Venue, db: Database) -> None:
    async with venue.serving(db) as client:
        assert {"/halls/{name}", "/plays"} <= {route.path for route in client.server.routes}
        assert venue.opened == ["halls", "plays"]
        assert await client.ask("/plays") == (200, {"name": "plays"})
        assert venue.opened == ["halls", "plays"]


@pytest.mark.parametrize("kept", ["", "[]", '{"program": "x", "places": {}}', '{"program": 1', "\x00"])
async def test_what_another_program_wrote_or_nobody_can_read_counts_for_nothing(
    venue: Venue, folder: DataFolder, db: Database, kept: str
) -> None:
    (folder.cache / FILE).write_text(kept)
    async with venue.serving(db):
        assert venue.opened == ["halls", "plays"]
    assert json.loads((folder.cache / FILE).read_text())["places"]["plays"][0] == ["GET", "/plays"]


async def test_a_wing_that_is_new_has_all_looked_into_again(venue: Venue, db: Database) -> None:
    class More:
        @get("/more", public=True)
        async def show(self, call: Call) -> NameBody:
            return NameBody(name="more")

    venue.objects["more"] = [More()]
    async with venue.serving(db) as client:
        assert await client.ask("/more") == (200, {"name": "more"})


async def test_a_list_that_is_not_true_is_forgotten_and_what_it_promised_is_not_there(
    venue: Venue, folder: DataFolder, db: Database
) -> None:
    venue.objects["plays"] = ()
    async with venue.serving(db) as client:
        assert (await client.ask("/plays"))[0] == 404
    assert not (folder.cache / FILE).exists()


async def test_a_disk_that_takes_no_list_does_not_keep_the_server_from_starting(
    folder: DataFolder, clock: FakeClock, db: Database
) -> None:
    (folder.cache / FILE).mkdir()
    venue = Venue(folder, clock)
    async with venue.serving(db) as client:
        assert await client.ask("/plays") == (200, {"name": "plays"})


def test_two_routes_in_one_place_are_refused(folder: DataFolder, clock: FakeClock) -> None:
    venue = Venue(folder, clock)
    venue.objects["again"] = [Plays()]
    with pytest.raises(ValueError, match="GET /plays is there twice, in plays and in again"):
        Wings(venue.wings(), Plan(None))


def test_any_change_of_the_program_makes_it_another(tmp_path: Path) -> None:
    (tmp_path / "room").mkdir()
    module = tmp_path / "room" / "module.py"
    module.write_text("a = 1")
    before = fingerprint(tmp_path)
    assert fingerprint(tmp_path) == before
    module.write_text("a = 12")
    changed = fingerprint(tmp_path)
    assert changed != before
    (tmp_path / "room" / "more.py").touch()
    assert fingerprint(tmp_path) != changed


@pytest.mark.parametrize("path", ["/plays", "/halls/{name}", r"/a/{b:\d{1,3}}/{c}.vtt", "/@{handle}", "/x{tail:.*}"])
def test_an_address_is_found_where_aiohttp_would_look_for_it(path: str) -> None:
    async def opening() -> dict[str, Any]:
        return {}

    theirs = web.UrlDispatcher().add_resource(path)
    assert Address(path, frozenset({"GET"}), opening).canonical == theirs.canonical
