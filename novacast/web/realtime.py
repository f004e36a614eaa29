"""Facts as they happen: server-sent events over the outbox (WHATWG HTML section 9.2).

Each event's `id` is its outbox `seq`, `event` its topic, `data` `{"subject", "at", "payload"}`. First comes `ready`
with the newest id; a client that comes back with Last-Event-ID gets what it missed, or `reset` where that is no longer
kept: then what it shows must be fetched anew.
"""

import asyncio
import json
import logging
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from aiohttp import web
from pydantic import Field

from novacast import i18n, outbox
from novacast.clock import iso
from novacast.database import Database
from novacast.errors import Malformed, RateLimited, Unauthenticated
from novacast.identity import Principal
from novacast.limits import network
from novacast.metrics import Metrics
from novacast.outbox import Event, Outbox
from novacast.web.authentication import Authenticator
from novacast.web.bodies import Body
from novacast.web.call import Call
from novacast.web.routing import get

log = logging.getLogger(__name__)

REVOKED = "session.revoked"
"""Fact whose subject is the id of a session that has ended; its streams end with it."""
ROLE = "member.changed"
"""Fact whose subject is a person whose role in an organization is another, or none, from now on."""
MOST_TOPICS = 50
MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class RealtimeLimits:
    queue: int = 256
    """Events one client may be behind before it is dropped; it comes back with Last-Event-ID."""
    per_principal: int = 12
    per_network: int = 256
    """Of strangers: a school that watches has one address for all."""
    replay: int = 5000
    """Rows one resume may read; who missed more is reset."""
    heartbeat: float = 15.0
    renew: float = 60.0
    """Seconds after which it is asked again who the client is: tokens run out, roles change."""
    write: float = 20.0
    """Seconds one write may wait for a client that does not read."""


@dataclass(eq=False, slots=True)
class _Client:
    principal: Principal
    topics: tuple[str, ...]
    about: frozenset[str]
    """Ids that it knows."""
    queue: asyncio.Queue[Event | None]
    asked_at: float
    """When it was last asked who this is, in seconds of the monotonic clock."""
    ended: bool = False
    doubted: bool = False
    """Their role has changed: until it is asked again, what comes is kept and shown to nobody."""

    def wants(self, event: Event) -> bool:
        if not visible(self.principal, event.audience, self.about):
            return False
        return not self.topics or any(event.topic == t or event.topic.startswith(f"{t}.") for t in self.topics)

    def is_ended_by(self, event: Event) -> bool:
        return event.topic == REVOKED and event.subject == self.principal.session_id

    def is_doubted_by(self, event: Event) -> bool:
        return event.topic == ROLE and event.subject == self.principal.person_id

    def end(self) -> None:
        """No more events; the stream ends with the next look at the queue, which a full one gets at once."""
        self.ended = True
        if self.queue.full():
            self.queue.get_nowait()
        self.queue.put_nowait(None)


def visible(principal: Principal, audience: str, about: Collection[str] = ()) -> bool:
    """Whether `principal`, who knows the ids `about`, may see facts for `audience`; internal ones nobody may."""
    kind, _, name = audience.partition(":")
    if audience == outbox.PUBLIC:
        return True
    if kind == "person":
        return name != "" and name == principal.person_id
    if kind == "link":
        org, _, subject = name.partition(":")
        return org in principal.roles or (subject != "" and subject in about)
    return kind == "org" and name in principal.roles


