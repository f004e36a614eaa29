"""Telling readers what happens: in order, once each, from where they were, and only what they may hear at that moment.

A reader is in one of two states. It *catches up*: what it missed is read from the outbox, and judged by who it is now.
When nothing is missing any more it *takes part*, from the same turn of the loop on: each event is made into bytes once
and written to everyone who hears it. Doubt about who it is (a role, a session, what it looks at) sends it back to
catching up, from the fact before the one that made the doubt, so that nothing is lost, told twice or told wrongly.
"""

import asyncio
import logging
import random
from collections.abc import Iterable

from aiohttp import HttpVersion11, web

from novacast import outbox
from novacast.database import Database
from novacast.errors import Unauthenticated
from novacast.metrics import Metrics
from novacast.outbox import Event, Outbox
from novacast.topics import Topic, Topics
from novacast.web.authentication import Authenticator
from novacast.web.call import Call
from novacast.web.connections import Connection
from novacast.web.realtime.frames import HEARTBEAT, Frame, opening, position, told
from novacast.web.realtime.limits import Places, RealtimeLimits
from novacast.web.realtime.readers import Reader
from novacast.web.realtime.rooms import Rooms, doors
from novacast.web.realtime.wishes import Wish

log = logging.getLogger(__name__)

REVOKED = "session.revoked"
"""Fact whose subject is the id of a session, or of a device, that has ended; its streams end with it."""
ROLE = "member.changed"
"""Fact whose subject is a person whose role in an organization is another, or none, from now on."""
SLOTS = 15
"""Heartbeats go out in so many portions, not to all readers at once."""
MOST_MENTIONS = 10_000
READY, RESET = "ready", "reset"


