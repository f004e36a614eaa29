"""The server that novacast starts, with playback as its only slice, for tests.bench.delivery: everybody may watch.

Run: `python -m tests.bench.delivery_server MEDIA_FOLDER STATE_FOLDER`; prints one line, `PORT PATH_OF_A_SESSION`.
"""

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path

import uvloop

from novacast import outbox
from novacast.clock import SystemClock
from novacast.database import Database, migrate
from novacast.identity import ANONYMOUS, Principal
from novacast.limits import RateLimiter
from novacast.metrics import Metrics
from novacast.outbox import Outbox
from novacast.playback import schema
from novacast.playback.routes import PlaybackRoutes
from novacast.playback.services import playback_services
from novacast.settings import Server, Settings
from novacast.web import Credentials, idempotency
from novacast.web.server import Parts, WebServer

MEDIA_ID = "aaaaaaaaaaaaaaaaaaaa"


@dataclass(frozen=True, slots=True)
class Film:
    folder: Path
    media_id: str = MEDIA_ID
    kind: str = "video"
    org_id: str = "bbbbbbbbbbbbbbbbbbbb"
    title: str = "A film"
    master: str = "master.m3u8"
    poster: str | None = None
    storyboard: str | None = None
    duration: int | None = None


class Open:
    """Everybody's film, and nobody signed in."""

    def __init__(self, folder: Path) -> None:
        self._film = Film(folder)

    async def locate(self, principal: Principal, media_id: str) -> Film:
        return self._film

    async def principal_of(self, session_id: str) -> Principal | None:
        return None

    async def authenticate(self, credentials: Credentials) -> Principal:
        return ANONYMOUS


async def serve(folder: Path, state: Path) -> None:
    clock, settings, limiter = SystemClock(), Settings(server=Server(port=0)), RateLimiter(SystemClock())
    path = state / "bench.db"
    migrate(path, [outbox.migrations, idempotency.migrations, schema.migrations], clock, backups=state)
    db = await Database.open(path, clock, readers=1)
    facts, world = Outbox(db), Open(folder)
    own = playback_services(db, clock, settings, limiter, [world], world, b"k" * 32)
    server = WebServer(
        Parts(
            settings=settings,
            routes=[PlaybackRoutes(own.playback)],
            authenticator=world,
            db=db,
            outbox=facts,
            clock=clock,
            limiter=limiter,
            metrics=Metrics(),
            key=bytes(32),
            media=own.delivery,
        )
    )
    own.subscribe(facts)
    await facts.start()
    own.start()
    await server.start()
    stream = await own.playback.stream(ANONYMOUS, MEDIA_ID, address="")
    opened = await own.playback.open(stream.url.split("/")[3], "bench")
    print(server.port, f"/media/{opened.token}/{MEDIA_ID}", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await server.stop()
    await facts.close()
    await own.close()
    await db.close()


if __name__ == "__main__":
    uvloop.run(serve(Path(sys.argv[1]), Path(sys.argv[2])))
