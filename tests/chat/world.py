"""The chat slice on a real database behind the real web server, with things to talk about that a test makes up."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp

from novacast import outbox
from novacast.chat.emotes.routes import EmoteRoutes
from novacast.chat.moderation.ports import Judge
from novacast.chat.moderation.routes import moderation_routes
from novacast.chat.ports import Badges
from novacast.chat.routes import RoomRoutes, SteeringRoutes
from novacast.chat.services import ChatServices, chat_services
from novacast.chat.socket.routes import SocketRoutes
from novacast.clock import DAY, SECOND, Clock
from novacast.database import Database, Transaction
from novacast.errors import NotFound, Unauthenticated
from novacast.folder import DataFolder
from novacast.i18n import Languages
from novacast.identity import Principal, Role
from novacast.limits import RateLimiter
from novacast.metrics import Metrics
from novacast.outbox import Outbox
from novacast.settings import Chat, Moderation, Server, Settings, Tls
from novacast.tables import MIGRATIONS
from novacast.web import Credentials
from novacast.web.server import Parts, WebServer
from novacast.web.wires import BEAT_SECONDS
from tests.compiled import static, templates
from tests.databases import migrated

WITHIN = 10.0
"""Seconds that anything which is going to happen gets."""
ORG = "org1"
ROOM = "programme1"


def person(name: str, role: Role | None = None) -> Principal:
    return Principal(person_id=name, session_id=f"s-{name}", name=name.title(), roles={ORG: role} if role else {})


ANNA, BEN, MODERATOR, PRODUCER, OWNER = (
    person("anna"),
    person("ben"),
    person("moderator", Role.MODERATOR),
    person("producer", Role.PRODUCER),
    person("owner", Role.OWNER),
)


@dataclass(frozen=True)
class FakePlace:
    media_id: str
    org_id: str = ORG
    title: str = "First night"
    kind: str = "live"
    began_at: int | None = None
    open: bool = True
    public: bool = True
    shown_to: frozenset[str] = frozenset()


@dataclass
class FakePlaces:
    """Things to watch: public, or shown to some people."""

    places: dict[str, FakePlace] = field(default_factory=dict)
    broken: bool = False

    async def place(self, principal: Principal, media_id: str) -> FakePlace:
        if self.broken:
            raise RuntimeError("the disk is on fire")
        found = self.places.get(media_id)
        if found is None:
            raise NotFound("There is no such thing.")
        if found.public or principal.person_id in found.shown_to or ORG in principal.roles:
            return found
        if not principal.signed_in:
            raise Unauthenticated("Log in to watch this.")
        raise NotFound("There is no such thing.")

    async def known(self, media_id: str) -> bool:
        return media_id in self.places


class People:
    async def names(self, ids: Sequence[str]) -> Mapping[str, str]:
        return {one: one.title() for one in ids if one.isalpha()}


class Tokens:
    """Whoever brings a person's name as a token is that person, until it is revoked."""

    def __init__(self, clock: Clock) -> None:
        self.known = {who.person_id: who for who in (ANNA, BEN, MODERATOR, PRODUCER, OWNER)}
        self._clock = clock

    async def authenticate(self, credentials: Credentials) -> Principal:
        name = credentials.bearer or credentials.session or ""
        found = self.known.get(name)
        if found is None and name.startswith("guest"):
            found = person(name)
        if found is None or (found.until is not None and found.until <= self._clock.now()):
            raise Unauthenticated("Nobody has this token.")
        return found


@dataclass(frozen=True)
class FakeStanding:
    name: str
    joined_at: int
    role: Role | None
    verified: bool = True


@dataclass
class FakeStandings:
    """Everybody whose name is of letters has an account; roles are those of the moment."""

    tokens: Tokens
    joined_at: int
    changed: dict[str, FakeStanding] = field(default_factory=dict)

    def standing(self, tx: Transaction, person_id: str, org_id: str) -> FakeStanding | None:
        if person_id in self.changed:
            return self.changed[person_id]
        known = self.tokens.known.get(person_id)
        if known is None and not person_id.isalnum():
            return None
        return FakeStanding(person_id.title(), self.joined_at, known.roles.get(org_id) if known else None)


