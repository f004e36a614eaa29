"""The server that novacast starts, with playback as its only slice, for tests.bench: everybody may watch.

Run: `python -m tests.bench.delivery_server MEDIA_FOLDER STATE_FOLDER`; prints one line, `PORT PATH_OF_A_SESSION`.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import uvloop

from novacast import outbox
from novacast.clock import SystemClock
from novacast.database import Database, Transaction, migrate
from novacast.identity import ANONYMOUS, Principal
from novacast.limits import RateLimiter
from novacast.metrics import Metrics
from novacast.outbox import Outbox
from novacast.playback import schema
from novacast.playback.ports import OnAir
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
    on_air: OnAir | None = None
    part: int | None = None
    latency: int | None = None


class Open:
    """Everybody's film, and nobody signed in."""

    def __init__(self, film: Film) -> None:
        self._film = film

    async def locate(self, principal: Principal, media_id: str) -> Film:
        return self._film

    async def principal_of(self, session_id: str) -> Principal | None:
        return None

    async def opens(self, principal: Principal, media_id: str) -> frozenset[str]:
        return frozenset()

    async def devices(self, principal: Principal, media_id: str, plain: int) -> int | None:
        return None

    def begun(self, tx: Transaction, person_id: str, media_id: str) -> None:
        pass

    async def authenticate(self, credentials: Credentials) -> Principal:
        return ANONYMOUS


@asynccontextmanager
async def serving(film: Film, state: Path, sessions: int = 1) -> AsyncIterator[str]:
    """Port, and paths of sessions, as `PORT PATH ...`."""
    clock, settings, limiter = SystemClock(), Settings(server=Server(port=0)), RateLimiter(SystemClock())
    path = state / "bench.db"
    migrate(path, [outbox.migrations, idempotency.migrations, schema.migrations], clock, backups=state)
    db = await Database.open(path, clock, readers=1)
    facts, world = Outbox(db), Open(film)
    own = playback_services(db, clock, settings, limiter, [world], world, world, b"k" * 32)
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
            leaving=own.delivery.drain,
        )
    )
    own.subscribe(facts)
    await facts.start()
    own.start()
    await server.start()
    paths = []
    for number in range(sessions):
        stream = await own.playback.stream(ANONYMOUS, MEDIA_ID, address=f"192.0.2.{number % 250}")
        opened = await own.playback.open(stream.url.split("/")[3], "bench")
        paths.append(f"/media/{opened.token}/{MEDIA_ID}")
    yield f"{server.port} {' '.join(paths)}"
    await server.stop()
    await facts.close()
    await own.close()
    await db.close()


async def until_input_ends(line: str) -> None:
    """Tell `line` to the process that started this one, and go on until it closes our input."""
    print(line, flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


async def main(folder: Path, state: Path) -> None:
    async with serving(Film(folder), state) as line:
        await until_input_ends(line)


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
