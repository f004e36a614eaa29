"""A stage on a real shelf, with a slate and feeds made by hand, on a clock that a test moves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

from novacast.live.broadcast.lineup import SOUND, Lineup, plan_lineup
from novacast.live.broadcast.slate import Slate, Strip
from novacast.live.broadcast.stage import Cue, Stage
from novacast.live.packaging.models import ULTRA, Profile, Segment
from novacast.live.packaging.shelf import Shelf
from tests.fakes.clock import FakeClock
from tests.live.packaging.synthetic import fragment, picture_init, sound_init

SCALE, RATE = 15360, 48_000
SLATE_LEVEL, FEED_LEVEL = 30, 31
"""By which the initialization segments of the two differ."""


@dataclass
class Kept:
    """A recorder that keeps all it is told."""

    inits: list[tuple[str, int]] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)

    def announce(self, track: str, number: int, *, begins: bool) -> None: ...

    def begin(self, track: str, init: int, data: bytes) -> None:
        self.inits.append((track, init))

    def take(self, segment: Segment) -> None:
        self.segments.append(segment)

    def safe(self, track: str) -> int:
        return 0

    def kept(self, track: str, number: int) -> bool:
        return True

    def of(self, track: str) -> list[Segment]:
        return [one for one in self.segments if one.track == track]


def lineup(profile: Profile = ULTRA, fps: int = 30, heights: Sequence[int] = (360, 720)) -> Lineup:
    return plan_lineup(profile, heights, (1280, 720), Fraction(fps))


def slate(planned: Lineup) -> Slate:
    step, gop = int(SCALE / planned.fps), planned.gop
    strips = {
        rung.name: Strip(
            picture_init(SLATE_LEVEL, rung.width, rung.height),
            [fragment(n * step, 1, step, SCALE, sync=n % gop == 0) for n in range(2 * gop)],
        )
        for rung in planned.rungs
    }
    strips[SOUND] = Strip(sound_init(), [fragment(n * 1024, 1, 1024, RATE) for n in range(94)])
    return Slate(strips)


@dataclass
class Scene:
    planned: Lineup = field(default_factory=lineup)
    clock: FakeClock = field(default_factory=FakeClock)
    recorder: Kept = field(default_factory=Kept)

    def __post_init__(self) -> None:
        self.shelf = Shelf(self.planned.profile, self.planned.tracks, self.clock, self.recorder)
        self.stage = Stage(self.planned, self.shelf, slate(self.planned), self.clock)

    @property
    def pictures(self) -> list[str]:
        return [rung.name for rung in self.planned.rungs]

    def wait(self, seconds: float) -> None:
        """Time goes by, in the steps that the broadcast's own loop takes."""
        for _ in range(round(seconds / 0.1)):
            self.clock.advance(0.1)
            self.stage.tick()

    def ends(self) -> dict[str, float]:
        return {name: float(end) for name, end in self.shelf.ends.items()}


class Feed:
    """What an encoder makes of a publisher: its clock begins at `zero`."""

    def __init__(self, scene: Scene, names: Sequence[str] | None = None, zero: float = 10.0, skew: float = 0.0) -> None:
        """`skew`: seconds by which its sound begins after its picture."""
        self._scene = scene
        planned = scene.planned
        self.names = tuple(names if names is not None else (*scene.pictures, SOUND))
        self.cue = Cue(self.names, 60)
        self.step, self.gop = int(SCALE / planned.fps), planned.gop
        self._frame = dict.fromkeys(self.names, 0)
        self._zero = Fraction(zero)
        self._skew = Fraction(skew)
        for rung in planned.rungs:
            if rung.name in self.names:
                scene.stage.take(self.cue, rung.name, picture_init(FEED_LEVEL, rung.width, rung.height))
        if SOUND in self.names:
            scene.stage.take(self.cue, SOUND, sound_init())

    def run(self, seconds: float) -> None:
        """It gives all its renditions in parts, as time goes by."""
        until = max(self._made(name) for name in self.names) + Fraction(seconds)
        while (name := min(self.names, key=self._made)) and self._made(name) < until:
            self.give(name, pace=True)
            self._scene.stage.cut_in(self.cue)
            self._scene.stage.tick()

    def give(self, name: str, *, pace: bool = False) -> None:
        """One part of one rendition; `pace`: after the time that it takes to be made."""
        first, before = self._frame[name], max(self._made(one) for one in self.names)
        if name == SOUND:
            start = round((self._zero + self._skew) * RATE) + first * 1024
            part = fragment(start, 9, 1024, RATE)
        else:
            count = min(self._scene.planned.pictures, self.gop - first % self.gop)
            start = round(self._zero * SCALE) + first * self.step
            part = fragment(start, count, self.step, SCALE, sync=first % self.gop == 0)
        self._frame[name] = first + part.samples
        if pace:
            self._scene.clock.advance(float(max(self._made(one) for one in self.names) - before))
        self._scene.stage.take(self.cue, name, part)

    def _made(self, name: str) -> Fraction:
        frames = self._frame[name]
        return Fraction(frames * 1024, RATE) + self._skew if name == SOUND else Fraction(frames * self.step, SCALE)


def seams(segments: Sequence[Segment]) -> Iterator[Fraction]:
    """How far each segment begins from the end of the one before."""
    for one, following in pairwise(segments):
        yield following.start - (one.start + one.duration)
