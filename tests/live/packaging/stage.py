"""A shelf with an encoder before it and viewers behind it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from novacast.clock import SystemClock
from novacast.live.packaging.models import ULTRA, Fragment, Init, Past, Profile, Recorder, Segment, Track
from novacast.live.packaging.shelf import Shelf
from tests.live.packaging.synthetic import TRACKS, Source
from tests.live.packaging.viewer import Viewer

BEGAN = 1_790_000_000_123_000
"""Microseconds UTC at which the programmes of these tests go on air."""


@dataclass
class Shelved:
    """A recorder that remembers; all but the `lost` numbers are on disk."""

    inits: dict[str, dict[int, bytes]] = field(default_factory=dict)
    segments: dict[str, list[Segment]] = field(default_factory=dict)
    keeps_up: bool = True
    announced: set[int] = field(default_factory=set)
    lost: set[int] = field(default_factory=set)

    def announce(self, track: str, number: int, *, begins: bool) -> None:
        self.announced.add(number)

    def begin(self, track: str, init: int, data: bytes) -> None:
        before = self.inits.setdefault(track, {})
        assert init >= max(before, default=0)
        before[init] = data

    def take(self, segment: Segment) -> None:
        before = self.segments.setdefault(segment.track, [])
        assert not before or segment.number > before[-1].number
        assert segment.init in self.inits[segment.track]
        assert segment.number in self.announced
        assert segment.parts
        before.append(segment)

    def safe(self, track: str) -> int:
        there = self.segments.get(track)
        return there[-1].number + 1 if there and self.keeps_up else 0

    def kept(self, track: str, number: int) -> bool:
        return number < self.safe(track) and number not in self.lost


class Stage:
    """`play` gives what an encoder made and lets the viewers follow; the clock of its stretches goes with it."""

    def __init__(
        self,
        profile: Profile = ULTRA,
        tracks: Iterable[Track] = TRACKS,
        recorder: Recorder | None = None,
        past: Past | None = None,
        **limits: int | Fraction,
    ) -> None:
        self.tracks = tuple(tracks)
        self.recorder = recorder
        self.shelf = Shelf(profile, self.tracks, SystemClock(), recorder, past, **limits)  # type: ignore[arg-type]  # keep and window
        self.viewers = [Viewer(self.shelf, one.name) for one in self.tracks]

    def begin(self, inits: Mapping[str, Init], *, pause: Fraction = Fraction(0)) -> None:
        offset = max(self.shelf.ends.values()) + pause
        self.shelf.begin(inits, offset, BEGAN + round(offset * 1_000_000))
        self.turn()

    def give(self, pieces: Iterable[tuple[str, Fragment]]) -> None:
        for track, piece in pieces:
            self.shelf.add(track, piece)
            self.turn()

    def play(self, lasts: Fraction, source: Source | None = None, level: int = 31) -> None:
        """A new stretch of `lasts` seconds."""
        source = source or Source()
        names = {one.name for one in self.tracks}
        self.begin({name: init for name, init in source.inits(level).items() if name in names})
        self.give(pair for pair in source.all(lasts) if pair[0] in names)

    def turn(self) -> None:
        for viewer in self.viewers:
            viewer.turn()

    def end(self) -> None:
        self.shelf.end()
        self.turn()
        assert all(viewer.ended for viewer in self.viewers)
        for viewer in self.viewers:
            viewer.check_whole()

    def viewer(self, track: str) -> Viewer:
        return next(one for one in self.viewers if one.track == track)
