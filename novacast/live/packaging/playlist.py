"""Media playlists of a programme that is on air (RFC 8216bis 4.4, 6.2).

Everything but the last few segments is kept as the text that it will ever have, so that a playlist of eight hours costs
a copy and no rendering.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import field, replace
from fractions import Fraction
from itertools import islice

from novacast.clock import iso
from novacast.records import dataclass

VERSION = 9
"""EXT-X-SKIP needs it: RFC 8216bis 8."""
SKIP_BOUNDARY = 6
"""Target durations from the end that no delta update leaves out: at least six, 4.4.3.8."""
HOLD_BACK = 3
"""Target durations, and part targets: 4.4.3.8."""
GAP = "#EXT-X-GAP\n"
SELDOM = 60
"""Segments from one change of what was told to the next that is told to those who have the rest: each of them is given
the whole playlist then."""
WITH_PARTS = 3
"""Whole segments that have their parts listed: 6.2.2."""


def seconds(time: Fraction) -> str:
    return f"{float(time):.6f}"


def part_line(name: str, duration: Fraction, *, independent: bool = False, gap: bool = False) -> str:
    marks = ",INDEPENDENT=YES" * independent + ",GAP=YES" * gap
    return f'#EXT-X-PART:DURATION={seconds(duration)},URI="{name}"{marks}\n'


@dataclass(slots=True)
class Entry:
    """A segment as it is listed."""

    number: int
    name: str
    at: int
    discontinuity: bool
    init: str
    head: str = ""
    """The tags before its parts."""
    parts: list[str] = field(default_factory=list)
    tail: str = ""
    """What comes after its parts; empty while it is open."""
    duration: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Report:
    """How far another rendition is: 4.4.5.4."""

    uri: str
    msn: int
    part: int | None


@dataclass(frozen=True, slots=True)
class Old:
    """Of a segment whose text is all there is of it."""

    length: int
    init: str
    mapped: bool
    discontinuity: bool


class Listing:
    """The text of one media playlist. `target`: seconds; `growing`: nothing is ever taken out (EVENT: 4.4.3.5,
    6.2.1)."""

    def __init__(self, target: int, *, growing: bool) -> None:
        self._target = target
        self._growing = growing
        self._old = bytearray()
        self._olds: deque[Old] = deque()
        self._recent: deque[Entry] = deque()
        """Those that a delta update may not leave out, and the open one."""
        self._recent_length = Fraction(0)
        self._init = ""
        self.first = 0
        """EXT-X-MEDIA-SEQUENCE."""
        self._discontinuities = 0
        """In what was taken out."""
        self._changed = False
        """Something became a gap, and those who have the rest were not told."""
        self._anew = -1
        """Who asks for this segment, or one before it, may have an older text."""

    def begin_at(self, number: int) -> None:
        """Nothing is known of what was before. Each discontinuity began a segment, so there were no more than that; a
        sequence number that is too high misleads nobody, and one that players know already does (6.2.2). Something was
        taken out then, so it is no EVENT."""
        self.first = self._discontinuities = number
        self._growing = False

    def begin(self, entry: Entry) -> None:
        mapped = bool(entry.init) and entry.init != self._init
        self._init = entry.init or self._init
        entry.head = (
            "#EXT-X-DISCONTINUITY\n" * entry.discontinuity
            + f'#EXT-X-MAP:URI="{entry.init}"\n' * mapped
            + f"#EXT-X-PROGRAM-DATE-TIME:{iso((entry.at + 500) // 1000 * 1000)}\n"
        )
        self._recent.append(entry)

    def part(self, line: str) -> None:
        self._recent[-1].parts.append(line)

    def close(self, duration: Fraction, *, gap: bool) -> None:
        entry = self._recent[-1]
        entry.tail = GAP * gap + f"#EXTINF:{seconds(duration)},\n{entry.name}\n"
        entry.duration = duration
        self._recent_length += duration
        boundary = SKIP_BOUNDARY * self._target
        while len(self._recent) > WITH_PARTS and self._recent_length - self._recent[0].duration >= boundary:
            self._age(self._recent.popleft())

    def _age(self, entry: Entry) -> None:
        text = (entry.head + entry.tail).encode()
        self._old += text
        self._olds.append(Old(len(text), entry.init, "#EXT-X-MAP" in entry.head, entry.discontinuity))
        self._recent_length -= entry.duration

    def drop(self) -> None:
        """Take out the oldest segment: 6.2.2. Only what a delta update may leave out can go."""
        old = self._olds.popleft()
        del self._old[: old.length]
        self.first += 1
        self._discontinuities += old.discontinuity

    def lose(self, number: int) -> None:
        """A whole segment can be had no longer."""
        place = number - self.first
        if place >= len(self._olds):
            entry = self._recent[place - len(self._olds)]
            entry.parts, entry.tail = [], GAP + entry.tail.removeprefix(GAP)
            return
        before = sum(old.length for old in islice(self._olds, place))
        old = self._olds[place]
        at = self._old.index(b"#EXTINF", before, before + old.length)
        if self._old[before:at].endswith(GAP.encode()):
            return
        self._old[at:at] = GAP.encode()
        self._olds[place] = replace(old, length=old.length + len(GAP))

    def changed(self, following: int) -> None:
        """Something that was told is a gap now. `following`: number of the segment after the newest one."""
        self._changed = True
        self._tell(following)

    def _tell(self, following: int) -> None:
        if self._changed and (self._anew < 0 or following > self._anew + SELDOM):
            self._changed, self._anew = False, following

    def is_known(self, asked: int) -> bool:
        """Whether somebody who asks for a segment has the present text of those before, as far as that is told."""
        self._tell(asked)
        return asked > self._anew

    @property
    def old(self) -> int:
        """How many segments may be left out, or taken out."""
        return len(self._olds)

    @property
    def ready(self) -> bool:
        """Whether there is a whole segment: players refuse a playlist of parts alone."""
        return bool(self._olds) or bool(self._recent and self._recent[0].tail)

    def render(
        self, part_target: Fraction | None, hint: str | None, reports: Sequence[Report], *, ended: bool, skip: bool
    ) -> bytes:
        """`hint`: name of the part that comes next. `skip`: as a delta update (6.2.5.1), if there is enough to skip.

        Once `ended`, parts are not listed: nobody is near a live edge any more (6.2.2), and players that find some wait
        for the last one of each rendition, which need not be there at the same time.
        """
        head = self._head(part_target)
        if skip and self._olds:
            first, old = f"#EXT-X-SKIP:SKIPPED-SEGMENTS={len(self._olds)}\n", bytearray()
        else:
            first, old = self._first_map(), self._old
        lines = []
        open_ = bool(self._recent) and not self._recent[-1].tail
        bare = len(self._recent) - (0 if ended else WITH_PARTS + open_)
        for number, entry in enumerate(self._recent):
            lines.append(entry.head)
            if number >= bare:
                lines += entry.parts
            lines.append(entry.tail)
        if ended:
            lines.append("#EXT-X-ENDLIST\n")
        else:
            lines += [f'#EXT-X-PRELOAD-HINT:TYPE=PART,URI="{hint}"\n'] * (hint is not None)
            lines += map(_report, reports)
        return b"".join(((head + first).encode(), old, "".join(lines).encode()))

    def _head(self, part_target: Fraction | None) -> str:
        control = f"CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL={SKIP_BOUNDARY * self._target:.1f}"
        control += f",HOLD-BACK={HOLD_BACK * self._target:.1f}"
        if part_target is not None:
            control += f",PART-HOLD-BACK={float(HOLD_BACK * part_target):.3f}"
        return (
            f"#EXTM3U\n#EXT-X-VERSION:{VERSION}\n#EXT-X-TARGETDURATION:{self._target}\n"
            f"#EXT-X-SERVER-CONTROL:{control}\n"
            + (f"#EXT-X-PART-INF:PART-TARGET={float(part_target):.3f}\n" if part_target is not None else "")
            + f"#EXT-X-MEDIA-SEQUENCE:{self.first}\n#EXT-X-DISCONTINUITY-SEQUENCE:{self._discontinuities}\n"
            + "#EXT-X-PLAYLIST-TYPE:EVENT\n" * self._growing
            + "#EXT-X-INDEPENDENT-SEGMENTS\n"
        )

    def _first_map(self) -> str:
        """Of the first segment that is left, where the tag that named it has gone."""
        if self._olds:
            init, mapped = self._olds[0].init, self._olds[0].mapped
        else:
            first = self._recent[0] if self._recent else None
            init, mapped = (first.init, "#EXT-X-MAP" in first.head) if first is not None else ("", True)
        return f'#EXT-X-MAP:URI="{init}"\n' if init and not mapped else ""


def _report(report: Report) -> str:
    part = f",LAST-PART={report.part}" if report.part is not None else ""
    return f'#EXT-X-RENDITION-REPORT:URI="{report.uri}",LAST-MSN={report.msn}{part}\n'
