"""One rendition's parts and segments: what they are called, when they begin and end, what memory they take."""

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import field
from fractions import Fraction

from novacast.clock import SECOND
from novacast.live.packaging.blocking import Waits
from novacast.live.packaging.models import Aired, Init, Kept, Segment, Track
from novacast.live.packaging.playlist import Entry, Listing, part_line
from novacast.records import dataclass

PARTS = 1000
"""More than a segment has: after a restart the numbers of parts go on from so many times the number of segments, so
that no name comes back with other bytes."""


@dataclass(slots=True)
class Part:
    number: int
    start: Fraction
    duration: Fraction
    line: str
    """Its EXT-X-PART."""
    aired: Aired | None
    """None: a gap."""


@dataclass(slots=True)
class Cut:
    """A segment that has begun."""

    number: int
    start: Fraction
    """Programme time, as all times here."""
    due: Fraction
    """When it was to begin."""
    at: int
    discontinuity: bool
    init: int
    end: Fraction
    gap: bool = False
    parts: list[Part] = field(default_factory=list)
    size: int = 0
    whole: Aired | None = None
    """Its bytes in one piece, once somebody asked for them."""


@dataclass(slots=True)
class Epoch:
    """Which instant a programme time is."""

    offset: Fraction
    at: int

    def instant(self, time: Fraction) -> int:
        return self.at + round((time - self.offset) * SECOND)


def segment_name(number: int) -> str:
    return f"seg_{number:05d}.m4s"


def part_name(number: int) -> str:
    return f"part_{number:05d}.m4s"


def init_name(number: int) -> str:
    return f"init_{number}.mp4"


