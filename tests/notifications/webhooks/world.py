"""Webhooks on a real database, and programs on loopback that receive them and can be told to misbehave."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from novacast import outbox
from novacast.accounts.organizations.owners import Owners
from novacast.clock import SystemClock
from novacast.database import Database, Query
from novacast.folder import DataFolder
from novacast.identity import Principal, Role
from novacast.jobs import JobQueue, connect
from novacast.live.channels.owners import ChannelOwners
from novacast.notifications.services import notification_services
from novacast.notifications.webhooks.service import Draft, Fresh
from novacast.notifications.webhooks.services import WebhookServices, webhook_services
from novacast.notifications.webhooks.signing import Scheme
from novacast.outbox import Event
from novacast.settings import Server, Settings, Webhooks
from novacast.tables import MIGRATIONS
from novacast.web.courier import Courier
from tests.databases import migrated
from tests.fakes.clock import FakeClock

ORG, OTHER_ORG = "org1", "org2"
ALL = ("order.paid.v1", "order.placed.v1", "programme.on_air.v1")


def person(name: str, role: Role | None = None, org: str = ORG) -> Principal:
    return Principal(person_id=name, session_id=f"s-{name}", name=name, roles={org: role} if role else {})


OWNER, MANAGER = person("owner", Role.OWNER), person("manager", Role.MANAGER)
PRODUCER, GUEST = person("producer", Role.PRODUCER), person("guest")
OUTSIDER = person("outsider", Role.OWNER, OTHER_ORG)


@dataclass(frozen=True)
class Got:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """Answers what `answers` holds next, then 204; what comes to a path in `held` waits until `let_go`."""

    url: str = ""
    got: list[Got] = field(default_factory=list)
    answers: list[web.Response] = field(default_factory=list)
    held: set[str] = field(default_factory=set)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    always: int = 204

    async def handle(self, request: web.Request) -> web.Response:
        self.got.append(Got(request.path, {k.lower(): v for k, v in request.headers.items()}, await request.read()))
        self.arrived.set()
        if request.path in self.held:
            await self.let_go.wait()
        return self.answers.pop(0) if self.answers else web.Response(status=self.always)


@asynccontextmanager
async def receiving(ssl_context: Any = None) -> AsyncIterator[Receiver]:
    made = Receiver()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", made.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=ssl_context)
    await site.start()
    port = runner.addresses[0][1]
    made.url = f"http{'s' if ssl_context else ''}://127.0.0.1:{port}"
    try:
        yield made
    finally:
        made.let_go.set()
        await runner.cleanup()


@dataclass
class World:
    """Two organizations, and what happens in them. The dispatcher only works when it is told to."""

    db: Database
    clock: FakeClock
    own: WebhookServices
    receiver: Receiver
    again: Any
    """Another server on the same database, as after a crash."""

    async def endpoint(
        self,
        path: str = "/hook",
        topics: Sequence[str] = ALL,
        who: Principal = OWNER,
        scheme: Scheme = Scheme.V1,
        org: str = ORG,
    ) -> Fresh:
        draft = Draft(url=self.receiver.url + path, topics=topics)
        return await self.own.webhooks.create(who, org, draft, scheme)

    async def happens(
        self, topic: str = "order.paid", subject: str = "order1", audience: str = "", **more: Any
    ) -> Event:
        """A fact, heard as the outbox would have it heard."""
        payload = more or {"code": "ABCD", "total": 4200, "currency": "EUR"}
        to = audience or outbox.org(ORG)
        await self.db.write(lambda tx: outbox.emit(tx, topic, subject, to, **payload))
        event = (await self.db.all(outbox.after(0, 10_000)))[-1]
        await self.own.recorder.hear(event)
        return event

    async def send(self) -> int:
        """All that is due; how many attempts that were."""
        count = 0
        while tasks := await self.own.dispatcher.round():
            await asyncio.gather(*tasks)
            count += len(tasks)
        return count

    async def states(self) -> list[tuple[str, int]]:
        sql = "SELECT state, attempts FROM webhook_deliveries ORDER BY rowid"
        return await self.db.all(Query(sql, (), lambda row: (str(row[0]), int(row[1]))))

    async def facts(self, topic: str) -> list[Event]:
        return [event for event in await self.db.all(outbox.after(0, 10_000)) if event.topic == topic]

    async def mails(self) -> list[tuple[str, str]]:
        sql = "SELECT template, to_address FROM mail ORDER BY rowid"
        return await self.db.all(Query(sql, (), lambda row: (str(row[0]), str(row[1]))))


@asynccontextmanager
async def world(folder: DataFolder) -> AsyncIterator[World]:
    """Its clock shows the real hour, by which the reference judges signatures."""
    clock = FakeClock(SystemClock().now())
    migrated(folder.database, MIGRATIONS)
    db = await Database.open(folder.database, clock, readers=2)
    settings = Settings(
        data=folder.root,
        server=Server(port=0, public_url="https://venue.example"),
        webhooks=Webhooks(allowed=("127.0.0.1",)),
    )
    queue = JobQueue(connect(settings.jobs, folder.queue))
    mailbox = notification_services(db, queue, clock, settings, folder).mailbox

    def made() -> WebhookServices:
        owners, org_of = Owners(), ChannelOwners(db).org_of
        return webhook_services(db, settings, b"k" * 32, mailbox, owners, org_of, Courier)

    await db.write(_people)
    async with receiving() as receiver:
        one = World(db, clock, made(), receiver, made)
        try:
            yield one
        finally:
            receiver.let_go.set()
            await one.own.close()
            await db.close()
            await queue.close()


def _people(tx: Any) -> None:
    for org in (ORG, OTHER_ORG):
        tx.insert("organizations", id=org, slug=org, name=f"House {org}", description="", created_at=0, updated_at=0)
    for name, role in (("owner", "owner"), ("second", "owner"), ("manager", "manager")):
        address = f"{name}@venue.example"
        own = {"name": name, "language": "en", "password": "", "created_at": 0, "updated_at": 0}
        tx.insert("people", id=name, email=address, email_key=address, **own)
        tx.insert("memberships", org_id=ORG, person_id=name, role=role, created_at=0)
