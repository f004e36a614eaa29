"""The box office behind the real web server, and people who bring their name as a token."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession, CookieJar

from novacast.errors import Unauthenticated
from novacast.identity import Principal
from novacast.limits import RateLimiter
from novacast.metrics import Metrics
from novacast.outbox import Outbox
from novacast.settings import Server, Settings
from novacast.tickets.door.devices.authenticator import DoorAuthenticator
from novacast.tickets.door.topics import TOPICS as DOOR_TOPICS
from novacast.tickets.pages import ticket_pages
from novacast.tickets.rentals.topics import TOPICS as RENTAL_TOPICS
from novacast.tickets.routes import ticket_routes
from novacast.tickets.topics import FOLLOWED, TOPICS
from novacast.topics import Topics
from novacast.web import Credentials
from novacast.web.badge import Collected, nothing
from novacast.web.server import Parts, WebServer
from tests.compiled import static, templates
from tests.tickets.box import ADA, BEN, DOOR, OUTSIDER, OWNER, PRODUCER, SELLER, TEST_MODE, Box

PEOPLE: Mapping[str, Principal] = {one.name: one for one in (OWNER, SELLER, DOOR, PRODUCER, OUTSIDER, ADA, BEN)}


class Tokens:
    async def authenticate(self, credentials: Credentials) -> Principal:
        try:
            return PEOPLE[credentials.bearer or ""]
        except KeyError as error:
            raise Unauthenticated("Nobody has this token.") from error


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Served:
    box: Box
    url: str
    client: ClientSession

    async def ask(self, method: str, path: str, body: Any = None, *, who: str = "", key: str = "") -> Answer:
        headers = {"Authorization": f"Bearer {who}"} if who else {}
        headers |= {"Idempotency-Key": key} if key else {}
        async with self.client.request(method, f"{self.url}/api/v1{path}", json=body, headers=headers) as response:
            return Answer(response.status, response.headers, await response.read())


def topics(box: Box) -> Topics:
    made = Topics()
    made.declare(TOPICS, box.own.halls.may_look)
    made.declare(FOLLOWED, box.own.orders.may_look)
    made.declare(DOOR_TOPICS, box.own.door.devices.may_look)
    made.declare(RENTAL_TOPICS)
    return made


@asynccontextmanager
async def serving(box: Box, more: Sequence[object] = (), collected: Collected = nothing) -> AsyncIterator[Served]:
    facts = Outbox(box.db)
    server = WebServer(
        Parts(
            settings=Settings(server=Server(port=0), tickets=TEST_MODE),
            routes=[*ticket_routes(box.own, box.clock), *ticket_pages(box.own, box.clock), *more],
            authenticator=DoorAuthenticator(Tokens(), box.own.door.devices),
            db=box.db,
            outbox=facts,
            cache=templates(),
            static=static(),
            clock=box.clock,
            limiter=RateLimiter(box.clock),
            metrics=Metrics(),
            key=b"k" * 32,
            topics=topics(box),
            collected=collected,
            rooms=lambda: ["events", *box.own.carts.rooms],
        )
    )
    await facts.start()
    await server.start()
    try:
        async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as client:
            yield Served(box, f"http://127.0.0.1:{server.port}", client)
    finally:
        await server.stop()
        await facts.close()
