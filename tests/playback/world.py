"""A venue small enough to hold in one hand: films in folders, people with sessions, and a real server in front."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from ssl import SSLContext

from aiohttp import web

from novacast import outbox
from novacast.database import Database, Transaction
from novacast.errors import InvalidInput, NotFound, Unauthenticated
from novacast.i18n import Languages
from novacast.identity import Action, Principal, Role
from novacast.limits import RateLimiter
from novacast.outbox import Outbox
from novacast.playback import schema
from novacast.playback.audience import SEATS, Audience
from novacast.playback.delivery.cache import HotCache
from novacast.playback.delivery.heads import Heads
from novacast.playback.delivery.routes import MediaDelivery
from novacast.playback.peers import Peers
from novacast.playback.permission import Permission
from novacast.playback.ports import OnAir
from novacast.playback.service import Playback
from novacast.playback.tokens import ViewingTokens
from novacast.settings import Playback as PlaybackSettings
from tests.databases import migrated
from tests.fakes.clock import FakeClock
from tests.waiting import PATIENCE

ORG, FILM = "orgorgorgorgorgorgor", "filmfilmfilmfilmfilm"
PLAYLIST = b"#EXTM3U\n#EXT-X-VERSION:7\n"
SEGMENT = bytes(range(256)) * 200


@dataclass(frozen=True, slots=True)
class Film:
    folder: Path
    media_id: str = FILM
    kind: str = "video"
    org_id: str = ORG
    title: str = "Stalker"
    master: str = "master.m3u8"
    poster: str | None = "poster.jpg"
    storyboard: str | None = "storyboard.vtt"
    duration: int | None = 9_660_000_000
    on_air: OnAir | None = None
    part: int | None = None
    latency: int | None = None


@dataclass(slots=True)
class Piece:
    """Something that is aired."""

    body: memoryview
    changes: bool = False
    head: bytes | None = None


class Broadcast:
    """What a packager has in memory: names, and who waits for what."""

    def __init__(self) -> None:
        self.pieces: dict[str, Piece] = {}
        self.coming: dict[tuple[str, str], asyncio.Future[Piece]] = {}
        self.asked = 0

    def put(self, name: str, body: bytes) -> None:
        self.pieces[name] = Piece(memoryview(body), changes=name.endswith(".m3u8"))

    def find(self, name: str, query: str) -> Piece | asyncio.Future[Piece] | None:
        """Queries that begin with `_HLS` wait; the rest of the name says what for."""
        self.asked += 1
        if query == "_HLS_msn=nonsense":
            raise InvalidInput("_HLS_msn is a number.")
        if name.startswith("gone/"):
            raise NotFound("There is no such part.")
        if query.startswith("_HLS") or name.startswith("next/"):
            key = (name, query)
            if key not in self.coming:
                self.coming[key] = asyncio.get_running_loop().create_future()
            return self.coming[key]
        return self.pieces.get(name)

    def come(self, body: bytes, name: str, query: str = "") -> None:
        self.coming.pop((name, query)).set_result(Piece(memoryview(body), changes=name.endswith(".m3u8")))

    def fail(self, error: Exception, name: str, query: str = "") -> None:
        self.coming.pop((name, query)).set_exception(error)


@dataclass(slots=True)
class Venue:
    """The neighbours' side of playback's ports: what may be seen, and who is signed in."""

    films: dict[str, Film] = field(default_factory=dict)
    visibility: str = "public"
    signed_in: dict[str, Principal] = field(default_factory=dict)
    located: int = 0

    async def locate(self, principal: Principal, media_id: str) -> Film:
        self.located += 1
        film = self.films.get(media_id)
        if film is None:
            raise NotFound("There is no such film.")
        if self.visibility == "public" or principal.allows(Action.VIDEO_EDIT, film.org_id):
            return film
        if not principal.signed_in:
            raise Unauthenticated("Sign in to watch this.")
        raise NotFound("There is no such film.")

    async def principal_of(self, session_id: str) -> Principal | None:
        return self.signed_in.get(session_id)

    def person(self, name: str, role: Role | None = None) -> Principal:
        roles = {ORG: role} if role else {}
        principal = Principal(person_id=f"person-{name}", session_id=f"session-{name}", roles=roles)
        self.signed_in[f"session-{name}"] = principal
        return principal


class World:
    """`restart` forgets everything that is not on disk."""

    def __init__(self, root: Path, clock: FakeClock, settings: PlaybackSettings, origins: tuple[str, ...] = ()) -> None:
        self.root, self.clock, self.settings, self.origins = root, clock, settings, origins
        self.folder = root / "media" / "film"
        self.folder.mkdir(parents=True)
        self.venue = Venue({FILM: Film(self.folder)})
        self.seats = SEATS
        self.stall_seconds = 30.0

    def put(self, name: str, body: bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        return path

    async def open(self) -> None:
        path = self.root / "world.db"
        if not path.exists():  # a restart opens what is there
            migrated(path, [outbox.migrations, schema.migrations])
        self.db = await Database.open(path, self.clock, readers=2)
        permission, tokens = Permission([self.venue], NoPasses(), self.venue), ViewingTokens(b"k" * 32)
        hours = self.settings.session_hours
        self.audience = Audience(self.db, self.clock, permission, tokens, session_hours=hours, capacity=self.seats)
        limiter = RateLimiter(self.clock)
        self.playback = Playback(self.db, self.clock, self.settings, permission, tokens, self.audience, limiter)
        self.peers = Peers(self.playback, self.audience, permission)
        heads = Heads(self.clock, self.origins)
        self.cache = HotCache(self.settings.cache_bytes, self.clock, heads.shared)
        self.outbox = Outbox(self.db)
        self.outbox.subscribe("playback", self.audience.hear)
        await self.outbox.start()
        self.audience.start()
        self.delivery = MediaDelivery(
            self.playback, self.audience, self.cache, heads, Languages(), stall_seconds=self.stall_seconds
        )
        self.runner = web.ServerRunner(web.Server(self.delivery, access_log=None), shutdown_timeout=1)
        await self.runner.setup()

    def air(self) -> "Broadcast":
        """From now on the film is on air."""
        on_air = Broadcast()
        self.venue.films[FILM] = Film(self.folder, kind="live", on_air=on_air, part=200_000, latency=700_000)
        return on_air

    async def listen(self, tls: SSLContext | None = None) -> int:
        await web.TCPSite(self.runner, "127.0.0.1", 0, ssl_context=tls).start()
        port: int = self.runner.addresses[0][1]
        self.port = port
        return port

    async def close(self) -> None:
        await self.runner.cleanup()
        await self.outbox.close()
        await self.audience.close()
        await self.cache.close()
        await self.db.close()

    async def restart(self) -> None:
        await self.close()
        await self.open()
        await self.listen()

    async def session(self, principal: Principal, *, take_over: bool = False, device: str = "Firefox on Linux") -> str:
        """Path of a fresh viewing session, without a slash at its end."""
        stream = await self.playback.stream(principal, FILM, address="192.0.2.1", take_over=take_over)
        opened = await self.playback.open(stream.url.split("/")[3], device)
        return f"/media/{opened.token}/{opened.media_id}"

    async def get(self, target: str, method: str = "GET", **headers: str) -> "Answer":
        return await exchange(self.port, target, method, headers)

    async def tell(self, topic: str, subject: str, **payload: str) -> None:
        """A neighbour's fact, and the certainty that playback has heard it."""
        heard = asyncio.Event()

        async def listen(event: outbox.Event) -> None:
            await self.audience.hear(event)
            heard.set()

        self.outbox.subscribe("test", listen)
        await self.outbox.close()
        await self.outbox.start()
        await self.db.write(lambda tx: outbox.emit(tx, topic, subject, outbox.INTERNAL, **payload))
        async with asyncio.timeout(PATIENCE):
            await heard.wait()


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes


