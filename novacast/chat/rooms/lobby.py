"""All rooms that somebody is in, and the way into one: after what was missed, and before what comes next."""

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence

from novacast.chat import shapes, store
from novacast.chat.models import Guest, Message, Room, State
from novacast.chat.rooms.events import Event, deleted, held, said
from novacast.chat.rooms.member import RESTARTING, RESUME, Member
from novacast.chat.rooms.room import LiveRoom, Pace, stretch
from novacast.database import Database
from novacast.errors import NovaCastError, Unavailable
from novacast.i18n import text
from novacast.records import dataclass
from novacast.tasks import TaskGroup

log = logging.getLogger(__name__)

MOST_MISSED = 500
"""Changes that one who comes back is given; who missed more begins anew."""
HISTORY = 50
"""Messages that a newcomer is given."""
FRAME = 100
"""Events in one frame of what was missed."""
LEAVE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Standing:
    """A room with what is pinned and asked in it, and its newest messages, oldest first, in every state."""

    room: Room
    pinned: Message | None
    asked: Message | None
    newest: Sequence[Message]


class Lobby:
    def __init__(self, db: Database, pace: Pace) -> None:
        self._db, self._pace = db, pace
        self._rooms: dict[str, LiveRoom] = {}
        self._opening: dict[str, asyncio.Task[None]] = {}
        self._tasks = TaskGroup("rooms")
        self._closed = False

    def __iter__(self) -> Iterator[LiveRoom]:
        return iter(list(self._rooms.values()))

    def tell(self, room_id: str, event: Event) -> None:
        """What is on disk now, in the order it came there. Nobody there: nothing to do."""
        room = self._rooms.get(room_id)
        if room is not None and not room.push(event):
            self.refresh(room_id)

    def refresh(self, room_id: str) -> None:
        """Rows changed that nobody told of: by another process, or many at once."""
        room = self._rooms.get(room_id)
        if room is not None and room.flushed is not None and room.read_again():
            self._tasks.start(self._refill(room), room_id)

    def names(self, room_id: str) -> Mapping[str, str]:
        """Ids by folded names of who is there or was lately."""
        room = self._rooms.get(room_id)
        return {} if room is None else room.names

    def people(self, room_id: str) -> int:
        room = self._rooms.get(room_id)
        return 0 if room is None else room.people

    async def join(self, member: Member, after: int | None) -> None:
        """Give the member what it needs to know, what it missed since `after` (None: it is new), and all that comes."""
        if self._closed:
            raise Unavailable(text("The server is stopping; nothing was changed. Try again in a moment."))
        room = self._rooms.setdefault(member.room_id, LiveRoom(member.room_id, self._pace))
        room.arriving += 1
        try:
            await self._opened(room)
            await self._catch_up(room, member, after)
        finally:
            room.arriving -= 1
            self._forget(room)
        if self._stopping():
            member.wire.close(RESTARTING, "come back")

    def _stopping(self) -> bool:
        return self._closed

    def leave(self, member: Member) -> None:
        member.gone = True
        room = self._rooms.get(member.room_id)
        if room is not None:
            room.leave(member)
            self._forget(room)

    def renew(self, member: Member, guest: Guest) -> None:
        """The member is somebody else from now on, or may do other things."""
        room = self._rooms[member.room_id]
        room.leave(member)
        member.guest = guest
        room.join(member)
        member.tell("you", you=shapes.guest(guest))

    async def close(self) -> None:
        """Tell everybody to come back in a moment, and give them one to read it."""
        self._closed = True
        for room in self:
            for member in list(room.members):
                member.wire.close(RESTARTING, "come back")
        await self._tasks.close()
        for _ in range(20):
            if not self._rooms:
                break
            await asyncio.sleep(LEAVE_SECONDS / 20)

    def _forget(self, room: LiveRoom) -> None:
        if not room.members and not room.arriving and self._rooms.get(room.id) is room:
            room.close()
            del self._rooms[room.id]

    async def _opened(self, room: LiveRoom) -> None:
        """Until it is known where the room stands on disk."""
        if room.flushed is None:
            if room.id not in self._opening:
                task = self._opening[room.id] = self._tasks.start(self._open(room), room.id)
                task.add_done_callback(lambda _: self._opening.pop(room.id, None))
            await asyncio.shield(self._opening[room.id])

    async def _open(self, room: LiveRoom) -> None:
        found = await self._db.one(store.room(room.id))
        # What is committed from here on is pushed: the room was listed before it was read.
        if not room.begin(0 if found is None else found.seq):
            self.refresh(room.id)

    async def _refill(self, room: LiveRoom) -> None:
        """What changed on disk since everybody was given anything. Where that is too much, or can't be read, everybody
        begins anew."""
        try:
            async with self._db.snapshot() as view:
                found = await view.one(store.room(room.id))
                changed = await view.all(store.changed_since(room.id, room.flushed or 0, MOST_MISSED + 1))
        except NovaCastError as error:
            log.warning("room %s could not be read again: %s", room.id, error.message)
            found = None
        if found is None or len(changed) > MOST_MISSED:
            self._abandon(room)
        elif not room.begin(found.seq, [_event(one) for one in changed]):
            self.refresh(room.id)

    def _abandon(self, room: LiveRoom) -> None:
        room.close()
        if self._rooms.get(room.id) is room:
            del self._rooms[room.id]
        for member in list(room.members):
            member.wire.close(RESUME, "come back")

    async def _catch_up(self, room: LiveRoom, member: Member, after: int | None) -> None:
        """The welcome and the frames before the first that everybody gets, and then to be one of them.

        The last look at `flushed` and joining are one step, so nothing can come between what was given and what comes.
        """
        flushed, guest = room.flushed or 0, member.guest
        standing = await self._standing(room, guest)
        events = None if after is None else await self._missed(room, guest, after, flushed)
        reset = events is None
        if events is None:
            shown = [one for one in standing.newest if one.seq <= flushed and one.is_for(guest)]
            events = [said(one) for one in shown if one.state is not State.DELETED]
        start = after if after is not None and not reset else (shown[0].seq - 1 if shown else flushed)
        where = shapes.room(standing.room, standing.pinned, standing.asked) | {"kind": guest.place.kind}
        member.tell("welcome", seq=flushed, reset=reset, room=where, you=shapes.guest(guest))
        self._give(room, member, start, flushed, events)
        while (now := room.flushed or 0) != flushed and not member.gone:
            self._give(room, member, flushed, now, await self._missed(room, guest, flushed, now) or [])
            flushed = now
        if not member.gone:
            room.join(member)

    def _give(self, room: LiveRoom, member: Member, after: int, seq: int, events: Sequence[Event]) -> None:
        """In frames of their own stretches: whoever is lost in between comes back for the rest alone."""
        for first in range(0, len(events), FRAME):
            part = events[first : first + FRAME]
            end = min(part[-1].seq, seq) if first + FRAME < len(events) else seq
            shown = [shown for event in part if (shown := event.shown_to(member.guest)) is not None]
            member.send(stretch(after, end, room.people, shown))
            after = end
        if after < seq or not events:
            member.send(stretch(after, seq, room.people, []))

    async def _missed(self, room: LiveRoom, guest: Guest, after: int, flushed: int) -> list[Event] | None:
        """What changed since `after`; None where that is too much, or was never there."""
        events = room.missed(after)
        if events is not None and len(events) <= MOST_MISSED:
            # Others may have been given more since `flushed` was read; that comes in a stretch of its own.
            return [event for event in events if event.seq <= flushed]
        if not 0 <= after <= flushed:
            return None
        changed = await self._db.all(store.changed_since(room.id, after, MOST_MISSED + 1))
        if len(changed) > MOST_MISSED:
            return None
        # A message that is newer than what everybody has comes with everybody's next frame. A newer change of an older
        # one may come now already: it is told once more then, and is the same.
        return [_event(one) for one in changed if one.seq <= flushed]

    async def _standing(self, room: LiveRoom, guest: Guest) -> Standing:
        """One read for all who come while nothing happens."""
        at = room.flushed or 0
        known, standing = room.newest
        if known == at and isinstance(standing, Standing):
            return standing
        standing = await standing_of(self._db, guest, room.id, HISTORY)
        room.newest = (at, standing)
        return standing


async def standing_of(db: Database, guest: Guest, room_id: str, history: int = 0) -> Standing:
    """A room that nobody wrote in yet is as it will be."""
    async with db.snapshot() as view:
        room = await view.one(store.room(room_id))
        if room is None:
            room = await view.one(store.unopened(room_id, guest.place.org_id))
        assert room is not None, "that one is always there"
        pinned = await view.one(store.message(room.pinned or ""))
        asked = await view.one(store.message(room.poll or ""))
        newest = await view.all(store.before(room_id, store.LAST, history, all_states=True)) if history else []
    return Standing(room, pinned, asked, newest[::-1])


def _event(one: Message) -> Event:
    if one.state is State.DELETED:
        return deleted(one)
    return held(one) if one.state is State.HELD else said(one)