class Realtime:
    """Make it before the outbox starts; `beat` runs for as long as there may be readers."""

    def __init__(
        self,
        events: Outbox,
        db: Database,
        authenticator: Authenticator,
        metrics: Metrics,
        topics: Topics,
        limits: RealtimeLimits | None = None,
    ) -> None:
        self._db, self._clock, self._authenticator, self._topics = db, db.clock, authenticator, topics
        self.limits = limits or RealtimeLimits()
        self._places = Places(self.limits, metrics)
        self._rooms = Rooms()
        self._readers: set[Reader] = set()
        self._named: dict[str, set[Reader]] = {}
        """Readers by the ids of their person, their session or device, and the things they ask for."""
        self._slots: list[set[Reader]] = [set() for _ in range(SLOTS)]
        self._mentions: dict[tuple[str, str], tuple[Event, Topic]] = {}
        self._gathering: asyncio.TimerHandle | None = None
        self._unknown: set[str] = set()
        self._closed = False
        self._told = metrics.counter("realtime_events", "Events that readers could hear.", "topic")
        self._delivered = metrics.counter("realtime_deliveries", "Events written to readers as they happened.")
        self._began = metrics.counter("realtime_streams", "Event streams begun, by where.", "where")
        self._dropped = metrics.counter("realtime_dropped", "Event streams ended because their reader was too slow.")
        self._position = events.subscribe("realtime", self.hear)

    async def hear(self, event: Event) -> None:
        """Without a pause within: between two events every reader has a place where it will hear the second."""
        topic = self._topics.find(event.topic)
        self._shake(event, topic)
        if topic is None:
            self._miss(event)
        elif event.kept:
            self._release()
            self._tell(event, topic, told(event))
        else:
            self._mention(event, topic)

    def close(self) -> None:
        """End every stream, and each that is still to come at once: the server is stopping."""
        self._closed = True
        for reader in self._readers:
            reader.end()

    async def beat(self) -> None:
        slot = 0
        while True:
            await asyncio.sleep(self.limits.heartbeat / SLOTS)
            slot = (slot + 1) % SLOTS
            self._show_life(self._slots[slot])
            self._ask_again()

    async def stream(self, call: Call, wish: Wish, last: int | None) -> web.StreamResponse:
        """`last`: the id of the last event that the reader saw. Raises RateLimited."""
        if call.request.method == "HEAD":
            return web.Response(content_type="text/event-stream")
        with self._places.take(call):
            response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
            response.headers["Cache-Control"] = "no-store"
            await response.prepare(call.request)
            transport = call.request.transport
            if transport is None:
                return response
            reader = self._reader(call, wish, transport)
            connection = call.request.protocol
            assert isinstance(connection, Connection)
            connection.on_lost = reader.end
            try:
                await self._open(reader, response, last)
                await self._follow(reader, response)
            except TimeoutError:
                self._drop(reader)
            finally:
                connection.on_lost = None
                self._leave(reader)
        return response

    def _reader(self, call: Call, wish: Wish, transport: asyncio.Transport) -> Reader:
        # A cookie that has run out makes a stranger, and stays one's.
        known = call.principal.signed_in or call.principal.device_id is not None
        credentials = call.credentials if known else None
        chunked = call.request.version >= HttpVersion11
        return Reader(call.principal, credentials, wish, transport, chunked=chunked, most=self.limits.buffer)

    def _enter(self, reader: Reader) -> None:
        self._readers.add(reader)
        min(self._slots, key=len).add(reader)
        for name in _names(reader):
            self._named.setdefault(name, set()).add(reader)

    def _leave(self, reader: Reader) -> None:
        self._rooms.leave(reader)
        self._readers.discard(reader)
        for slot in self._slots:
            slot.discard(reader)
        for name in _names(reader):
            if readers := self._named.get(name):
                readers.discard(reader)
                if not readers:
                    del self._named[name]

    async def _open(self, reader: Reader, response: web.StreamResponse, last: int | None) -> None:
        if last is None or await self._is_lost(last):
            await self._begin(reader, response, READY if last is None else RESET)
        else:
            reader.sent = last
            await self._begin(reader, response, "")

    async def _begin(self, reader: Reader, response: web.StreamResponse, mark: str) -> None:
        """Here and now, or without a mark where they were."""
        if mark:
            reader.sent = self._position.seq
        self._began.labels(mark or "resumed").inc()
        seconds = random.uniform(*self.limits.again)  # noqa: S311 - no secret
        await self._write(response, opening(seconds, mark, reader.sent))

    async def _follow(self, reader: Reader, response: web.StreamResponse) -> None:
        self._enter(reader)
        while not (reader.ended or self._closed):
            await self._catch_up(reader, response)
            if not (reader.ended or self._closed):
                await reader.disturbed()

    async def _is_lost(self, last: int) -> bool:
        """Whether what came behind `last` is no longer kept, or too much, or was never told here."""
        tail = await self._db.one(outbox.last_seq()) or 0
        horizon = await self._db.one(outbox.horizon()) or 0
        if not horizon <= last <= tail:
            return True
        most = self.limits.replay
        return (await self._db.one(outbox.kept_after(last, most + 1)) or 0) > most

    async def _catch_up(self, reader: Reader, response: web.StreamResponse) -> None:
        """At the end the reader takes part: all up to the outbox's position it was told, all behind it it will hear."""
        while not reader.ended:
            if reader.doubted:
                await self._renew(reader)
                continue
            until = self._position.seq
            if reader.sent >= until:
                self._rooms.join(reader)
                return
            facts = await self._db.all(outbox.facts(reader.sent, until))
            if (await self._db.one(outbox.horizon()) or 0) > reader.sent:
                await self._begin(reader, response, RESET)
                continue
            await self._write(response, "".join(self._audible(reader, facts)))
            reader.sent = facts[-1].seq if len(facts) == outbox.BATCH else until

    def _audible(self, reader: Reader, facts: Iterable[Event]) -> Iterable[str]:
        rooms = reader.may_be_in()
        for event in facts:
            topic = self._topics.find(event.topic)
            if topic is not None and reader.wish.wants(event) and not rooms.isdisjoint(doors(event, topic)):
                yield told(event)

    async def _renew(self, reader: Reader) -> None:
        """Who they are by now, and which of the things they ask for they may look at."""
        reader.doubted = False
        reader.asked_at = self._clock.monotonic()
        if reader.credentials is not None:
            try:
                reader.principal = await self._authenticator.authenticate(reader.credentials)
            except Unauthenticated:
                reader.end()
                return
        granted = [
            subject for subject, names in reader.subjects.items() if await self._may_look(reader, subject, names)
        ]
        reader.granted = frozenset(granted)

    async def _may_look(self, reader: Reader, subject: str, names: Iterable[str]) -> bool:
        for rule in self._topics.rules(names):
            if await rule(reader.principal, subject):
                return True
        return False

    async def _write(self, response: web.StreamResponse, text: str) -> None:
        if text:
            async with asyncio.timeout(self.limits.write):
                await response.write(text.encode())

    def _shake(self, event: Event, topic: Topic | None) -> None:
        """End or doubt those whom it makes somebody else, or who may look at something else from now on."""
        if event.topic == REVOKED:
            for reader in self._of(event.subject):
                self._rooms.leave(reader)
                reader.end()
        if event.topic == ROLE:
            for reader in self._of(event.subject):
                self._doubt(reader, event.seq - 1)
        if topic is not None and topic.unsettles:
            named = (value for value in event.payload.values() if isinstance(value, str))
            for reader in self._of(event.subject, *named):
                self._doubt(reader, event.seq - 1)

    def _of(self, *names: str) -> set[Reader]:
        return set().union(*(self._named.get(name, ()) for name in names))

    def _doubt(self, reader: Reader, heard: int) -> None:
        """`heard`: up to which fact a reader that takes part was told all."""
        if reader.rooms:
            self._rooms.leave(reader)
            reader.sent = max(reader.sent, heard)
        reader.doubt()

    def _tell(self, event: Event, topic: Topic, text: str) -> None:
        frame, number = Frame(text), 0
        for reader in tuple(self._rooms.hearing(event, topic)):
            if event.kept and event.seq <= reader.sent:
                continue  # the outbox tells at least once
            if event.kept:
                reader.sent = event.seq
            if reader.write(frame):
                number += 1
            else:
                self._drop(reader)
        self._told.labels(topic.name).inc()
        self._delivered.inc(number)

    def _mention(self, event: Event, topic: Topic) -> None:
        self._mentions[topic.name, event.subject] = (event, topic)
        if len(self._mentions) >= MOST_MENTIONS:
            self._release()
        elif self._gathering is None:
            self._gathering = asyncio.get_running_loop().call_later(self.limits.gather, self._release)

    def _release(self) -> None:
        """Ahead of each fact as well: no mention is told behind what made it old."""
        if self._gathering is not None:
            self._gathering.cancel()
            self._gathering = None
        mentions, self._mentions = self._mentions, {}
        for event, topic in mentions.values():
            self._tell(event, topic, told(event))

    def _miss(self, event: Event) -> None:
        if event.audience != outbox.INTERNAL and event.topic not in self._unknown:
            self._unknown.add(event.topic)
            log.error("the topic %s is not declared: nobody hears it", event.topic)

    def _drop(self, reader: Reader) -> None:
        self._rooms.leave(reader)
        self._dropped.inc()
        reader.cut()

    def _show_life(self, readers: Iterable[Reader]) -> None:
        here = position(self._position.seq)
        for reader in tuple(readers):
            if reader.is_stuck() or not reader.write(here if reader.rooms else HEARTBEAT):
                self._drop(reader)

    def _ask_again(self) -> None:
        """Those who may have become somebody else without a fact: tokens run out."""
        monotonic, now = self._clock.monotonic(), self._clock.now()
        for reader in tuple(self._readers):
            until = reader.principal.until
            if reader.credentials is None or reader.doubted:
                continue
            if monotonic - reader.asked_at >= self.limits.renew or (until is not None and until <= now):
                self._doubt(reader, self._position.seq)


def _names(reader: Reader) -> set[str]:
    """None of them changes while the stream lasts."""
    who = reader.principal
    return {name for name in (who.person_id, who.session_id, who.device_id, *reader.subjects) if name is not None}
