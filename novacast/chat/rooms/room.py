"""A room that somebody is in: what happens there goes out as one frame for all, at once while it is quiet, and every
tick while it is busy.

Every frame says which stretch of the room's sequence it covers (`after` < … <= `seq`), so a client that was away knows
what to ask for, and one that is here knows that it missed nothing: not even what nobody but moderators is shown, what
was left out for viewers, or what a later change in the same tick made superfluous.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence

from novacast.chat.markup import folded
from novacast.chat.rooms.events import Event
from novacast.chat.rooms.member import Member
from novacast.chat.rooms.ports import Fanout
from novacast.chat.rooms.sampling import Sampler
from novacast.chat.shapes import VERSION
from novacast.records import dataclass

KEPT = 1000
"""Events in memory, for those who come back."""
NAMES = 2000
"""Of those who wrote lately, for mentions by name."""

Framed = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Pace:
    tick: float = 0.04
    """Seconds between two frames of a busy room; together with the loop's own delay at most 50 ms."""
    sample_above: float = 30.0
    """Messages a second that viewers are shown at most; 0: all."""
    count: float = 5.0
    """Seconds after which a quiet room tells that there are more or fewer people in it."""


class LiveRoom:
    def __init__(self, id_: str, pace: Pace) -> None:
        self.id, self._pace = id_, pace
        self._loop = asyncio.get_running_loop()
        self.members: set[Member] = set()
        self.by_person: dict[str, set[Member]] = {}
        self.names: dict[str, str] = {}
        """Ids of people by their folded names."""
        self.arriving = 0
        """Members to be: until they are in, the room must stay in memory."""
        self.newest: tuple[int, object] = (-1, None)
        """What newcomers were given last, and when the room stood where."""
        self.flushed: int | None = None
        """Everybody has been given what happened up to here. None until it is known where the room begins."""
        self._seq = 0
        self._reading = True
        """What is on disk is being read; what is pushed waits for it."""
        self._kept: deque[Event] = deque(maxlen=KEPT)
        self._kept_from = 0
        self._pending: list[Event] = []
        self._groups: dict[tuple[bool, Framed], Fanout] = {}
        self._sampler = Sampler(pace.sample_above, self._loop.time())
        self._timer: asyncio.Handle | None = None
        self._counter: asyncio.Handle | None = None
        self._last = 0.0
        self._told_people = 0

    def begin(self, seq: int, since: Sequence[Event] = ()) -> bool:
        """The room's sequence as it was read, with what changed on disk alone since `flushed`. What was pushed
        meanwhile may be in that, or comes behind it. False: it must be read again already."""
        if self.flushed is None:
            self.flushed = self._kept_from = seq
        self._seq = seq
        self._reading = False
        early, self._pending = self._pending, list(since)
        whole = True
        for event in early:
            whole = self.push(event) and whole
        if self._pending and whole:
            self._schedule()
        return whole

    def read_again(self) -> bool:
        """Before rows are read that changed without being pushed; whether nobody is reading already."""
        begun, self._reading = not self._reading, True
        return begun

    def push(self, event: Event) -> bool:
        """In the order of commits. Nothing here waits for anybody. False: somebody else changed the room too, and it
        must be read again."""
        if self._reading:
            self._pending.append(event)
            return True
        if event.seq <= self._seq:
            return True
        self._pending.append(event)
        if event.seq != self._seq + 1:
            return False
        self._seq = event.seq
        self._schedule()
        return True

    def _schedule(self) -> None:
        if self._timer is None:
            due = self._last + self._pace.tick - self._loop.time()
            self._timer = self._loop.call_soon(self._flush) if due <= 0 else self._loop.call_later(due, self._flush)

    def missed(self, after: int) -> list[Event] | None:
        """What everybody else has been given since, the last of each thing; None where memory does not reach."""
        if after == self.flushed:
            return []
        assert self.flushed is not None
        begins = self._kept[0].seq - 1 if len(self._kept) == KEPT else self._kept_from
        if not begins <= after < self.flushed:
            return None
        return latest(event for event in self._kept if event.seq > after)

    def join(self, member: Member) -> None:
        """From now on it gets every frame; until `flushed` it must have been given everything."""
        self.members.add(member)
        guest = member.guest
        if guest.person_id is not None:
            self.by_person.setdefault(guest.person_id, set()).add(member)
            self.remember(guest.name, guest.person_id)
        self._group(member).add(member.wire)
        self._people_changed()

    def leave(self, member: Member) -> None:
        if member not in self.members:
            return
        self.members.discard(member)
        self._group(member).discard(member.wire)
        person_id = member.guest.person_id
        if person_id is not None and (theirs := self.by_person.get(person_id)) is not None:
            theirs.discard(member)
            if not theirs:
                del self.by_person[person_id]
        self._people_changed()

    def remember(self, name: str, person_id: str) -> None:
        if len(self.names) >= NAMES:
            del self.names[next(iter(self.names))]
        self.names[folded(name)] = person_id

    @property
    def people(self) -> int:
        return len(self.members)

    @property
    def org_id(self) -> str:
        """Whose room it is; empty while nobody is in it."""
        return next((member.guest.place.org_id for member in self.members), "")

    def close(self) -> None:
        for timer in (self._timer, self._counter):
            if timer is not None:
                timer.cancel()

    def _group(self, member: Member) -> Fanout:
        kind = (member.guest.moderates, member.wire.framed)
        found = self._groups.get(kind)
        if found is None:
            found = self._groups[kind] = member.wire.together()
        return found

    def _people_changed(self) -> None:
        if self._counter is None and self.members:
            self._counter = self._loop.call_later(self._pace.count, self._count)

    def _count(self) -> None:
        self._counter = None
        if self._timer is None and self.people != self._told_people:
            self._flush()

    def _flush(self) -> None:
        self._timer = None
        if self._reading:
            return
        events, self._pending = self._pending, []
        self._last = self._loop.time()
        self._told_people = self.people
        after = self.flushed or 0
        self._kept.extend(events)
        self.flushed = self._seq
        whole = latest(events)
        self._write(True, stretch(after, self._seq, self.people, [event.data for event in whole]))
        shown, skipped = self._shown(whole)
        self._write(False, stretch(after, self._seq, self.people, shown, skipped))

    def _write(self, staff: bool, payload: bytes) -> None:
        for (moderates, framed), wires in self._groups.items():
            if moderates is staff and wires:
                wires.write(framed(payload))

    def _shown(self, events: Sequence[Event]) -> tuple[list[bytes], int]:
        """What viewers are shown of them, and how many they are spared; whom one of those concerns gets it alone."""
        now, skipped = self._last, 0
        shown: list[bytes] = []
        for event in events:
            if event.for_staff:
                self._tell_persons(event)
                if event.instead is not None:
                    shown.append(event.instead)
            elif event.sampled and not self._sampler.passes(now):
                skipped += 1
                self._tell_persons(event)
            else:
                shown.append(event.data)
        return shown, skipped

    def _tell_persons(self, event: Event) -> None:
        payload = b'{"v":%d,"type":"personal","event":%b}' % (VERSION, event.data)
        for person_id in event.persons:
            for member in self.by_person.get(person_id, ()):
                if not member.guest.moderates:
                    member.send(payload)


def latest(events: Iterable[Event]) -> list[Event]:
    """In their order, without those that a later one about the same thing stands for."""
    found = list(events)
    last = {event.about: event.seq for event in found if event.about}
    return [event for event in found if not event.about or last[event.about] == event.seq]


def stretch(after: int, seq: int, people: int, data: Sequence[bytes], skipped: int = 0) -> bytes:
    """The payload of a frame that covers `after` < … <= `seq`."""
    head = b'{"v":%d,"type":"events","after":%d,"seq":%d,"people":%d,' % (VERSION, after, seq, people)
    if skipped:
        head += b'"skipped":%d,' % skipped
    return b'%b"events":[%b]}' % (head, b",".join(data))
