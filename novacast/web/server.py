"""The HTTP side of the server process: put together here, started last, stopped first."""

import asyncio
import contextlib
import logging
import signal
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import field, replace
from pathlib import Path

from aiohttp import web

from novacast.clock import Clock
from novacast.database import Database
from novacast.errors import NovaCastError
from novacast.i18n import Languages
from novacast.identity import new_id
from novacast.limits import FILES_BESIDE, RateLimiter, files_left
from novacast.metrics import Metrics
from novacast.outbox import Outbox
from novacast.records import dataclass
from novacast.settings import Settings
from novacast.tasks import TaskGroup
from novacast.topics import Topics
from novacast.web import asyncapi, listening, openapi
from novacast.web.application import application
from novacast.web.arrivals import TlsListener
from novacast.web.asyncapi import Channel
from novacast.web.authentication import Authenticator
from novacast.web.badge import Collected, nothing
from novacast.web.connections import Door
from novacast.web.idempotency import Answers
from novacast.web.kit import Kit
from novacast.web.parsing import BodyReader
from novacast.web.plans import Plan
from novacast.web.problems import document, refusal
from novacast.web.protection import Edge
from novacast.web.realtime import Realtime, RealtimeLimits, RealtimeRoutes, channel, described
from novacast.web.reference import Documents, ReferenceRoutes
from novacast.web.routing import Route
from novacast.web.static import StaticFiles
from novacast.web.templates import Templates
from novacast.web.trail import Trail
from novacast.web.wings import Wing, Wings

log = logging.getLogger(__name__)

HERE = Path(__file__).parent
MEDIA = "/media/"
SWEEP_SECONDS = 600.0
CERTIFICATE_SECONDS = 60.0

MediaHandler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
"""Answers what is under MEDIA, ahead of router and middlewares: bytes must not pay for what pages need."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the server is made of. `routes` are objects with decorated methods; those of `wings` come when asked for."""

    settings: Settings
    routes: Sequence[object]
    wings: Sequence[Wing] = ()
    authenticator: Authenticator
    db: Database
    outbox: Outbox
    clock: Clock
    limiter: RateLimiter
    metrics: Metrics
    key: bytes
    """Of this installation; kept on disk, since answers outlive the process."""
    media: MediaHandler | None = None
    leaving: Callable[[], Awaitable[None]] | None = None
    """Ends what `media` may wait for longer than a server that stops."""
    socket: Path | None = None
    """Where the operator's Unix socket goes; whoever can open it is the system itself."""
    sockets: listening.Sockets = ()
    """Bound ones that listen already, of whoever started this process; none: the settings' address is bound."""
    cache: Path | None = None
    """A folder of the server's own for what can be made again; each program that has its wings there needs another."""
    templates: Sequence[Path] = (HERE / "templates",)
    static: StaticFiles = field(default_factory=lambda: StaticFiles(HERE / "static"))
    rooms: Callable[[], Sequence[str]] = tuple
    """Parts of the house that every page leads to at this moment, beside those that are always there: `events`."""
    collected: Collected = nothing
    """What every page shows of a basket."""
    topics: Topics = field(default_factory=Topics)
    """What the stream of facts may tell."""
    channels: Callable[[], Sequence[Channel]] = tuple
    """WebSockets among the routes, for the documentation."""
    realtime: RealtimeLimits = RealtimeLimits()
    trail: Trail | None = None
    """Where it is written down what operators do."""


