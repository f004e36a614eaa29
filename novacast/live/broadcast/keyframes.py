"""Whether a publisher's own picture can be given to viewers as it comes."""

from collections import deque
from fractions import Fraction
from itertools import pairwise

from novacast.live.flv import Facts
from novacast.live.ingest import Tag

ENOUGH, AGAIN = 2, 16
"""Regular distances in a row after which they are believed; and after they were not regular."""
FARTHEST = Fraction(41, 10)
"""Seconds between two; rare ones make segments that nobody waits for."""
LOOSE = 50
"""Milliseconds by which distances may differ: a frame of 25 in a second, and roundings."""


class Keyframes:
    """Of the picture of one feed since its last header. Times are milliseconds, steady."""

    def __init__(self) -> None:
        self._times: deque[int] = deque(maxlen=ENOUGH + 1)
        self._delay: int | None = None
        """From decoding to showing, of the last keyframe."""
        self._regular, self._needed = 0, ENOUGH
        self._bytes = 0
        self.rate = 0
        """Bits a second of the largest group of pictures."""

    def note(self, tag: Tag, found: Facts) -> None:
        if found.keyframe:
            if self._times and tag.time > self._times[-1]:
                self.rate = max(self.rate, self._bytes * 8000 // (tag.time - self._times[-1]))
            self._times.append(tag.time)
            self._judge(found.composition)
            self._bytes = 0
        self._bytes += len(tag.data)

    def _judge(self, delay: int) -> None:
        gaps = self._gaps
        if not gaps:
            self._delay = delay
            return
        apart = max(gaps) - min(gaps) > LOOSE or min(gaps) <= 0 or max(gaps) > FARTHEST * 1000
        if apart or delay != self._delay:
            if self.known:
                self._needed = AGAIN
            self._regular, self._delay = int(not apart), delay
        else:
            self._regular += 1

    @property
    def _gaps(self) -> list[int]:
        times = list(self._times)
        return [after - before for before, after in pairwise(times)]

    @property
    def known(self) -> bool:
        """Whether so many came that more would say the same."""
        return len(self._times) > ENOUGH

    @property
    def distance(self) -> Fraction | None:
        """Seconds from one to the next, if that is regular and not too long; None too before it is known."""
        if self._regular < self._needed:
            return None
        gaps = self._gaps
        return Fraction(sum(gaps), 1000 * len(gaps))


def fits(distance: Fraction | None, segment: Fraction, target: int) -> bool:
    """Whether segments of `segment` seconds at least, which begin with keyframes that are `distance` apart, are told as
    no longer than `target`: players round to whole seconds."""
    if distance is None:
        return False
    groups = -(-(segment - Fraction(LOOSE, 1000)) // distance)
    return max(groups, 1) * distance < target + Fraction(1, 2)
