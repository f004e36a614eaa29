"""Where segments of a stretch begin: of what one encoder (or the slate) gave without a break, on one clock."""

from collections.abc import Iterable
from fractions import Fraction

from novacast.live.packaging.models import Profile
from novacast.live.packaging.renditions import Epoch, Rendition

KNOWN = 64
"""Boundaries that are remembered; renditions of one encoder are less than one apart."""
LONGEST_GAP = 300
"""Seconds within a stretch."""
_HALF = Fraction(1, 2)


class Stretch:
    """The picture leads: sound is cut where the picture was, or is going to be if it has not come so far yet. Without
    pictures sound is cut by the profile's grid.

    Segments are counted from the stretch's first one on, whose number is the same in all renditions.
    """

    def __init__(self, profile: Profile, epoch: Epoch, target: int, renditions: Iterable[Rendition]) -> None:
        self.epoch = epoch
        self._segment = profile.segment
        self._longest = target + _HALF
        """Seconds that a segment must stay below: players round."""
        self._renditions = tuple(renditions)
        self._base = max(one.next for one in self._renditions)
        self._begun: set[str] = set()
        """Renditions that have something of it."""
        self._openings: dict[int, Fraction] = {}
        """Where each segment begins: the picture's where that is known."""
        self._led: set[int] = set()
        """Those whose beginning a picture gave."""

    def count(self, one: Rendition) -> int:
        """Of segments that have begun."""
        return one.next - self._base

    def opens(self, one: Rendition, time: Fraction, duration: Fraction) -> bool:
        """Whether an independent fragment begins a segment."""
        cut = one.open
        if cut is None or self.holed(one, time) or self.overlong(one, time, duration):
            return True
        nominal, known = cut.due + self._segment, self._boundary(one)
        if one.track.kind == "video":
            return time >= (nominal if known is None else min(known, nominal)) - slack(one)
        if known is not None:
            return time >= known
        seen = self._seen()
        return time >= nominal and (seen is None or seen < nominal)

    def _boundary(self, one: Rendition) -> Fraction | None:
        """Where a picture has begun the segment after the one that is open."""
        after = self.count(one)
        return self._openings[after] if after in self._led else None

    def _seen(self) -> Fraction | None:
        """Where the foremost picture has come to."""
        pictures = (one for one in self._renditions if one.active and one.track.kind == "video")
        return max((one.end for one in pictures if self._began(one) and one.end is not None), default=None)

    def _began(self, one: Rendition) -> bool:
        return one.track.name in self._begun

    def overlong(self, one: Rendition, time: Fraction, duration: Fraction) -> bool:
        """Whether the open segment would pass the target duration with one more fragment."""
        return one.open is not None and time + duration - one.open.start >= self._longest

    def holed(self, one: Rendition, time: Fraction) -> bool:
        """Whether so much is missing before `time` that it can't be a matter of rounding."""
        return self._began(one) and one.end is not None and time - one.end > self._segment / 2

    def lost(self, one: Rendition, time: Fraction) -> bool:
        """Whether what begins at `time` was given (or given up) already, or is too far ahead for a gap."""
        if not self._began(one) or one.end is None:
            return False
        return time + slack(one) < one.end or time - one.end > LONGEST_GAP

    def place(self, one: Rendition, time: Fraction) -> int:
        """Of the segment that begins at `time`. After a hole it is that which others have there, or would have."""
        after = self.count(one)
        if not self.holed(one, time):
            return after
        known = [(at, start) for at, start in self._openings.items() if at >= after and start <= time + slack(one)]
        own = (after - 1, one.open.start) if one.open is not None else (after, self.start(one))
        at, since = max(known, default=own)
        return max(after, at + int((time + slack(one) - since) / self._segment))

    def due(self, one: Rendition, time: Fraction) -> Fraction:
        """When a segment that begins at `time` was to begin."""
        if one.track.kind == "video" or one.open is None or self.holed(one, time):
            return time
        known = self._boundary(one)
        return known if known is not None else min(time, one.open.due + self._segment)

    def extends(self, one: Rendition, time: Fraction) -> bool:
        """Whether the open segment may be said to last until the next one begins: mostly nothing is missing."""
        return one.open is not None and time - one.open.start < self._longest

    def begins(self, one: Rendition, time: Fraction) -> Fraction:
        """When a segment is said to begin, so that what is listed adds up: where the one before it ends."""
        if not self._began(one) or one.end is None or time - one.end >= self._segment:
            return time
        return one.end

    def reached(self, one: Rendition) -> None:
        """It has something of the stretch, a gap at least."""
        self._begun.add(one.track.name)

    def opened(self, one: Rendition, place: int, time: Fraction) -> None:
        self.reached(one)
        if one.track.kind == "video" and place not in self._led:
            self._led.add(place)
            self._openings[place] = time
        self._openings.setdefault(place, time)
        while len(self._openings) > KNOWN:
            oldest = min(self._openings)
            del self._openings[oldest]
            self._led.discard(oldest)

    def start(self, one: Rendition) -> Fraction:
        """Where what comes next of a rendition should begin."""
        return one.end if self._began(one) and one.end is not None else self.epoch.offset

    def behind(self, one: Rendition, time: Fraction) -> bool:
        """Whether a rendition has nothing of the last segment before `time`."""
        return self.start(one) + self._segment <= time

    def gap(self, one: Rendition, before: int, place: int, time: Fraction) -> tuple[Fraction, Fraction] | None:
        """From where to where the open segment, or else the next one, is missing, if it is one before the segment
        `before`. At `time` begins the segment `place`."""
        lacking = self.count(one) - (one.open is not None)
        if lacking >= before:
            return None
        start = self.start(one)
        known = self._openings.get(lacking + 1)
        until = known if known is not None else time - (place - lacking - 1) * self._segment
        self.reached(one)
        return start, min(until, (one.open.start if one.open is not None else start) + self._segment)


def slack(one: Rendition) -> Fraction:
    """Half a frame: time stamps of sources are rounded to milliseconds."""
    return _HALF / one.track.fps if one.track.fps else Fraction(1, 120)
