"""What viewers by WebRTC see of a programme: the picture of the encoder that is on, as it comes, where it is one that
they can be given; else what everyone sees, from the stage.

Times of what is given are milliseconds of the monotonic clock, on which frames should be seen: one line, whatever they
come from.
"""

import logging
from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Protocol

from novacast.clock import Clock
from novacast.errors import Malformed
from novacast.live import flv
from novacast.live.broadcast.feed import Feed
from novacast.live.broadcast.lineup import SOUND, Lineup
from novacast.live.ingest import Kind, Tag
from novacast.live.packaging.models import Fragment, Init
from novacast.live.simulcast.muxing import Muxer, Piece

log = logging.getLogger(__name__)

SOUNDS = frozenset({"aac", "opus"})
MOST_KEPT = 64
"""Fragments of one group of pictures and its sound."""
LEADS = 5
"""Fragments in a row that came too early, after which all come earlier: a second in the ultra profile."""
FAR_AHEAD = 400
"""Milliseconds that one alone may be too early."""
EARLY = 15
"""Milliseconds that are not too early."""


class Outlet(Protocol):
    """Whoever takes it. None of it waits or raises."""

    def cut(self, *, paced: bool) -> None:
        """What follows comes from elsewhere, and begins with a keyframe. `paced`: it comes in parts, and each frame is
        for its own time; else at once."""
        ...

    def give(self, tag: Tag) -> None: ...

    def end(self) -> None:
        """The programme is over."""
        ...


class Monitor:
    """Fits `broadcast.stage.Tap`. Without an outlet hardly anything is done."""

    def __init__(self, lineup: Lineup, clock: Clock) -> None:
        self._clock = clock
        self._outlet: Outlet | None = None
        self._staged = Staged(lineup, clock)
        self._feed: Feed | None = None
        """What is on; None: the slate."""
        self._direct: Direct | None = None

    def begin(self, inits: Mapping[str, Init], offset: Fraction) -> None:
        self._staged.begin(inits, offset)

    def take(self, name: str, fragment: Fragment) -> None:
        self._staged.take(name, fragment)

    def drop(self, name: str) -> None:
        self._staged.drop(name)

    def show(self, feed: Feed | None) -> None:
        """`feed` is what viewers see now; None: the slate."""
        if feed is self._feed:
            return
        self._feed = feed
        if self._outlet is not None:
            self._switch()

    def open(self, outlet: Outlet) -> None:
        """Somebody watches: it begins with the last keyframe that there was."""
        self._outlet = outlet
        self._switch()

    def close(self) -> None:
        """Nobody watches any more."""
        self._outlet = None
        self._staged.stop()
        self._hang_up()

    def end(self) -> None:
        outlet = self._outlet
        self.close()
        if outlet is not None:
            outlet.end()

    def _switch(self) -> None:
        assert self._outlet is not None
        self._hang_up()
        if self._feed is not None:
            self._direct = Direct(self._feed, self._outlet, self._clock, self._turned)
            self._direct.start()
        if self._direct is None or not self._direct.on:
            self._staged.start(self._outlet)

    def _turned(self, direct: "Direct") -> None:
        """A feed has become one that can be given as it comes, or is no more."""
        if self._outlet is None or direct is not self._direct:
            return
        if direct.on:
            self._staged.stop()
        else:
            self._staged.start(self._outlet)

    def _hang_up(self) -> None:
        direct, self._direct = self._direct, None
        if direct is not None:
            direct.stop()


class Direct:
    """A feed as it comes. `on`: whether it can be given so: H.264 whose pictures are shown in the order in which they
    are decoded, for WebRTC has but one time for both, and AAC, Opus or no sound. `turned` is called when that changes.
    """

    def __init__(self, feed: Feed, outlet: Outlet, clock: Clock, turned: "Turned") -> None:
        self._feed, self._outlet, self._clock, self._tell = feed, outlet, clock, turned
        self.on = False
        self._told: dict[Kind, bytes] = {}
        """Headers that were given."""
        self._refused: bytes | None = None
        """The header of a picture that can't be given."""
        self._shift = 0

    def start(self) -> None:
        """With what the feed kept since its last keyframe."""
        self._feed.listeners.append(self._hear)
        kept = list(self._feed.kept)
        if not kept or not all(self._fits(tag) for tag in kept):
            return
        self._shift = _now(self._clock) - kept[-1].time
        for tag in kept:
            self._take(tag, keyframe=tag is kept[0])

    def stop(self) -> None:
        self.on = False
        if self._hear in self._feed.listeners:
            self._feed.listeners.remove(self._hear)

    def _hear(self, tag: Tag, keyframe: bool) -> None:
        was = self.on
        if not self._fits(tag):
            self.on = False
        elif self.on or (keyframe and tag.kind is Kind.VIDEO):
            if not self.on:
                self._shift = _now(self._clock) - tag.time
            self._take(tag, keyframe=keyframe)
        if was is not self.on:
            self._tell(self)

    def _take(self, tag: Tag, *, keyframe: bool) -> None:
        header = self._feed.headers.get(tag.kind)
        if not self.on:
            if tag.kind is not Kind.VIDEO or not keyframe:
                return
            self.on = True
            self._told.clear()
            self._outlet.cut(paced=False)
        if header is not None and self._told.get(tag.kind) != header.data:
            if tag.kind is Kind.VIDEO and not keyframe:
                return  # of the picture that was before
            self._told[tag.kind] = header.data
            self._outlet.give(Tag(tag.kind, tag.time + self._shift, header.data))
        self._outlet.give(Tag(tag.kind, tag.time + self._shift, tag.data))

    def _fits(self, tag: Tag) -> bool:
        """A feed that once did not is not believed again before its picture is another."""
        header = self._feed.headers.get(Kind.VIDEO)
        if header is None or header.data == self._refused:
            return False
        if not _suits(tag):
            self._refused = header.data
            return False
        return True


