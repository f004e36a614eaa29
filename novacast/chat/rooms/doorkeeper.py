"""Whether those who are in a room may still be there: asked again after every fact that may have changed it, when a
session or token runs out, and now and then, since some permissions end by themselves."""

import asyncio
import heapq
import logging
import weakref
from collections import deque
from collections.abc import Collection, Mapping
from typing import Any

from novacast.chat.entrance import Entrance
from novacast.chat.models import Guest
from novacast.chat.rooms.lobby import Lobby
from novacast.chat.rooms.member import KICKED, LOG_IN, RESUME, Member
from novacast.clock import MINUTE, SECOND, Clock
from novacast.errors import Forbidden, NotFound, NovaCastError, Unauthenticated
from novacast.identity import ANONYMOUS
from novacast.outbox import Event
from novacast.tasks import TaskGroup

log = logging.getLogger(__name__)

RECHECK = 10 * MINUTE
LOOK_SECONDS = 0.25
FOREVER = 2**62
AT_ONCE = 8

_PEOPLE = frozenset({"session", "token", "person", "account", "member"})
_THINGS = frozenset(
    {"video.published", "video.changed", "video.failed", "video.cancelled", "video.deleted"}
    | {f"programme.{what}" for what in ("changed", "standby", "on_air", "interrupted", "resumed", "ended", "deleted")}
)
"""After these a place is another, or for others. All else is told often, and to full rooms: nobody is asked for it."""
_ORGS = frozenset({"organization.deleted", "channel.deleted"})
"""What goes with these goes without a fact of its own."""
JUMP = 60.0
"""Seconds that the machine's clock and the time that passes may come apart before everybody's hour is reckoned anew."""


class Doorkeeper:
    def __init__(self, lobby: Lobby, entrance: Entrance, clock: Clock) -> None:
        self._lobby, self._entrance, self._clock = lobby, entrance, clock
        self._tasks = TaskGroup("doorkeeper")
        self._doubted: deque[Member] = deque()
        self._workers = 0
        self._due: list[tuple[int, int, weakref.ref[Member]]] = []
        self._count = 0
        self._strangers: dict[str, Guest | NovaCastError] = {}
        """What strangers may, by room, since anybody was asked last: all strangers are the same."""
        self.heard = 0
        """Facts that doubted anybody: who was let in before one of them and sat down after it is asked once more."""

    def start(self) -> None:
        self._tasks.start(self._watch(), "watch")

    async def close(self) -> None:
        await self._tasks.close()

    async def hear(self, event: Event) -> None:
        """A subscriber of the outbox."""
        self.doubt(touched(event.topic, event.subject, event.audience, event.payload))

    def doubt(self, ids: Collection[str]) -> None:
        """Ask again about everybody who is in a room of these things or organizations, or is one of these people."""
        if not ids:
            return
        self.heard += 1
        self._strangers = {}
        for room in self._lobby:
            if room.id in ids or room.org_id in ids:
                self.ask(room.members)
            else:
                self.ask([member for id_ in ids for member in room.by_person.get(id_, ())])

    def ask(self, members: Collection[Member]) -> None:
        for member in members:
            member.doubts += 1
            self._doubted.append(member)
        while self._workers < min(AT_ONCE, len(self._doubted)):
            self._workers += 1
            self._tasks.start(self._work(), "ask")

    def expect(self, member: Member) -> None:
        """To be asked again in time: its session or token runs out, or RECHECK has passed."""
        until = self._clock.now() + RECHECK
        if (own := member.guest.principal.until) is not None:
            until = min(until, own)
        self._count += 1
        heapq.heappush(self._due, (until, self._count, weakref.ref(member)))

    async def _watch(self) -> None:
        reckoned = self._ahead()
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            until = self._clock.now()
            if abs(self._ahead() - reckoned) > JUMP:
                reckoned, until = self._ahead(), FOREVER
            due: list[Member] = []
            while self._due and self._due[0][0] <= until:
                member = heapq.heappop(self._due)[2]()
                if member is not None and not member.gone:
                    due.append(member)
            if due:
                self._strangers = {}
            self.ask(due)
            for member in due:
                member.due = True

    def _ahead(self) -> float:
        """Seconds that the machine's clock is ahead of the time that passes, whatever is done to it."""
        return self._clock.now() / SECOND - self._clock.monotonic()

    async def _work(self) -> None:
        try:
            while self._doubted:
                member = self._doubted.popleft()
                if member.doubts and not member.gone:
                    member.doubts = 0
                    await self._ask(member)
        finally:
            self._workers -= 1

    async def _ask(self, member: Member) -> None:
        try:
            guest = await self._now(member)
        except Unauthenticated:
            member.wire.close(LOG_IN, "log in")
        except (NotFound, Forbidden):
            member.wire.close(KICKED, "not for you")
        except Exception as error:  # noqa: BLE001 - rather nobody is here than somebody who must not be
            log.warning("who is in room %s could not be asked: %r", member.room_id, error)
            member.wire.close(RESUME, "come back")
        else:
            if member.gone:
                return
            if guest != member.guest:
                self._lobby.renew(member, guest)
            if member.due:
                member.due = False
                self.expect(member)

    async def _now(self, member: Member) -> Guest:
        if member.renew is not None:
            return await self._entrance.enter(await member.renew(), member.room_id, member.guest.visit)
        # An answer from before a doubt stays with the answers of then.
        known = self._strangers
        if member.room_id not in known:
            try:
                known[member.room_id] = await self._entrance.enter(ANONYMOUS, member.room_id)
            except NovaCastError as error:
                known[member.room_id] = error
        found = known[member.room_id]
        if isinstance(found, NovaCastError):
            raise found
        return found


def touched(topic: str, subject: str, audience: str, payload: Mapping[str, Any]) -> Collection[str]:
    """Ids of the people, things and organizations that a fact may let in or shut out."""
    if topic in _THINGS:
        return {subject}
    if topic in _ORGS:
        return {subject, audience.removeprefix("org:")}
    named = {value for key, value in payload.items() if isinstance(value, str) and "person" in key}
    # A ticket that is bought or cancelled is about one person, in whichever room.
    return (
        named if topic == "media.tickets_changed" else named | {subject} if topic.partition(".")[0] in _PEOPLE else ()
    )