async def exchange(port: int, target: str, method: str, headers: dict[str, str]) -> Answer:
    """One request with its target on the wire exactly as given: no client tidies up its dots and percent signs."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        lines = [f"{method} {target} HTTP/1.1", "Host: test", "Connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        writer.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
        async with asyncio.timeout(10):
            raw = await reader.read()
    finally:
        writer.close()
    return parsed(raw)


def parsed(raw: bytes) -> Answer:
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(": ") for line in lines)
    return Answer(int(first.split()[1]), {name.lower(): value for name, _, value in pairs}, body)


@asynccontextmanager
async def opened(world: World) -> AsyncIterator[World]:
    world.put("master.m3u8", PLAYLIST)
    world.put("v360/seg1.m4s", SEGMENT)
    world.put("poster.jpg", b"\xff\xd8\xff")
    await world.open()
    await world.listen()
    try:
        yield world
    finally:
        await world.close()


def descriptors() -> int:
    """How many this process holds open."""
    return len(list(Path("/proc/self/fd").iterdir()))


def held(folder: Path) -> list[str]:
    """Files of the folder that this process holds open."""
    links = []
    for one in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            links.append(str(one.readlink()))
    return [one for one in links if one.startswith(str(folder))]


class NoPasses:
    """Nobody has a ticket for anything."""

    async def opens(self, principal: Principal, media_id: str) -> frozenset[str]:
        return frozenset()

    async def devices(self, principal: Principal, media_id: str, plain: int) -> int | None:
        return None

    def begun(self, tx: Transaction, person_id: str, media_id: str) -> None:
        pass