def _suits(tag: Tag) -> bool:
    try:
        found = next(iter(flv.facts(tag)), None)
    except Malformed:
        return True  # left out by whoever reads it
    if found is None:
        return True
    if tag.kind is Kind.VIDEO:
        return found.codec == "h264" and found.composition == 0
    return found.codec in SOUNDS


class Turned(Protocol):
    def __call__(self, direct: Direct, /) -> None: ...


class Staged:
    """What everyone sees: one encoded rung, and the sound, in parts."""

    def __init__(self, lineup: Lineup, clock: Clock) -> None:
        # Not the publisher's own picture: it is given directly where it can be.
        self._tracks, self._clock = list(lineup.encoded.tracks), clock
        self._inits: Mapping[str, Init] = {}
        self._offset = Fraction(0)
        self._rung = ""
        self._kept: deque[tuple[int, str, Fragment]] = deque(maxlen=MOST_KEPT)
        """What there was since the last keyframe, and when it came."""
        self._outlet: Outlet | None = None
        self._muxer: Muxer | None = None
        self._shift: int | None = None
        self._leads: deque[int] = deque(maxlen=LEADS)

    def begin(self, inits: Mapping[str, Init], offset: Fraction) -> None:
        self._inits, self._offset = inits, offset
        self._renew()

    def drop(self, name: str) -> None:
        self._tracks = [one for one in self._tracks if one.name != name]
        if name == self._rung:
            self._renew()

    def take(self, name: str, fragment: Fragment) -> None:
        if name not in (self._rung, SOUND):
            return
        if name == self._rung and fragment.independent:
            self._kept.clear()
        now = _now(self._clock)
        self._kept.append((now, name, fragment))
        if self._outlet is not None:
            self._pass(now, name, fragment)

    def start(self, outlet: Outlet) -> None:
        """Repeatable."""
        if self._outlet is not None:
            return
        self._outlet = outlet
        self._restart()
        pictures = [(at, one) for at, name, one in self._kept if name == self._rung]
        if pictures:
            at, last = pictures[-1]
            self._shift = at - self._place(last)
        for _, name, fragment in list(self._kept):
            self._mux(name, fragment)

    def stop(self) -> None:
        self._outlet = self._muxer = None

    def _renew(self) -> None:
        """Another encoder, or another rung."""
        self._kept.clear()
        known = Muxer(self._tracks, lambda piece: None)
        known.begin(self._inits, self._offset)
        self._rung = known.rung
        if self._outlet is not None:
            self._restart()

    def _restart(self) -> None:
        assert self._outlet is not None
        self._shift = None
        self._leads.clear()
        self._outlet.cut(paced=True)
        self._muxer = Muxer(self._tracks, self._give, ahead=0)
        self._muxer.begin(self._inits, self._offset)

    def _pass(self, now: int, name: str, fragment: Fragment) -> None:
        if name == self._rung:
            place = self._place(fragment)
            if self._shift is None:
                self._shift = now - place
            # The first of a stretch may have come late; then all that follow would wait for nothing.
            self._leads.append(place + self._shift - now)
            full = len(self._leads) == LEADS
            early = self._leads[-1] if self._leads[-1] > FAR_AHEAD else min(self._leads) if full else 0
            if early > EARLY:
                self._shift -= early
                self._leads.clear()
        self._mux(name, fragment)

    def _mux(self, name: str, fragment: Fragment) -> None:
        """Whatever goes wrong here stays here."""
        if self._muxer is None:
            return
        try:
            self._muxer.take(name, fragment)
        except Exception:
            self._muxer = None
            log.exception("viewers by WebRTC get nothing more; the show goes on")

    def _place(self, fragment: Fragment) -> int:
        return round((Fraction(fragment.start, fragment.timescale) + self._offset) * 1000)

    def _give(self, piece: Piece) -> None:
        if self._outlet is not None:
            shift = self._shift if self._shift is not None else _now(self._clock) - piece.tag.time
            self._outlet.give(replace(piece.tag, time=max(0, piece.tag.time + shift)))


def _now(clock: Clock) -> int:
    return round(clock.monotonic() * 1000)
