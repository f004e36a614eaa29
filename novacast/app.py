"""Root of the server: what starts, in which order, and how it ends. The listener is opened last and closed first."""

import asyncio
import dataclasses
import gc
import logging
import socket
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import partial

import uvloop

from novacast import entrances, logs, tables, wiring
from novacast.chat.moderation.measures import measure as measure_moderation
from novacast.clock import Clock, SystemClock
from novacast.database import migrate
from novacast.facts import topics
from novacast.folder import DataFolder
from novacast.media.process import STDOUT, Child, Command
from novacast.metrics import Metrics
from novacast.operations.probes.routes import MetricsRoutes, ProbeRoutes
from novacast.playback.measures import measure
from novacast.settings import Settings, as_environment
from novacast.settings.service import service_manager
from novacast.subscribers import subscribe
from novacast.supervision import Supervision
from novacast.sweeps import sweeps
from novacast.tasks import TaskGroup
from novacast.web.server import Parts, WebServer, stop_signals
from novacast.wiring import Services

log = logging.getLogger(__name__)

BACK_OFF = (1, 2, 4, 8, 16, 30)
HEALTHY_SECONDS = 60.0

Ready = Callable[[str], object]
Beside = Callable[[Services, int | None], AbstractAsyncContextManager[None]]
"""What goes on while the server serves, with its services and the port where it takes RTMP. The demo's broadcast."""


def serve(settings: Settings, *, demo: bool = False, ready: Ready | None = None, beside: Beside | None = None) -> None:
    """Serve until TERM or INT. `ready` is called with the address once requests are answered and `beside` is entered.

    Raises AlreadyRunning, BadSettings, NewerDatabase, DiskFull before anything is served.
    """
    logs.configure(settings.log.level, settings.log.format)
    run = uvloop.run if settings.server.uvloop else asyncio.run
    run(_serve(settings, Supervision(service_manager()), demo, ready, beside))


async def _serve(
    settings: Settings, supervision: Supervision, demo: bool, ready: Ready | None, beside: Beside | None
) -> None:
    sockets = supervision.sockets()
    async with stop_signals() as stop, running(settings, demo=demo, beside=beside, sockets=sockets) as server:
        address = settings.public_url if settings.server.port else f"http://{settings.server.host}:{server.port}"
        log.info("serving at %s", address)
        # What the start has made stays to the end. Left in, each full collection of garbage goes through all of it and
        # keeps everybody waiting for a third of a second; so would one now, for a few hundred kB.
        gc.freeze()
        gc.enable()
        if ready is not None:
            ready(address)
        supervision.ready(f"serving at {address}")
        life = TaskGroup("life")
        life.start(supervision.live(), "signs of life")
        await stop.wait()
        supervision.stopping()
        log.info("stopping")
        await life.close()


@asynccontextmanager
async def running(
    settings: Settings, *, demo: bool = False, beside: Beside | None = None, sockets: Sequence[socket.socket] = ()
) -> AsyncIterator[WebServer]:
    """The whole server on its data folder, for as long as the block lasts. `sockets`: bound ones, instead of the
    settings' address."""
    folder, clock = DataFolder.at(settings.data), SystemClock()
    folder.prepare()
    async with AsyncExitStack() as stack:
        stack.enter_context(folder.lock())
        keep = settings.database.backup_keep
        await asyncio.to_thread(migrate, folder.database, tables.MIGRATIONS, clock, backups=folder.backups, keep=keep)
        own = await stack.enter_async_context(wiring.services(settings, clock))
        metrics, station = Metrics(), wiring.station(own)
        server = WebServer(dataclasses.replace(_parts(own, metrics, demo), sockets=sockets))
        subscribe(own)
        own.outbox.subscribe("broadcasts", station.engine.hear)
        own.webhooks.start(own.outbox, metrics)
        stack.push_async_callback(own.webhooks.close)
        await own.outbox.start()
        stack.push_async_callback(own.outbox.close)
        own.playback.start()
        own.chat.start()
        own.payments.start()
        stack.push_async_callback(own.chat.close)
        await own.vods.transcoding.begin()
        await own.tickets.begin()
        await own.memberships.begin()
        tasks = TaskGroup("server")
        stack.push_async_callback(tasks.close)
        for sweep in sweeps(own):
            tasks.start(sweep.forever(), f"sweep of {sweep.name}")
        if settings.jobs.worker:
            tasks.start(_keep_worker(settings, clock), "worker")
        stack.push_async_callback(server.stop)
        await server.start()
        rtmp = await stack.enter_async_context(station.running(metrics, server.context))
        if beside is not None:
            await stack.enter_async_context(beside(own, rtmp.port))
        yield server


