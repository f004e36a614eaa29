"""What the packager is given and what it gives. Programme time is in seconds since the programme first went on air;
instants are microseconds UTC."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import field
from fractions import Fraction
from typing import Literal, Protocol

from novacast.records import dataclass


@dataclass(frozen=True, slots=True)
class Profile:
    """How a programme is cut. A part is a whole number of frames and never longer than `part`."""

    name: str
    segment: Fraction
    """Seconds from one forced keyframe to the next, and of one segment."""
    part: Fraction | None
    """Seconds; None: segments alone, without low latency."""


ULTRA = Profile("ultra", Fraction(1), Fraction(1, 5))
LOW = Profile("low", Fraction(2), Fraction(1, 3))
STANDARD = Profile("standard", Fraction(2), None)
PROFILES: Mapping[str, Profile] = {one.name: one for one in (ULTRA, LOW, STANDARD)}


@dataclass(frozen=True, slots=True)
class Track:
    """A rendition of a programme, the same from its first part to its last."""

    name: str
    """Of its folder: `720p`, `audio`."""
    kind: Literal["video", "audio"]
    bitrate: int
    """Bits a second at most, as announced."""
    width: int = 0
    height: int = 0
    fps: Fraction = Fraction(0)
    channels: int = 2
    language: str = ""
    """BCP 47; empty: not said."""
    title: str = ""
    """For menus; of sound alone."""


@dataclass(frozen=True, slots=True)
class Init:
    """An initialization segment: `ftyp` and `moov`."""

    data: bytes
    timescale: int
    """Of its one track."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """One `moof` with its `mdat`, of one track (ISO/IEC 14496-12 8.8)."""

    data: bytes
    start: int
    """baseMediaDecodeTime, in `timescale`."""
    duration: int
    """The sum of its samples', in `timescale`."""
    timescale: int
    samples: int
    independent: bool
    """Begins with a sync sample."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A whole segment, for whoever records."""

    track: str
    number: int
    """Media sequence number; alike in all renditions."""
    parts: Sequence[bytes]
    """Their bytes one after the other are the segment."""
    start: Fraction
    """Programme time."""
    duration: Fraction
    at: int
    """Instant of its beginning, as EXT-X-PROGRAM-DATE-TIME says."""
    discontinuity: bool
    """A new stretch begins with it."""
    init: int
    """Number of its initialization segment."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A segment that a recorder has on disk."""

    number: int
    start: Fraction
    """Programme time."""
    duration: Fraction
    at: int
    discontinuity: bool
    init: int


@dataclass(frozen=True, slots=True)
class Past:
    """What was on air before the server was started again, by the names of tracks."""

    inits: Mapping[str, Mapping[int, bytes]]
    """By their numbers."""
    segments: Mapping[str, Sequence[Kept]]
    """In order; a number that is missing is one that the rendition did not have."""
    next: int = 0
    """The first number that no viewer can have heard of."""
    begun: Mapping[str, Collection[int]] = field(default_factory=dict)
    """Numbers with which stretches began, whether or not anything of them was kept."""


@dataclass(slots=True)
class Aired:
    """A resource as it is sent. Whoever asks for the same gets the same one."""

    body: memoryview
    changes: bool
    """A playlist: it must be asked for again."""
    head: bytes | None = None
    """Delivery's own memo of what it sends ahead of it."""


class Recorder(Protocol):
    """Told of everything that is whole, in order; what a rendition lacked it is not told of. No method blocks or
    raises."""

    def announce(self, track: str, number: int, *, begins: bool) -> None:
        """Viewers hear of a segment of this number from now on, whatever becomes of it. `begins`: a stretch, so that a
        discontinuity is told with it."""
        ...

    def begin(self, track: str, init: int, data: bytes) -> None:
        """An initialization segment that segments will name."""
        ...

    def take(self, segment: Segment) -> None: ...

    def safe(self, track: str) -> int:
        """Segments below this number are on disk, or never will be; memory may let go of them."""
        ...

    def kept(self, track: str, number: int) -> bool:
        """Whether a segment can be fetched from the disk."""
        ...