class Line:
    """A WebSocket client, with everything it was told."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.seq = 0
        self.told: list[dict[str, Any]] = []
        self.events: list[dict[str, Any]] = []
        """In the order of frames, without those for this one alone."""
        self.read = 0
        """How many of them `event` has looked at."""

    async def next(self) -> dict[str, Any]:
        async with asyncio.timeout(WITHIN):
            message = await self.socket.receive()
        if message.type is not aiohttp.WSMsgType.TEXT:
            raise ConnectionError(f"closed: {self.socket.close_code}")
        frame: dict[str, Any] = json.loads(message.data)
        self.told.append(frame)
        if frame["type"] == "events":
            self.seq = frame["seq"]
            self.events += frame["events"]
        return frame

    async def until(self, type_: str, fits: Callable[[dict[str, Any]], object] = bool) -> dict[str, Any]:
        """The next frame of this type that fits."""
        while True:
            frame = await self.next()
            if frame["type"] == type_ and fits(frame):
                return frame

    async def event(self, type_: str = "message", fits: Callable[[dict[str, Any]], object] = bool) -> dict[str, Any]:
        """The next event of this type that fits, whatever comes before it."""
        while True:
            while self.read < len(self.events):
                one = self.events[self.read]
                self.read += 1
                if one["type"] == type_ and fits(one):
                    return one
            await self.next()

    async def texts(self, count: int) -> list[str]:
        """Of all messages it was told, once there are so many."""
        while len(found := self.said()) < count:
            await self.next()
        return found

    def said(self) -> list[str]:
        return [one["message"]["text"] for one in self.events if one["type"] == "message"]

    async def send(self, **action: Any) -> None:
        await self.socket.send_str(json.dumps(action))

    async def does(self, **action: Any) -> dict[str, Any]:
        """What an action is answered: `done` or `refused`."""
        ref = f"r{len(self.told)}"
        await self.send(ref=ref, **action)
        while True:
            frame = await self.next()
            if frame.get("ref") == ref:
                return frame

    async def closed(self) -> int | None:
        """The code, once the server has closed it."""
        async with asyncio.timeout(WITHIN):
            while not self.socket.closed:
                message = await self.socket.receive()
                if message.type is aiohttp.WSMsgType.TEXT:
                    self.told.append(json.loads(message.data))
        return self.socket.close_code


@dataclass
class World:
    db: Database
    clock: Clock
    chat: ChatServices
    server: WebServer
    places: FakePlaces
    tokens: Tokens
    standings: FakeStandings
    outbox: Outbox
    metrics: Metrics
    client: aiohttp.ClientSession

    @property
    def url(self) -> str:
        return f"{'https' if self.server.context else 'http'}://127.0.0.1:{self.server.port}"

    @asynccontextmanager
    async def line(
        self, who: str = "", room: str = ROOM, after: int | None = None, **headers: str
    ) -> AsyncIterator[Line]:
        given = {"Authorization": f"Bearer {who}"} if who else {}
        query = "" if after is None else f"?after={after}"
        address = f"{self.url}/api/v1/rooms/{room}/ws{query}"
        async with self.client.ws_connect(address, headers=given | headers, ssl=False) as socket:
            line = Line(socket)
            yield line

    @asynccontextmanager
    async def inside(self, who: str = "", room: str = ROOM, after: int | None = None) -> AsyncIterator[Line]:
        """A line that has been given everything there was."""
        async with self.line(who, room, after) as line:
            welcome = await line.until("welcome")
            if welcome["seq"]:
                # Answered behind all that there was, which may be nothing that is shown.
                await line.does(type="ping")
                line.seq = max(line.seq, welcome["seq"])
            yield line

    async def ask(self, who: str, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        given = {"Authorization": f"Bearer {who}"} if who else {}
        address = self.url + path.replace("ROOM", f"/api/v1/rooms/{ROOM}")
        async with self.client.request(method, address, json=body, headers=given | headers, ssl=False) as response:
            text = await response.text()
            return response.status, json.loads(text) if text.startswith(("{", "[")) else text

    async def say(self, who: str, text: str) -> dict[str, Any]:
        status, body = await self.ask(who, "POST", "ROOM/messages", {"text": text})
        assert status == 201, body
        return dict(body)

    async def emit(self, topic: str, subject: str, **payload: Any) -> None:
        await self.db.write(lambda tx: outbox.emit(tx, topic, subject, outbox.INTERNAL, **payload))

    def show(self, **changes: Any) -> None:
        """Change what is talked about."""
        self.places.places[ROOM] = replace(self.places.places[ROOM], **changes)


@asynccontextmanager
async def opened(
    folder: DataFolder,
    clock: Clock,
    chat: Chat | None = None,
    *,
    tls: Tls | None = None,
    moderation: Moderation | None = None,
    judge: Judge | None = None,
    badges: Sequence[Badges] = (),
    beat: float = BEAT_SECONDS,
    **server: Any,
) -> AsyncIterator[World]:
    settings = Settings(
        data=folder.root,
        chat=chat or Chat(),
        moderation=moderation or Moderation(),
        tls=tls or Tls(),
        server=Server(port=0, drain_seconds=2.0, **server),
    )
    if not folder.database.exists():
        migrated(folder.database, MIGRATIONS)
    db = await Database.open(folder.database, clock, readers=2)
    limiter, events, metrics, tokens = RateLimiter(clock), Outbox(db), Metrics(), Tokens(clock)
    places = FakePlaces({ROOM: FakePlace(ROOM, began_at=clock.now() - 60 * SECOND)})
    standings = FakeStandings(tokens, clock.now() - DAY)
    own = chat_services(
        db, clock, settings, limiter, [places], People(), badges, key=bytes(32), standings=standings, judge=judge
    )
    own.subscribe(events)
    web = WebServer(
        Parts(
            settings=settings,
            routes=[
                RoomRoutes(own),
                SteeringRoutes(own),
                EmoteRoutes(own.emotes, own.entrance),
                SocketRoutes(own, tokens, Languages(), beat=beat),
                *moderation_routes(own),
            ],
            authenticator=tokens,
            db=db,
            outbox=events,
            cache=templates(),
            static=static(),
            clock=clock,
            limiter=limiter,
            metrics=metrics,
            key=bytes(32),
            leaving=own.lobby.close,
        )
    )
    await events.start()
    own.start()
    await web.start()
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as client:
        yield World(db, clock, own, web, places, tokens, standings, events, metrics, client)
    await web.stop()
    await own.close()
    await events.close()
    await db.close()
