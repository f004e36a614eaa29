"""A real server on loopback with a few routes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from novacast.database import Database
from novacast.folder import DataFolder
from novacast.limits import RateLimiter
from novacast.metrics import Metrics
from novacast.outbox import Outbox
from novacast.settings import Settings, Tls
from novacast.web.realtime import RealtimeLimits
from novacast.web.server import HERE, MediaHandler, Parts, WebServer
from tests.compiled import static, templates
from tests.databases import migrated
from tests.fakes.clock import FakeClock
from tests.web.demo import DemoRoutes, Known, Log, demo_topics
from tests.web.house import MIGRATIONS, House, Open


async def opened(folder: DataFolder, clock: FakeClock) -> AsyncIterator[Open]:
    migrated(folder.database, MIGRATIONS)
    houses: list[House] = []

    async def open_(
        *,
        limits: RealtimeLimits | None = None,
        media: MediaHandler | None = None,
        socket: Path | None = None,
        tls: Tls | None = None,
        start: bool = True,
        **server: Any,
    ) -> House:
        settings = Settings(data=folder.root, tls=tls or Tls())
        settings = replace(settings, server=replace(settings.server, **{"port": 0, "drain_seconds": 2.0, **server}))
        db = await Database.open(folder.database, clock, readers=2)
        events, known, metrics, log = Outbox(db), Known(), Metrics(), Log(db)
        demo = DemoRoutes(log)
        web = WebServer(
            Parts(
                settings=settings,
                routes=[demo],
                authenticator=known,
                db=db,
                outbox=events,
                cache=templates(),
                static=static(),
                clock=clock,
                limiter=RateLimiter(clock),
                metrics=metrics,
                key=bytes(32),
                media=media,
                socket=socket,
                templates=(Path(__file__).parent / "templates", HERE / "templates"),
                topics=demo_topics(known),
                realtime=limits or RealtimeLimits(),
            )
        )
        client = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        house = House(db, clock, web, demo, log, known, events, metrics, client)
        houses.append(house)
        await events.start()
        if start:
            await web.start()
        return house

    yield open_
    for house in houses:
        house.demo.gate.set()
        for writer in house.open:
            writer.close()
        await house.client.close()
        await house.server.stop()
        await house.outbox.close()
        await house.db.close()


@pytest.fixture
async def open_house(folder: DataFolder, clock: FakeClock) -> AsyncIterator[Open]:
    """Opens a server; keywords are settings of [server], or `limits`, `media`, `socket`, `tls`, `start`."""
    async with asynccontextmanager(opened)(folder, clock) as opens:
        yield opens


@pytest.fixture
async def house(open_house: Open) -> House:
    return await open_house()
