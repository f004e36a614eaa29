"""What has arrived and is not due yet: put in order, with gaps asked for again and given up when they are too late."""

from dataclasses import field

from novacast.live.srt.packets import SEQUENCES
from novacast.records import dataclass

WINDOW = 16_384
"""Packets that may wait; a sender is told not to send more."""

MOST_GAPS = 150
"""In one datagram."""
ASTRAY = 8
"""Packets in a row whose numbers are beyond the window, after which it is believed that their sender goes on there. One
alone may be damaged or forged: headers are not encrypted."""


@dataclass(slots=True)
class Counts:
    """Of packets."""

    received: int = 0
    bytes: int = 0
    lost: int = 0
    """Missed when they should have come. Most come again."""
    again: int = 0
    """Came when they had been asked for again."""
    dropped: int = 0
    """Given up: they had not come when their time was."""
    late: int = 0
    """Came after that."""
    twice: int = 0


@dataclass(slots=True)
class Buffer:
    """`first`: number of the first packet. Numbers inside do not wrap; instants are microseconds."""

    first: int
    counts: Counts = field(default_factory=Counts)
    _next: int = 0
    """To be given out."""
    _end: int = 0
    """One past the highest that has come."""
    _waiting: dict[int, tuple[int, bytes]] = field(default_factory=dict)
    _missing: dict[int, int] = field(default_factory=dict)
    """In order, with the instant that each was asked for last; 0: never."""
    _given_up: set[int] = field(default_factory=set)
    _due: list[bytes] = field(default_factory=list)
    """Whatever their time is."""
    _astray: list[int] = field(default_factory=list)
    """Places beyond the window that came last."""

    def __post_init__(self) -> None:
        self._next = self._end = self.first

    @property
    def acknowledged(self) -> int:
        """One past the last before which nothing is awaited."""
        return next(iter(self._missing), self._end) % SEQUENCES

    @property
    def room(self) -> int:
        return max(0, WINDOW - (self._end - self._next))

    def place(self, sequence: int) -> int:
        """Its number without wrapping: the nearest to what came last."""
        return self._end + (sequence - self._end + SEQUENCES // 2) % SEQUENCES - SEQUENCES // 2

    def expects(self, place: int) -> bool:
        """Whether it is new. What is not, is counted."""
        if not self._is_near(place):
            return False
        if place < self._next:
            if place in self._given_up:
                self._given_up.discard(place)
                self.counts.late += 1
            else:
                self.counts.twice += 1
            return False
        if place in self._waiting:
            self.counts.twice += 1
            return False
        return True

    def add(self, place: int, due: int, data: bytes) -> None:
        """One that is expected."""
        self.counts.received += 1
        self.counts.bytes += len(data)
        self._waiting[place] = (due, data)
        if place < self._end:
            if place in self._missing:
                del self._missing[place]
                self.counts.again += 1
            return
        self._missing.update(dict.fromkeys(range(self._end, place), 0))
        self.counts.lost += place - self._end
        self._end = place + 1

    def due(self, now: int) -> list[bytes]:
        """What is to be given out by `now`. A gap before something that is due is given up."""
        given, self._due = self._due, []
        while self._next < self._end:
            found = self._waiting.get(self._next)
            if found is None:
                after = next(place for place in range(self._next, self._end) if place in self._waiting)
                if self._waiting[after][0] > now:
                    break
                self._give_up(after)
                continue
            if found[0] > now:
                break
            del self._waiting[self._next]
            self._next += 1
            given.append(found[1])
        return given

    def forgo(self, first: int, last: int) -> None:
        """The sender has thrown these away: they need not be asked for."""
        for place in [one for one in self._missing if first <= one <= last]:
            del self._missing[place]

    def wanted(self, now: int, patience: int) -> list[tuple[int, int]]:
        """First and last number of what is to be asked for: again, where that was so long ago."""
        found: list[tuple[int, int]] = []
        for place, asked in self._missing.items():
            if asked and now - asked < patience:
                continue
            self._missing[place] = now
            if found and found[-1][1] == place - 1:
                found[-1] = (found[-1][0], place)
            elif len(found) < MOST_GAPS:
                found.append((place, place))
            else:
                break
        return found

    def _is_near(self, place: int) -> bool:
        """Whether it can be put where it belongs."""
        if self._next - WINDOW <= place < self._next + WINDOW:
            self._astray.clear()
            return True
        if self._astray and abs(place - self._astray[0]) >= WINDOW:
            self._astray.clear()
        self._astray.append(place)
        if len(self._astray) < ASTRAY:
            return False
        # Those before it are asked for again.
        self._begin_anew(min(self._astray))
        self._astray.clear()
        return True

    def _begin_anew(self, place: int) -> None:
        """So much was lost that its sender has thrown it away by now, or it counts anew. What is here is due."""
        self.counts.dropped += max(0, place - self._next - len(self._waiting))
        self._due += [data for _, (_, data) in sorted(self._waiting.items())]
        self._waiting.clear()
        self._missing.clear()
        self._given_up.clear()
        self._next = self._end = place

    def _give_up(self, after: int) -> None:
        self.counts.dropped += after - self._next
        if len(self._given_up) > WINDOW:
            self._given_up.clear()
        for place in range(self._next, after):
            self._missing.pop(place, None)
            self._given_up.add(place)
        self._next = after
