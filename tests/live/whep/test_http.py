"""WHEP over HTTP: draft-ietf-wish-whep-03, 4."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import aiohttp
import pytest

from novacast import outbox
from novacast.clock import SystemClock
from novacast.database import Database
from novacast.identity import Principal, Role
from novacast.limits import RateLimiter
from novacast.live.channels import store as channels
from novacast.live.models import Programme, ProgrammeState, Whep
from novacast.live.programmes import store as programmes
from novacast.live.whep.routes import WhepRoutes
from novacast.live.whep.service import Monitoring
from novacast.metrics import Metrics
from novacast.settings import Server, Settings
from novacast.tables import MIGRATIONS
from novacast.visibility import Visibility
from novacast.web import Credentials
from novacast.web.server import Parts, WebServer
from tests.compiled import static, templates
from tests.databases import migrated
from tests.live.conftest import CHANNEL
from tests.live.conftest import PROGRAMME as PLANNED
from tests.live.whep.conftest import PROGRAMME, Gallery, Open
from tests.live.whep.viewer import viewer

SDP = {"Content-Type": "application/sdp"}
MEMBER = {"Authorization": "Bearer member"}
ON_AIR = replace(
    PLANNED, id=PROGRAMME, state=ProgrammeState.ON_AIR, started_at=1, visibility=Visibility.PUBLIC, planned_end=None
)


class People:
    """A member of the organization, and a visitor who is logged in."""

    async def authenticate(self, credentials: Credentials) -> Principal:
        member = credentials.bearer == "member"
        roles = {CHANNEL.org_id: Role.DOOR} if member else {}
        return Principal(person_id=credentials.bearer, session_id=credentials.bearer, roles=roles)


@dataclass
class House:
    address: str
    db: Database
    gallery: Gallery

    @property
    def endpoint(self) -> str:
        return f"{self.address}/api/v1/programmes/{PROGRAMME}/whep"

    async def has(self, programme: Programme) -> None:
        """This one and nothing else."""
        await self.db.write(lambda tx: programmes.remove(tx, programme.id))
        await self.db.write(lambda tx: programmes.add(tx, programme))

    async def ask(
        self, method: str, address: str = "", *, data: bytes = b"", headers: Mapping[str, str] = MEMBER
    ) -> aiohttp.ClientResponse:
        async with (
            aiohttp.ClientSession() as client,
            client.request(method, address or self.endpoint, data=data or None, headers=headers) as answer,
        ):
            await answer.read()
            return answer


@pytest.fixture
async def house(opened: Open, tmp_path: Path) -> AsyncIterator[House]:
    gallery, clock = await opened(most=1), SystemClock()
    file = tmp_path / "web.db"
    migrated(file, MIGRATIONS)
    db = await Database.open(file, clock, readers=1)
    await db.write(lambda tx: channels.add(tx, CHANNEL))
    monitoring = Monitoring(db)
    monitoring.server = gallery.whep
    parts = Parts(
        settings=Settings(server=Server(port=0)),
        routes=[WhepRoutes(monitoring)],
        authenticator=People(),
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
    made = House(f"http://127.0.0.1:{server.port}", db, gallery)
    await made.has(ON_AIR)
    yield made
    await server.stop()
    await db.close()


@pytest.mark.slow
async def test_an_offer_is_answered_with_a_session_that_is_there_until_it_is_ended(house: House) -> None:
    async with viewer() as (_, offer):
        begun = await house.ask("POST", data=offer.encode(), headers={**SDP, **MEMBER})
        session = house.address + begun.headers["Location"]
        there = await house.ask("GET", session)
        crowded = await house.ask("POST", data=offer.encode(), headers={**SDP, **MEMBER})
        ended = await house.ask("DELETE", session, headers={})
        again = await house.ask("DELETE", session, headers={})

    assert (begun.status, begun.content_type) == (201, "application/sdp")
    assert begun.headers["Cache-Control"] == "no-store"
    assert (there.status, ended.status, again.status) == (204, 204, 404)
    problem = await crowded.json()
    assert (crowded.status, crowded.headers["Retry-After"], problem["code"]) == (503, "10", "crowded")
    assert "places" in problem["detail"]


async def test_what_is_no_offer_is_refused_by_its_kind(house: House) -> None:
    sdp = {**SDP, **MEMBER}
    typed = await house.ask("POST", data=b"v=0", headers={**MEMBER, "Content-Type": "application/json"})
    huge = await house.ask("POST", data=b"v=0\r\n" * 20_000, headers=sdp)
    garbled = await house.ask("POST", data=b"\xff\xfe\xfd", headers=sdp)

    assert [one.status for one in (typed, huge, garbled)] == [415, 413, 400]
    assert house.gallery.guests.inside == []


async def test_trickling_is_no_method_here_and_the_type_of_an_offer_is_told(house: House) -> None:
    told = await house.ask("OPTIONS", headers={})
    trickled = await house.ask("PATCH", f"{house.address}/api/v1/whep/00", data=b"a=candidate")
    unknown = await house.ask("DELETE", f"{house.address}/api/v1/whep/not-hex")
    assert (told.status, told.headers["Accept-Post"]) == (204, "application/sdp")
    assert trickled.status == 405
    assert "DELETE" in trickled.headers["Allow"]
    assert unknown.status == 404


async def test_members_may_watch_and_others_where_the_programme_says_so(house: House) -> None:
    visitor = {"Authorization": "Bearer visitor"}

    async def seen_by() -> list[int]:
        return [(await house.ask("GET", headers=one)).status for one in (MEMBER, visitor, {})]

    assert await seen_by() == [204, 403, 401]
    await house.has(replace(ON_AIR, whep=Whep.VIEWERS))
    assert await seen_by() == [204, 204, 204]
    await house.has(replace(ON_AIR, visibility=Visibility.PRIVATE, whep=Whep.VIEWERS))
    assert await seen_by() == [404, 404, 404]


async def test_before_it_is_on_air_one_is_told_when_to_come_again_and_afterwards_that_it_is_over(house: House) -> None:
    sdp = {**SDP, **MEMBER}
    await house.has(replace(PLANNED, id=PROGRAMME, visibility=Visibility.PUBLIC))
    early = await house.ask("POST", data=b"v=0", headers=sdp)
    await house.has(replace(ON_AIR, state=ProgrammeState.ENDED, ended_at=2))
    late = await house.ask("POST", data=b"v=0", headers=sdp)

    assert (early.status, early.headers["Retry-After"], (await early.json())["code"]) == (409, "5", "not_yet")
    assert late.status == 404
