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

from novacast import logs, tables, wiring
from novacast.accounts.operators.authenticator import OperatorAuthenticator
from novacast.accounts.pages import account_pages
from novacast.accounts.routes import account_routes
from novacast.chat.emotes.pages import EmotePages
from novacast.chat.emotes.routes import EmoteRoutes
from novacast.chat.moderation.measures import measure as measure_moderation
from novacast.chat.moderation.routes import moderation_routes
from novacast.chat.pages import RoomPages
from novacast.chat.routes import RoomRoutes, SteeringRoutes
from novacast.chat.socket.routes import ROOM, SocketRoutes
from novacast.clock import Clock, SystemClock
from novacast.database import migrate
from novacast.facts import topics
from novacast.folder import DataFolder
from novacast.i18n import Languages
from novacast.live.pages import WatchPages, live_pages
from novacast.live.programmes.shelf import ProgrammeShelf
from novacast.live.rooms import ProgrammePlaces
from novacast.live.routes import live_routes
from novacast.media.process import STDOUT, Child, Command
from novacast.metrics import Metrics
from novacast.notifications.pages import DemoMailPages
from novacast.notifications.routes import news_routes
from novacast.notifications.webhooks.pages import DeliveryPages, WebhookPages
from novacast.notifications.webhooks.routes import DeliveryRoutes, WebhookRoutes
from novacast.operations.console.service import ConsoleAuthenticator
from novacast.operations.pages import TlsPages
from novacast.operations.probes.routes import MetricsRoutes
from novacast.operations.routes import operation_routes
from novacast.operations.tls import Https
from novacast.payments.inbox.routes import InboxRoutes
from novacast.payments.routes import membership_routes, money_routes
from novacast.playback.measures import measure
from novacast.playback.routes import PlaybackRoutes
from novacast.settings import Settings, as_environment
from novacast.settings.service import service_manager
from novacast.subscribers import subscribe
from novacast.supervision import Supervision
from novacast.sweeps import sweeps
from novacast.tasks import TaskGroup
from novacast.tickets.carts.services import cart_pages, collected
from novacast.tickets.door.devices.authenticator import DoorAuthenticator
from novacast.tickets.events.pages import Announced
from novacast.tickets.pages import ticket_pages
from novacast.tickets.passes.pages import WatchDoor
from novacast.tickets.passes.rooms import Places
from novacast.tickets.post.services import post_routes
from novacast.tickets.rentals.services import rental_routes, sales_door
from novacast.tickets.routes import ticket_routes
from novacast.tickets.services import FONTS
from novacast.tickets.studio import office_pages
from novacast.tickets.tips.services import tip_routes
from novacast.vods.captions.pages import CaptionPages
from novacast.vods.captions.routes import CaptionRoutes
from novacast.vods.chapters.pages import ChapterPages
from novacast.vods.chapters.routes import ChapterRoutes
from novacast.vods.collections.pages import CollectionPages, CollectionStudioPages
from novacast.vods.collections.routes import CollectionRoutes
from novacast.vods.downloads.pages import DownloadPages
from novacast.vods.downloads.routes import DownloadRoutes
from novacast.vods.health.pages import AudiencePages
from novacast.vods.health.routes import HealthRoutes
from novacast.vods.health.summary import Audience
from novacast.vods.overview.routes import WorkRoutes
from novacast.vods.pages import VideoPages
from novacast.vods.pictures.pages import PicturePages
from novacast.vods.pictures.routes import PictureRoutes
from novacast.vods.replacement.pages import ReplacementPages
from novacast.vods.replacement.routes import ReplacementRoutes
from novacast.vods.rooms import VideoPlaces
from novacast.vods.routes import VideoRoutes
from novacast.vods.shelf import VideoShelf
from novacast.vods.storage.routes import StorageRoutes
from novacast.vods.studio.pages import StudioPages
from novacast.vods.uploads.routes import UploadRoutes
from novacast.vods.views.routes import ViewRoutes
from novacast.web.authentication import Authenticator
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
        # keeps everybody waiting for a third of a second.
        gc.collect()
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