class WebServer:
    """Make it before the outbox starts (event streams subscribe), start it when everything else runs."""

    def __init__(self, parts: Parts) -> None:
        self._parts, self._settings = parts, parts.settings
        self._kit = _kit(parts)
        self.realtime = _realtime(parts)
        self._wings = _wings(parts, self.realtime)
        self._app = application(self._kit, self._wings, parts.static)
        self._runner = web.AppRunner(self._app, shutdown_timeout=1.0)
        self._tasks = TaskGroup("web")
        self._listeners: list[asyncio.AbstractServer | TlsListener] = []
        self._door: Door | None = None
        self.port = self._settings.server.port
        """The bound one, once started."""
        self.context: ssl.SSLContext | None = None
        """Of the certificate, which it follows when that is renewed; None: plain http, or not started."""

    @property
    def routes(self) -> Sequence[Route]:
        """All of them: takes long where most are still closed."""
        return self._wings.all()

    async def start(self) -> None:
        """Listen. Raises BadSettings that says which address can't be had, and why."""
        settings = self._settings
        certificate = listening.Certificate(settings.tls) if settings.tls.certificate else None
        self.context = certificate.context if certificate is not None else None
        files_left(settings.server.max_connections + FILES_BESIDE)  # each connection is one
        await self._runner.setup()
        server = self._runner.server
        assert server is not None
        server.request_handler = _front(server.request_handler, self._parts.media)
        self._door = Door(
            server,
            most=settings.server.max_connections,
            each=settings.server.connections_per_address,
            head_seconds=settings.server.header_seconds,
            exempt=self._kit.edge.trusts,
            metrics=self._parts.metrics,
        )
        try:
            if certificate is None:
                opened = await listening.tcp(self._door, settings, self._parts.sockets)
                self._listeners += opened
                self.port = opened[0].sockets[0].getsockname()[1]
            else:
                tls = await listening.tls(self._door, settings, certificate, self._tasks, self._parts.sockets)
                self._listeners.append(tls)
                self.port = tls.sockets[0].getsockname()[1]
            if self._parts.socket is not None:
                self._listeners.append(await listening.unix(self._door, self._parts.socket))
        except BaseException:
            await self.stop()
            raise
        self._tasks.start(self._sweep(), "sweep")
        self._tasks.start(self.realtime.beat(), "heartbeats")
        if certificate is not None:
            self._tasks.start(_renew(certificate), "certificate")

    async def stop(self) -> None:
        """Take no more, let running requests finish within `[server] drain_seconds`, cut the rest."""
        for listener in self._listeners:
            listener.close()
        self._listeners.clear()
        if self._parts.socket is not None:
            self._parts.socket.unlink(missing_ok=True)
        await self._tasks.close()
        self.realtime.close()
        await self._drain()
        await self._runner.cleanup()

    async def _drain(self) -> None:
        server = self._runner.server
        if server is None or self._door is None:
            return
        seconds = self._settings.server.drain_seconds
        if self._parts.leaving is not None:
            await self._parts.leaving()
        server.pre_shutdown()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await server.shutdown(seconds + 1)
        if left := len(self._door.inside):
            log.warning("%d connections were still busy after %g s and are cut", left, seconds)
        # The second time it cancels the handlers instead of waiting for them.
        await server.shutdown(0.01)
        self._door.abort()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                await self._door.empty.wait()

    async def _sweep(self) -> None:
        while True:
            with contextlib.suppress(NovaCastError):
                await self._kit.answers.sweep()
            await asyncio.sleep(SWEEP_SECONDS)


@asynccontextmanager
async def stop_signals() -> AsyncIterator[asyncio.Event]:
    """An event that TERM or INT sets. A second signal ends the process at once, as if nobody had listened."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    signals = (signal.SIGTERM, signal.SIGINT)

    def leave() -> None:
        for number in signals:
            loop.remove_signal_handler(number)

    def received() -> None:
        leave()
        stop.set()

    for number in signals:
        loop.add_signal_handler(number, received)
    try:
        yield stop
    finally:
        leave()


def _kit(parts: Parts) -> Kit:
    settings = parts.settings
    return Kit(
        settings=settings,
        authenticator=parts.authenticator,
        clock=parts.clock,
        limiter=parts.limiter,
        languages=Languages(settings.language),
        metrics=parts.metrics,
        answers=Answers(parts.db, parts.key),
        bodies=BodyReader(settings.server.max_body, settings.server.body_seconds),
        edge=Edge(settings),
        templates=Templates(settings.instance, parts.static, parts.templates, parts.cache, parts.rooms),
        trail=parts.trail,
        collected=parts.collected,
    )


def _realtime(parts: Parts) -> Realtime:
    most = min(parts.realtime.most, max(1, parts.settings.server.max_connections // 2))
    limits = replace(parts.realtime, most=most)
    return Realtime(parts.outbox, parts.db, parts.authenticator, parts.metrics, parts.topics, limits)


def _wings(parts: Parts, realtime: Realtime) -> Wings:
    def documents() -> Documents:
        return _documents(parts, wings.all())

    own: list[object] = [*parts.routes, RealtimeRoutes(realtime)]
    if parts.settings.server.api_docs:
        own.append(ReferenceRoutes(documents))
    wings = Wings([Wing("the server", lambda: own), *parts.wings], Plan(parts.cache if parts.wings else None))
    return wings


def _documents(parts: Parts, routes: Sequence[Route]) -> Documents:
    title, url = parts.settings.instance, parts.settings.public_url
    channels = asyncapi.document([*parts.channels(), channel(parts.topics)], title=title, url=url)
    return Documents(described(openapi.document(routes, title=title, url=url), parts.topics), channels)


def _front(app: MediaHandler, media: MediaHandler | None) -> MediaHandler:
    if media is None:
        return app

    async def front(request: web.BaseRequest) -> web.StreamResponse:
        if not request.raw_path.startswith(MEDIA):
            return await app(request)
        try:
            return await media(request)
        except NovaCastError as error:
            found = refusal(error)
            return document(found.problem(request, new_id()), found.headers)

    return front


async def _renew(certificate: listening.Certificate) -> None:
    while True:
        await asyncio.sleep(CERTIFICATE_SECONDS)
        if certificate.refresh():
            log.info("the renewed certificate is in use")
