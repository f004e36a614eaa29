"""The live slice behind the real web server, without an engine."""

import contextlib
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from novacast import outbox
from novacast.errors import Unauthenticated
from novacast.identity import Principal
from novacast.limits import RateLimiter
from novacast.live.overview.service import LiveOverview
from novacast.live.pages import live_pages
from novacast.live.routes import live_routes
from novacast.live.services import LiveServices
from novacast.live.topics import TOPICS
from novacast.metrics import Metrics
from novacast.settings import Server, Settings
from novacast.topics import Topics
from novacast.web import Credentials
from novacast.web.server import Parts, WebServer
from tests.compiled import static, templates
from tests.live.conftest import (
    DOOR,
    GUEST,
    MANAGER,
    MODERATOR,
    ORG,
    OTHER_ORG,
    OUTSIDER,
    OWNER,
    PRODUCER,
    House,
)

GERMAN = replace(OWNER, name="besitzerin", language="de")
PEOPLE: Mapping[str, Principal] = {
    who.name: who for who in (OWNER, MANAGER, PRODUCER, MODERATOR, DOOR, OUTSIDER, GUEST, GERMAN)
}


class Tokens:
    """Whoever brings a person's name as a token or session is that person."""

    async def authenticate(self, credentials: Credentials) -> Principal:
        try:
            return PEOPLE[credentials.bearer or credentials.session or ""]
        except KeyError as error:
            raise Unauthenticated("Nobody has this token.") from error


class Names:
    async def names(self, ids: Iterable[str]) -> Mapping[str, str]:
        known = {ORG: "The Playhouse", OTHER_ORG: "The Other House", "producer": "Petra Producer", "owner": "Olga"}
        return {one: known[one] for one in ids if one in known}


@dataclass(frozen=True)
class Recorded:
    id: str
    title: str
    duration: int | None = 90_000_000
    poster: str | None = None


class Library:
    """Videos' part: what a test says there is. The real one is in tests/vods/test_watchable.py."""

    def __init__(self, titles: Mapping[str, str]) -> None:
        self._titles = titles

    async def watchable(self, principal: Principal, video_ids: Sequence[str]) -> Mapping[str, Recorded]:
        return {one: Recorded(one, self._titles[one]) for one in video_ids if one in self._titles}


@dataclass(frozen=True, slots=True)
class Nobody:
    viewers: int = 0
    tracks: Mapping[str, int] = field(default_factory=dict)


class Empty:
    """Playback's part: nobody watches."""

    async def watching(self, media_id: str) -> Nobody:
        return Nobody()


def live_topics(own: LiveServices) -> Topics:
    topics = Topics()
    topics.declare(TOPICS, own.programmes.may_look)
    return topics


@contextlib.asynccontextmanager
async def serving(house: House) -> AsyncIterator[str]:
    """The address of a server over `house`."""
    facts, settings = outbox.Outbox(house.db), Settings(server=Server(port=0, public_url="http://play.example"))
    parts = Parts(
        settings=settings,
        routes=[
            *live_routes(house.own, settings, LiveOverview(house.db, Empty(), house.own.keys)),
            *live_pages(house.own, house.db, settings, Names(), Names(), Library(house.recorded)),
        ],
        authenticator=Tokens(),
        db=house.db,
        outbox=facts,
        cache=templates(),
        static=static(),
        clock=house.clock,
        limiter=RateLimiter(house.clock),
        metrics=Metrics(),
        topics=live_topics(house.own),
        key=b"k" * 32,
    )
    server = WebServer(parts)
    await facts.start()
    await server.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        await server.stop()
        await facts.close()
