"""Live playlists as the rehearsal's viewers read them (RFC 8216bis 4.4.4.9, 6.2.5.2). Pure."""

import re
from collections.abc import Sequence
from dataclasses import field
from functools import lru_cache

from novacast.records import dataclass

_TAGS = re.compile(
    rb"#EXT-X-MEDIA-SEQUENCE:(\d+)|#EXT-X-SKIP:SKIPPED-SEGMENTS=(\d+)"
    rb"|#EXT-X-PART:DURATION=([\d.]+),URI=\"([^\"]+)\"|^(?!#)\S+",
    re.MULTILINE,
)
_NUMBER = re.compile(rb"(\d+)\.\w+$")
_STREAM = re.compile(r"#EXT-X-STREAM-INF:[^\n]*?(?<!-)BANDWIDTH=(\d+)[^\n]*\n([^\n]+)")
_SOUND = re.compile(r"#EXT-X-MEDIA:[^\n]*TYPE=AUDIO[^\n]*URI=\"([^\"]+)\"")


@dataclass(frozen=True, slots=True)
class ListedPart:
    number: int
    """Parts are numbered through."""
    name: bytes
    duration: float


@dataclass(frozen=True, slots=True)
class Listed:
    msn: int
    """Of the segment that is open."""
    part: int
    """Index in it of the part that comes next."""
    parts: Sequence[ListedPart]


@lru_cache(64)
def listed(playlist: bytes) -> Listed:
    """Everybody gets the same playlist, and one of them reads it."""
    msn, part, parts = 0, 0, []
    for found in _TAGS.finditer(playlist):
        if found[1] or found[2]:
            msn += int(found[1] or found[2])
        elif found[4]:
            number = _NUMBER.search(found[4])
            part += 1
            parts.append(ListedPart(int(number[1]) if number else 0, found[4], float(found[3])))
        else:
            msn, part = msn + 1, 0
    return Listed(msn, part, tuple(parts))


@dataclass(frozen=True, slots=True)
class Offered:
    """What the list of renditions names: paths of playlists, and bits a second, the best first."""

    pictures: Sequence[tuple[str, int]]
    sound: str


def offered(master: str) -> Offered:
    pictures = sorted(((path.strip(), int(rate)) for rate, path in _STREAM.findall(master)), key=lambda one: -one[1])
    sounds = _SOUND.findall(master)
    return Offered(pictures, sounds[0] if sounds else "")


@dataclass(slots=True)
class Timeline:
    """When each part of one rendition could be had first, learnt from the parts themselves.

    A part that ends at `position` seconds of the programme exists `position` after the programme's beginning, at the
    soonest. The beginning is taken from the part that came soonest since `anew`, so what is measured is how much later
    than that a part was: the encoder's own hiccups are in it, for they are in what viewers see, but not what it was
    behind before they came.
    """

    ends: dict[int, float] = field(default_factory=dict)
    """Position of the end of each part that is known, by its number."""
    origin: float | None = None
    _last: int = -1

    def learn(self, parts: Sequence[ListedPart]) -> None:
        for part in parts:
            if part.number > self._last:
                # Between two looks some may have passed; they lasted about as long as this one.
                before = self.ends.get(self._last, 0.0)
                self.ends[part.number] = before + (part.number - self._last) * part.duration
                self._last = part.number

    def anew(self) -> None:
        self.origin = None

    def delay(self, number: int, at: float) -> float | None:
        """Seconds by which a part that was whole at `at` came later than the soonest could. None: it is not known."""
        end = self.ends.get(number)
        if end is None:
            return None
        began = at - end
        if self.origin is None or began < self.origin:
            self.origin = began
        return began - self.origin