def routes(own: Services, *, demo: bool) -> list[object]:
    """Everything that is reached over HTTP, slice by slice."""
    vods, organizations = own.vods, own.accounts.organizations
    places: list[Places] = [VideoPlaces(own.db), ProgrammePlaces(own.db)]
    door = WatchDoor(own.tickets.passes, own.tickets.performances, places, own.clock, own.passes)
    listed = [
        *account_routes(own.accounts),
        *account_pages(own.accounts, Languages(own.settings.language)),
        VideoRoutes(vods.videos, vods.positions, vods.transcoding, vods.source, own.passes),
        UploadRoutes(vods.uploads),
        StorageRoutes(vods.quotas, vods.outlooks),
        VideoPages(
            vods.videos,
            vods.positions,
            organizations,
            vods.chapters,
            vods.downloads,
            vods.collections,
            own.views,
            WatchPages(own.live, own.db, organizations, vods.watchable),
            own.settings.server.embed_origins,
            sales_door(own.rentals, door, own.clock),
            Announced(own.tickets.listing, own.tickets.availability, own.tickets.posters),
        ),
        ViewRoutes(own.views),
        HealthRoutes(own.health),
        AudiencePages(vods.videos, own.views, own.health),
        CollectionRoutes(vods.collections),
        CollectionPages(vods.collections, organizations),
        CollectionStudioPages(vods.collections, vods.videos, organizations),
        CaptionRoutes(vods.captions.captions, vods.captions.speech),
        CaptionPages(vods.captions.captions, vods.captions.speech),
        ChapterRoutes(vods.chapters),
        ChapterPages(vods.videos, vods.chapters),
        PictureRoutes(vods.pictures),
        PicturePages(vods.pictures),
        DownloadRoutes(vods.downloads),
        ReplacementRoutes(vods.replacements),
        ReplacementPages(vods.replacements, vods.uploads),
        DownloadPages(vods.videos, vods.downloads),
        StudioPages(
            vods.videos,
            vods.transcoding,
            vods.uploads,
            organizations,
            own.views,
            vods.quotas,
            Audience(own.views, own.health),
        ),
        *live_routes(own.live, own.settings, own.broadcasts),
        *live_pages(own.live, own.db, own.settings, organizations, own.accounts.people, vods.watchable),
        *ticket_routes(own.tickets, own.clock, own.purchases),
        *money_routes(own.payments, own.journal, own.invoices, organizations, own.tickets.events, FONTS, own.clock),
        *ticket_pages(own.tickets, own.clock),
        *rental_routes(own.rentals, own.tickets, own.accounts.people, VideoShelf(own.db, vods.videos), own.clock),
        *cart_pages(
            own.tickets, own.rentals, own.purchases, own.memberships.wanted, organizations, own.accounts.people
        ),
        *tip_routes(own.tips, own.tickets, own.accounts.people, organizations, door),
        InboxRoutes(own.payments.inbox),
        *membership_routes(
            own.memberships,
            organizations,
            own.accounts.people,
            [VideoShelf(own.db, vods.videos), ProgrammeShelf(own.db, own.live.programmes)],
            own.clock,
        ),
        *post_routes(own.tickets, own.order_post, own.accounts.people),
        *office_pages(own.tickets, own.clock, organizations, own.live.programmes, own.accounts.people),
        PlaybackRoutes(own.playback.playback),
        RoomPages(own.chat),
        RoomRoutes(own.chat),
        SteeringRoutes(own.chat),
        EmoteRoutes(own.chat.emotes, own.chat.entrance),
        EmotePages(own.chat.emotes, own.accounts.people, organizations),
        *moderation_routes(own.chat),
        SocketRoutes(own.chat, own.accounts.authenticator, Languages(own.settings.language)),
        *news_routes(own.news),
        WebhookRoutes(own.webhooks.webhooks),
        DeliveryRoutes(own.webhooks.deliveries),
        WebhookPages(own.webhooks, organizations, own.clock),
        DeliveryPages(own.webhooks.deliveries),
        TlsPages(own.settings, Https(own.settings, own.folder, own.clock)),
        WorkRoutes(vods.overview),
        *operation_routes(own.operations, _authenticator(own), own.accounts.authenticator, own.settings, own.clock),
    ]
    if demo and own.settings.mail.method == "folder":
        listed.append(DemoMailPages(own.notifications.folder))
    return listed


def _authenticator(own: Services) -> Authenticator:
    people = DoorAuthenticator(OperatorAuthenticator(own.accounts.authenticator, own.db), own.tickets.door.devices)
    return ConsoleAuthenticator(people, own.operations.console)


def _parts(own: Services, metrics: Metrics, demo: bool) -> Parts:
    measure(metrics, own.playback.cache, own.playback.audience, own.playback.delivery.waits)
    measure_moderation(metrics, own.chat.moderation.automatic)
    return Parts(
        settings=own.settings,
        routes=[*routes(own, demo=demo), MetricsRoutes(metrics, own.operations.figures, own.settings)],
        authenticator=_authenticator(own),
        db=own.db,
        outbox=own.outbox,
        clock=own.clock,
        limiter=own.limiter,
        metrics=metrics,
        key=own.key,
        media=own.playback.delivery,
        leaving=partial(_leave, own),
        topics=topics(own),
        channels=[ROOM],
        socket=own.folder.socket,
        cache=own.folder.cache,
        rooms=own.open_rooms,
        collected=collected(own.tickets),
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