class Rendition:
    """Knows nothing of the others. Times are given to it, and rules are the shelf's."""

    def __init__(self, track: Track, listing: Listing, waits: Waits, *, with_parts: bool) -> None:
        self.track = track
        self.listing = listing
        self.waits = waits
        self.rendered: dict[bool, Aired] = {}
        """Playlists as they are now: whole, and as a delta update."""
        self.active = True
        self.open: Cut | None = None
        self.closed: deque[Cut] = deque()
        """In memory."""
        self.end: Fraction | None = None
        """Where it ends; None before anything."""
        self.next = 0
        """Number of the segment after the last one that has begun."""
        self.inits: dict[int, bytes] = {}
        """Each has the number of the first segment that it could apply to: no number comes twice."""
        self.init = 0
        self.size = 0
        """Bytes in memory."""
        self.longest = Fraction(0)
        """Part."""
        self.files: dict[str, Aired] = {}
        """By name: parts and initialization segments."""
        self.parts = 0
        """Number of the next part."""
        self._with_parts = with_parts
        self._fresh = False
        self._begun = False

    def resume(self, inits: Mapping[int, bytes], kept: Sequence[Kept], begun: Collection[int]) -> None:
        """What was recorded before a restart, listed again. `begun`: numbers with which stretches began."""
        for number, data in sorted(inits.items()):
            self._keep_init(number, data)
        before: Kept | None = None
        for one in kept:
            lost = range(self.next, one.number)
            own = one.number if one.discontinuity else max((n for n in lost if n in begun), default=one.number)
            while self.next < one.number:
                between = (one.start - self.end) / (one.number - self.next) if self.end is not None else Fraction(0)
                start = self.end if self.end is not None else one.start
                # A gap goes on with the clock of its stretch, as it did when it was listed first.
                known = before if before is not None and self.next < own else one
                at, end = known.at + round((start - known.start) * SECOND), start + max(between, _INSTANT)
                self._list(Cut(self.next, start, start, at, self.next in begun, one.init, end, gap=True))
            before, end = one, one.start + one.duration
            self._list(Cut(one.number, one.start, one.start, one.at, one.discontinuity, one.init, end))
        self.parts = self.next * PARTS
        self._begun = bool(kept)

    def skip(
        self,
        until: int,
        since: Fraction,
        edge: Fraction,
        longest: Fraction,
        clocks: tuple[Epoch, Epoch],
        begun: Collection[int],
    ) -> None:
        """After a restart: numbers below `until` may have been seen, and what they were is lost. `since`: where this
        rendition begins if nothing of it was kept; `edge`: where it is to end. `longest`: of one. `clocks`: of the
        stretch that it was in, and of those that begin with a gap, whose numbers are `begun`."""
        start = self.end if self.end is not None else since
        length = min(max((edge - start) / max(until - self.next, 1), _INSTANT), longest)
        clock, later = clocks
        while self.next < until:
            begins = self.next in begun
            clock = later if begins else clock
            at = clock.instant(start)
            self._list(Cut(self.next, start, start, at, begins, self.init, start + length, gap=True))
            start += length
        self.parts, self._begun = self.next * PARTS, True
        self.listing.changed(self.next)

    def begin_at(self, number: int) -> None:
        """After a restart with nothing that was kept."""
        self.listing.begin_at(number)
        self.next, self.parts, self._begun = number, number * PARTS, True

    def renew(self, init: Init | None) -> int | None:
        """A stretch begins. The number of the initialization segment if it is a new one."""
        self._fresh = self._begun
        if init is None:
            return None
        known = next((number for number, data in self.inits.items() if data == init.data), None)
        if known is not None:
            self.init = known
            return None
        # One that a stretch without a segment had is replaced: no playlist ever named it.
        self._keep_init(self.next, init.data)
        return self.init

    def _keep_init(self, number: int, data: bytes) -> None:
        self.init = number
        self.inits[number] = data
        self.files[init_name(number)] = Aired(memoryview(data), changes=False)

    def start(self, time: Fraction, due: Fraction, epoch: Epoch) -> None:
        """The next segment begins; the one before is closed."""
        assert self.open is None
        number = self.next
        self.open = Cut(number, time, due, epoch.instant(time), self._fresh, self.init, time)
        self.next, self._fresh, self._begun = number + 1, False, True
        self.listing.begin(self._entry(self.open, segment_name(number)))

    def take(self, data: bytes, time: Fraction, duration: Fraction, *, independent: bool) -> Aired:
        """A part of the open segment."""
        cut = self.open
        assert cut is not None
        name, aired = part_name(self.parts), Aired(memoryview(data), changes=False)
        line = part_line(name, duration, independent=independent)
        self._add(cut, Part(self.parts, time, duration, line, aired))
        cut.end = self.end = time + duration
        cut.size += len(data)
        self.size += len(data)
        if self._with_parts:
            self.files[name] = aired
            self.longest = max(self.longest, duration)
        return aired

    def _add(self, cut: Cut, part: Part) -> None:
        cut.parts.append(part)
        self.parts += 1
        if self._with_parts:
            self.listing.part(part.line)

    def close(self, until: Fraction | None = None) -> Segment | None:
        """The open segment is whole, and lasts until the next one begins. None if it has a gap, or there is none."""
        cut, self.open = self.open, None
        if cut is None:
            return None
        if until is not None:
            cut.end = self.end = max(cut.end, until)
        self.closed.append(cut)
        self.listing.close(cut.end - cut.start, gap=cut.gap)
        if cut.gap:
            return None
        bodies = tuple(_bytes(part.aired) for part in cut.parts if part.aired is not None)
        return Segment(
            self.track.name, cut.number, bodies, cut.start, cut.end - cut.start, cut.at, cut.discontinuity, cut.init
        )

    def lack(self, start: Fraction, until: Fraction, epoch: Epoch, longest: Fraction) -> None:
        """The rest of the open segment, or else all of the next one from `start` on, is missing up to `until`.
        `longest`: of parts."""
        if self.open is None:
            self.start(start, start, epoch)
        cut = self.open
        assert cut is not None
        cut.gap, until = True, max(until, cut.end + _INSTANT)
        lacks = until - cut.end
        pieces = -(-lacks // longest) if self._with_parts else 1
        for _ in range(pieces):
            length = lacks / pieces
            self._add(cut, Part(self.parts, cut.end, length, part_line(part_name(self.parts), length, gap=True), None))
            cut.end += length
        self.end = cut.end
        self.close()

    def _list(self, cut: Cut) -> None:
        """One that is not in memory."""
        name = segment_name(cut.number)
        self.listing.begin(self._entry(cut, name))
        self.listing.close(cut.end - cut.start, gap=cut.gap)
        self.next, self.end = cut.number + 1, cut.end

    def _entry(self, cut: Cut, name: str) -> Entry:
        init = init_name(cut.init) if self.inits else ""
        return Entry(cut.number, name, cut.at, cut.discontinuity, init)

    def segment(self, number: int) -> Aired | None:
        """A whole one that is in memory. Its parts are views of it from now on."""
        first = self.closed[0].number if self.closed else 0
        if not self.closed or not 0 <= number - first < len(self.closed):
            return None
        cut = self.closed[number - first]
        if cut.gap:
            return None
        if cut.whole is None:
            body = memoryview(b"".join(part.aired.body for part in cut.parts if part.aired is not None))
            cut.whole, at = Aired(body, changes=False), 0
            for part in cut.parts:
                if part.aired is not None:
                    length = len(part.aired.body)
                    part.aired.body = body[at : at + length]
                    at += length
        return cut.whole

    def lose(self) -> None:
        """The oldest segment in memory is nowhere else: a gap, once it is forgotten."""
        self.listing.lose(self.closed[0].number)
        self.listing.changed(self.next)
        self.rendered.clear()

    def forget(self) -> None:
        """Let go of the oldest segment in memory."""
        cut = self.closed.popleft()
        self.size -= cut.size
        for part in cut.parts:
            self.files.pop(part_name(part.number), None)

    def clear(self) -> None:
        """Let go of all media."""
        while self.closed:
            self.forget()
        self.rendered.clear()

    def has(self, msn: int | None, part: int | None) -> bool:
        """Whether the playlist has this segment, or this part of it, or more; None: whether there is one at all.

        A part that a whole segment has not is the first one of what follows (6.2.5.2), and that the segment is whole is
        news enough.
        """
        if msn is None:
            return self.listing.ready
        if self.open is None or msn != self.open.number:
            return msn < (self.next if self.open is None else self.open.number)
        return part is not None and part < len(self.open.parts)

    @property
    def begins(self) -> bool:
        """Whether a stretch begins with the newest segment. There is one in memory."""
        return (self.open or self.closed[-1]).discontinuity

    @property
    def last(self) -> tuple[int, int] | None:
        """Number of the newest segment and index of its newest part; -1 in one that has none yet."""
        if self.open is not None:
            return self.open.number, len(self.open.parts) - 1
        if self.next:
            return self.next - 1, len(self.closed[-1].parts) - 1 if self.closed else -1
        return None


_INSTANT = Fraction(1, 1000)
"""Nothing that is listed lasts no time."""


def _bytes(aired: Aired) -> bytes:
    whole = aired.body.obj
    return whole if isinstance(whole, bytes) and len(whole) == len(aired.body) else bytes(aired.body)