class Realtime:
    def __init__(
        self,
        events: Outbox,
        db: Database,
        authenticator: Authenticator,
        metrics: Metrics,
        limits: RealtimeLimits | None = None,
    ) -> None:
        self._db, self._clock, self._authenticator = db, db.clock, authenticator
        self._limits = limits or RealtimeLimits()
        self._clients: set[_Client] = set()
        self._held: Counter[str] = Counter()
        self._closed = False
        self._open = metrics.gauge("realtime_clients", "Event streams open now.")
        self._dropped = metrics.counter("realtime_dropped", "Event streams ended because their client read too slowly.")
        events.subscribe("realtime", self.told)

    async def told(self, event: Event) -> None:
        for client in self._clients:
            client.doubted = client.doubted or client.is_doubted_by(event)
            if client.is_ended_by(event):
                client.end()
            elif not client.ended and (client.doubted or client.wants(event)):
                self._pass_on(client, event)

    def _pass_on(self, client: _Client, event: Event) -> None:
        if client.queue.full():
            self._dropped.inc()
            client.end()
        else:
            client.queue.put_nowait(event)

    def close(self) -> None:
        """End every stream, and each that is still to come at once: the server is stopping."""
        self._closed = True
        for client in self._clients:
            client.end()

    async def stream(
        self, call: Call, topics: tuple[str, ...], about: frozenset[str] = frozenset()
    ) -> web.StreamResponse:
        last = _last_id(call.request)
        if call.request.method == "HEAD":
            return web.Response(content_type="text/event-stream")
        with self._place(call):
            response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
            response.headers["Cache-Control"] = "no-store"
            await response.prepare(call.request)
            queue: asyncio.Queue[Event | None] = asyncio.Queue(self._limits.queue)
            client = _Client(call.principal, topics, about, queue, self._clock.monotonic())
            sender = _Sender(response, self._limits.write)
            try:
                await self._serve(call, client, sender, last)
            except TimeoutError:
                self._dropped.inc()
                if call.request.transport is not None:
                    call.request.transport.abort()
            finally:
                self._clients.discard(client)
        return response

    async def _serve(self, call: Call, client: _Client, sender: "_Sender", last: int | None) -> None:
        tail = await self._db.one(outbox.last_seq()) or 0
        if last is None:
            sent = tail
            await sender.mark("ready", tail)
        elif await self._is_lost(last, tail):
            sent = tail
            await sender.mark("reset", tail)
        else:
            sent = await self._replay(call, client, sender, last)
        self._clients.add(client)
        if self._closed:
            return
        # What was committed between the last read and taking part; the queue may hold some of it again.
        sent = await self._replay(call, client, sender, sent)
        await self._follow(call, client, sender, sent)

    async def _is_lost(self, last: int, tail: int) -> bool:
        first = await self._db.one(outbox.first_seq()) or tail + 1
        return last > tail or last < first - 1 or tail - last > self._limits.replay

    async def _replay(self, call: Call, client: _Client, sender: "_Sender", sent: int) -> int:
        while rows := await self._db.all(outbox.after(sent)):
            if any(client.is_ended_by(event) for event in rows):
                client.ended = True
                break
            if any(client.is_doubted_by(event) for event in rows):
                await self._renew(call, client)
            await sender.events([event for event in rows if client.wants(event)])
            sent = rows[-1].seq
        return sent

    async def _follow(self, call: Call, client: _Client, sender: "_Sender", sent: int) -> None:
        while not client.ended:
            try:
                async with asyncio.timeout(self._limits.heartbeat):
                    event = await client.queue.get()
            except TimeoutError:
                event = None
                await sender.heartbeat()
            if client.doubted or self._clock.monotonic() - client.asked_at >= self._limits.renew:
                await self._renew(call, client)
            if event is not None and event.seq > sent and not client.ended:
                # Once more: the role that it was queued under may be gone.
                await sender.events([event] if client.wants(event) else [])
                sent = event.seq

    async def _renew(self, call: Call, client: _Client) -> None:
        client.asked_at = self._clock.monotonic()
        client.doubted = False
        if call.credentials is None:
            return
        try:
            client.principal = await self._authenticator.authenticate(call.credentials)
        except Unauthenticated:
            client.end()

    @contextmanager
    def _place(self, call: Call) -> Iterator[None]:
        owner = call.principal.person_id or network(call.address)
        known = call.principal.person_id is not None
        if self._held[owner] >= (self._limits.per_principal if known else self._limits.per_network):
            raise RateLimited(i18n.text("Too many event streams are open. Close another page first."), retry_after=10)
        self._held[owner] += 1
        self._open.inc()
        try:
            yield
        finally:
            self._open.dec()
            self._held[owner] -= 1
            if not self._held[owner]:
                del self._held[owner]


class _Sender:
    def __init__(self, response: web.StreamResponse, seconds: float) -> None:
        self._response, self._seconds = response, seconds

    async def events(self, events: Sequence[Event]) -> None:
        if events:
            await self._write("".join(_line(event) for event in events))

    async def mark(self, name: str, seq: int) -> None:
        await self._write(f"retry: 2000\nid: {seq}\nevent: {name}\ndata: {{}}\n\n")

    async def heartbeat(self) -> None:
        await self._write(":\n\n")

    async def _write(self, text: str) -> None:
        async with asyncio.timeout(self._seconds):
            await self._response.write(text.encode())


def _line(event: Event) -> str:
    data = {"subject": event.subject, "at": iso(event.at), "payload": event.payload}
    return (
        f"id: {event.seq}\nevent: {event.topic}\ndata: {json.dumps(data, separators=(',', ':'), ensure_ascii=True)}\n\n"
    )


def _last_id(request: web.Request) -> int | None:
    text = request.headers.get("Last-Event-ID", "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal()) or len(text) > 18:
        raise Malformed(i18n.text("Last-Event-ID must be the id of an event that was sent from here."))
    return int(text)


class RealtimeQuery(Body):
    topics: str = Field(
        "", max_length=2000, description="Comma-separated topics, whole (`video.ready`) or by noun (`video`)."
    )
    about: str = Field(
        "",
        max_length=1000,
        description="Comma-separated ids of things that are not listed: who knows them may hear of them.",
    )


class RealtimeRoutes:
    def __init__(self, realtime: Realtime) -> None:
        self._realtime = realtime

    @get(
        "/api/v1/realtime",
        tag="realtime",
        public=True,
        summary="Facts as they happen (server-sent events)",
        errors=(RateLimited,),
        operation={
            "parameters": [
                {
                    "name": "Last-Event-ID",
                    "in": "header",
                    "description": "Id of the last event that was seen; what came after it is sent first.",
                    "schema": {"type": "string", "pattern": "^[0-9]{1,18}$"},
                }
            ],
            "responses": {
                "200": {
                    "description": "An endless stream.",
                    "content": {"text/event-stream": {"schema": {"type": "string"}}},
                }
            },
        },
    )
    async def stream(self, call: Call, query: RealtimeQuery) -> web.StreamResponse:
        topics, about = _listed(query.topics), _listed(query.about)
        return await self._realtime.stream(call, topics[:MOST_TOPICS], frozenset(about[:MOST_NAMED]))


def _listed(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.split(",") if one.strip())
