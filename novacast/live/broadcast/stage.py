"""What is on, on the programme's own clock: the slate, or a feed's encoder, one after the other without a hole.

A feed is cut in at a keyframe that all its rungs have; until then the slate goes on. What a feed does not bring, and
what it lacks at a seam, is filled from the slate, whose frames can be cut anywhere.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Protocol

from novacast.clock import SECOND, Clock
from novacast.live.broadcast.lineup import SOUND, Lineup
from novacast.live.broadcast.slate import Slate
from novacast.live.packaging.models import Fragment, Init
from novacast.live.packaging.shelf import Shelf
from novacast.records import dataclass

LATE = Fraction(3, 2)
"""Seconds that sound may be behind the picture before there is silence in its place."""
OVERLAP = Fraction(8, 1000)
"""Seconds by which sound may begin before that ends which is there: the shelf takes no more (`stretch.slack`)."""
FRESH = 3
"""Parts that a keyframe of this moment may have behind it."""
GROUPS = 2
"""Groups of pictures that are kept of a feed that is not on: the latest whole one of all rungs is among them."""


class Cue:
    """An encoder's output that waits to be cut in, or is on. `names`: the renditions that it makes; `packets`: parts of
    sound that are as long as the pictures that wait.
    """

    def __init__(self, names: Sequence[str], packets: int) -> None:
        self.names = tuple(names)
        self.inits: dict[str, Init] = {}
        self._waiting: dict[str, deque[Fragment]] = {name: deque() for name in names}
        self._waiting[SOUND] = deque(maxlen=packets)

    def offer(self, name: str, found: Init | Fragment) -> None:
        if isinstance(found, Init):
            self.inits[name] = found
            return
        waiting = self._waiting[name]
        waiting.append(found)
        if name != SOUND and found.independent:
            begins = [number for number, one in enumerate(waiting) if one.independent]
            for _ in range(begins[-GROUPS] if len(begins) > GROUPS else 0):
                waiting.popleft()

    def entrance(self, slack: Fraction, *, latest: bool = False) -> Fraction | None:
        """Seconds on its clock at which all of it can be cut in; None: not yet. `slack`: by which keyframes of the same
        picture may differ, for those of a copied one have times of another grain."""
        if not all(name in self.inits and self._waiting[name] for name in self.names):
            return None
        pictures = [self._waiting[name] for name in self.names if name != SOUND]
        if not pictures:
            return _start(self._waiting[SOUND][0])
        first, *others = [[_start(one) for one in waiting if one.independent] for waiting in pictures]
        together = [[at, *(one for other in others for one in other if abs(one - at) < slack)] for at in first]
        common = [min(starts) for starts in together if len(starts) == len(pictures)]
        return (max if latest else min)(common, default=None)

    def reaches(self) -> Fraction:
        """Seconds on its clock at which what waits ends."""
        return max((_end(waiting[-1]) for waiting in self._waiting.values() if waiting), default=Fraction(0))

    def drawn(self, name: str, start: Fraction) -> Sequence[Fragment]:
        """What waits from `start` on, and waits no longer; what is before it is dropped."""
        found = tuple(one for one in self._waiting[name] if _start(one) >= start)
        self._waiting[name].clear()
        return found


class Tap(Protocol):
    """Whoever is given what viewers see, as it happens. Neither method waits or raises."""

    def begin(self, inits: Mapping[str, Init], offset: Fraction, /) -> None:
        """A new stretch: the clock of the fragments that follow is zero at `offset` of programme time."""
        ...

    def take(self, name: str, fragment: Fragment, /) -> None: ...

    def drop(self, name: str, /) -> None:
        """A rendition goes for good."""
        ...


@dataclass(frozen=True, slots=True)
class Taps:
    """Several as one."""

    all: Sequence[Tap]

    def begin(self, inits: Mapping[str, Init], offset: Fraction) -> None:
        for tap in self.all:
            tap.begin(inits, offset)

    def take(self, name: str, fragment: Fragment) -> None:
        for tap in self.all:
            tap.take(name, fragment)

    def drop(self, name: str) -> None:
        for tap in self.all:
            tap.drop(name)


class Stage:
    """`take` is called by encoders, `tick` about once a part. Nothing here waits."""

    def __init__(self, lineup: Lineup, shelf: Shelf, slate: Slate, clock: Clock, tap: Tap | None = None) -> None:
        self._lineup, self._shelf, self._slate, self._clock, self._tap = lineup, shelf, slate, clock, tap
        self._names = tuple(track.name for track in lineup.tracks)
        self._on: Cue | None = None
        self._mute = False
        """Sound that the cue has does not come."""
        self._offset = Fraction(0)
        self._frames = dict.fromkeys(self._names, 0)
        """Rendition -> the slate's next frame."""
        self._begun = False
        self._edge, self._edge_at = max(shelf.ends.values(), default=Fraction(0)), clock.monotonic()

    @property
    def on(self) -> Cue | None:
        """None: the slate."""
        return self._on

    @property
    def begun(self) -> bool:
        """Whether anything was shown yet."""
        return self._begun

    @property
    def _pictures(self) -> Sequence[str]:
        return [name for name in self._names if name != SOUND]

    def now(self) -> Fraction:
        """Programme time of this moment: the end of what is there, and what passed since it came."""
        passed = Fraction(self._clock.monotonic() - self._edge_at).limit_denominator(1_000_000)
        return self._edge + max(Fraction(0), passed)

    def take(self, cue: Cue, name: str, found: Init | Fragment) -> None:
        """A piece of a cue's: shown at once if it is on."""
        if self._on is cue and isinstance(found, Fragment):
            self._show(name, found)
            self._listen(name)
        else:
            cue.offer(name, found)

    def cut_in(self, cue: Cue, *, fresh: bool = False) -> bool:
        """From its entrance on. False: it has none yet, or is on already. `fresh`: only from a keyframe of this moment,
        for a cue that gives the same as the one that is on."""
        if self._on is cue:
            return False
        half = 1 / (2 * self._lineup.fps)
        entrance = cue.entrance(half, latest=fresh)
        if entrance is None or (fresh and cue.reaches() - entrance > FRESH * self._lineup.part):
            return False
        if self._on is not None:
            self.cut_to_slate()
        if self._begun:
            self._close_up()
        begin = max(self._shelf.ends[name] for name in self._pictures)
        self._follow(cue)
        self._on, self._begun, self._offset = cue, True, begin - entrance
        self._mute = False
        self._begin({**self._slate.inits, **cue.inits}, cue.reaches() + self._offset)
        for name in cue.names:
            if name in self._names:
                heard = max(self._shelf.ends[name] - OVERLAP, Fraction(0)) - self._offset
                for fragment in cue.drawn(name, heard if name == SOUND else entrance):
                    self._show(name, fragment)
        return True

    def _follow(self, cue: Cue) -> None:
        """Pictures that this cue has and those before it had not are back; one that is copied goes with a cue that has
        none: the slate would stand there while the others go on."""
        copied = self._lineup.copied
        pictures = [name for name in cue.names if name != SOUND]
        if copied is not None and pictures and copied.name not in pictures and copied.name in self._names:
            self.drop(copied.name)
        for name in pictures:
            if name not in self._names:
                self._shelf.restore(name)
        self._names = tuple(one.name for one in self._lineup.tracks if one.name in {*self._names, *pictures})

    def cut_to_slate(self) -> None:
        """From the end of what is there on. Repeatable."""
        if self._on is None and self._begun:
            return
        self._on, self._begun, self._offset = None, True, Fraction(0)
        self._mute = False
        self._begin(self._slate.inits, self.now())
        longest = max(self._shelf.ends[name] for name in self._pictures)
        for name in self._pictures:
            # Keyframes come at the same time in all of them, wherever the encoder was with each.
            self._fill(name, longest)
            self._frames[name] = 0

    def tick(self) -> None:
        """The slate goes on as time does, in whole parts."""
        if self._on is not None or not self._begun:
            return
        now = self.now()
        for name in self._names:
            self._fill(name, now, whole=True)

    def drop(self, name: str) -> None:
        """A rendition goes, until a cue that has it is cut in."""
        self._names = tuple(one for one in self._names if one != name)
        self._shelf.withdraw(name)
        if self._tap is not None:
            self._tap.drop(name)

    def end(self) -> None:
        self._shelf.end()

    def _close_up(self) -> None:
        """Bring all of the slate to the same end, to a frame; not into a segment of a few frames."""
        until = max(self.now(), *(self._shelf.ends[name] for name in self._names))
        for name in self._pictures:
            self._fill(name, until, short=False)
        self._fill(SOUND, max(self._shelf.ends[name] for name in self._pictures))

    def _begin(self, inits: Mapping[str, Init], now: Fraction) -> None:
        """A new stretch; `now` is the programme time of this moment."""
        self._frames = dict.fromkeys(self._names, 0)
        at = self._clock.now() - round((now - self._offset) * SECOND)
        begun = {name: inits[name] for name in self._names}
        self._shelf.begin(begun, self._offset, at)
        if self._tap is not None:
            self._tap.begin(begun, self._offset)

    def _add(self, name: str, fragment: Fragment) -> None:
        self._shelf.add(name, fragment)
        if self._tap is not None:
            self._tap.take(name, fragment)

    def _show(self, name: str, fragment: Fragment) -> None:
        if name not in self._names:
            return
        if name == SOUND:
            self._mute = self._mute and _start(fragment) + self._offset < self._shelf.ends[name]
            self._fill(name, _start(fragment) + self._offset)
        self._add(name, fragment)
        end = _end(fragment) + self._offset
        if end > self._edge:
            self._edge, self._edge_at = end, self._clock.monotonic()
            made = self._on.names if self._on is not None else self._names
            for missing in self._names:
                if missing not in made:
                    self._fill(missing, end, whole=True)

    def _listen(self, name: str) -> None:
        """Silence goes on with the pictures where sound stays away."""
        if name == SOUND or name not in self._names:
            return
        end = self._shelf.ends[name]
        self._mute = self._mute or end - self._shelf.ends[SOUND] > LATE
        if self._mute:
            self._fill(SOUND, end, whole=True)

    def _fill(self, name: str, until: Fraction, *, whole: bool = False, short: bool = True) -> None:
        """Slate up to `until`, to a frame; `whole`: only in parts of full length, and none past it; not
        `short`: no segment begins that would have less than a part.
        """
        strip = self._slate.strips[name]
        most = self._lineup.packets if name == SOUND else self._lineup.pictures
        while True:
            end = self._shelf.ends[name]
            over = 0 if whole else OVERLAP if name == SOUND else strip.frame / 2
            count = int((until - end + over) // strip.frame)
            if count <= 0:
                return
            part = strip.cut(self._frames[name], min(most, count))
            if part.samples == count < most and (whole or (not short and part.independent)):
                return
            self._add(name, replace(part, start=round((end - self._offset) * strip.init.timescale)))
            self._frames[name] += part.samples


def _start(fragment: Fragment) -> Fraction:
    return Fraction(fragment.start, fragment.timescale)


def _end(fragment: Fragment) -> Fraction:
    return Fraction(fragment.start + fragment.duration, fragment.timescale)