@asynccontextmanager
async def showing(settings: Settings) -> AsyncIterator[tuple[Services, WebServer]]:
    """A copy of a venue, to be looked at: requests are answered as ever, and nothing is done by itself. No sweep,
    worker, mail, webhook, payment or broadcast tells the world again what the venue has told it."""
    folder, clock = DataFolder.at(settings.data), SystemClock()
    async with AsyncExitStack() as stack:
        stack.enter_context(folder.lock())
        await asyncio.to_thread(migrate, folder.database, tables.MIGRATIONS, clock, backups=folder.backups)
        own = await stack.enter_async_context(wiring.services(settings, clock))
        wiring.station(own)
        # Where a copy lies a socket's path may be too long, and its operator has no need of one.
        server = WebServer(dataclasses.replace(_parts(own, Metrics(), demo=False), socket=None))
        own.playback.start()
        stack.push_async_callback(server.stop)
        await server.start()
        yield own, server


def _parts(own: Services, metrics: Metrics, demo: bool) -> Parts:
    measure(metrics, own.playback.cache, own.playback.audience, own.playback.delivery.waits)
    measure_moderation(metrics, own.chat.moderation.automatic)
    return Parts(
        settings=own.settings,
        routes=[
            MetricsRoutes(metrics, own.operations.figures, own.settings),
            ProbeRoutes(own.operations.readiness),
        ],
        wings=entrances.wings(own, demo=demo),
        authenticator=entrances.authenticator(own),
        db=own.db,
        outbox=own.outbox,
        clock=own.clock,
        limiter=own.limiter,
        metrics=metrics,
        key=own.key,
        media=own.playback.delivery,
        leaving=partial(_leave, own),
        topics=topics(own),
        channels=entrances.channels,
        socket=own.folder.socket,
        cache=own.folder.cache,
        rooms=own.open_rooms,
        collected=own.tickets.carts.seen,
        trail=own.operations.audit,
    )


async def _leave(own: Services) -> None:
    """Those who stay connected are told, so that the rest of the server has not to wait for them."""
    await asyncio.gather(own.playback.delivery.drain(), own.chat.lobby.close(), own.operations.leave())


async def _keep_worker(settings: Settings, clock: Clock) -> None:
    """A worker child, started again when it ends: at once after a healthy minute, else later and later."""
    command = Command(
        "the worker",
        (sys.executable, "-m", "novacast.worker"),
        outputs={STDOUT: _pass_on},
        environment=as_environment(settings),
        grace=settings.server.drain_seconds,
    )
    failures = 0
    while True:
        started = clock.monotonic()
        async with await Child.start(command) as child:
            outcome = await child.wait()
        healthy = clock.monotonic() - started > HEALTHY_SECONDS
        failures = 0 if healthy else failures + 1
        wait = BACK_OFF[min(failures, len(BACK_OFF)) - 1] if failures else 0
        log.error("the worker ended (%s); again in %d s: %s", outcome.returncode, wait, " / ".join(outcome.tail[-3:]))
        await asyncio.sleep(wait)


def _pass_on(data: bytes) -> None:
    logs.ring.feed(data)
    sys.stderr.buffer.write(data)
    sys.stderr.buffer.flush()
