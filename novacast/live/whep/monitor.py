"""What viewers by WebRTC see of a programme: the picture of the encoder that is on, as it comes, where it is one that
they can be given; else what is encoded of it for them; else what everyone sees, from the stage.

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
from novacast.live.broadcast.feed import Feed
from novacast.live.broadcast.lineup import SOUND, Lineup
from novacast.live.packaging.models import Fragment, Init
from novacast.live.simulcast.muxing import Muxer, Piece
from novacast.live.whep.direct import Direct, Outlet, Turned, Way, now_of

log = logging.getLogger(__name__)

MOST_KEPT = 64
"""Fragments of one group of pictures and its sound."""
LEADS = 5
"""Fragments in a row that came too early, after which all come earlier: a second in the ultra profile."""
FAR_AHEAD = 400
"""Milliseconds that one alone may be too early."""
EARLY = 15
"""Milliseconds that are not too early."""
TRIES = 3
"""Times that a feed's picture is encoded for these viewers alone."""


class Encoders(Protocol):
    """Whatever makes a picture that can be given as it comes of one that can't."""

    def encode(self, feed: Feed, outlet: Outlet, turned: Turned, /) -> Way | None: ...


class Monitor:
    """Fits `broadcast.stage.Tap`. Without an outlet hardly anything is done."""

    def __init__(self, lineup: Lineup, clock: Clock, encoders: Encoders | None = None) -> None:
        self._clock, self._encoders = clock, encoders
        self._outlet: Outlet | None = None
        self._staged = Staged(lineup, clock)
        self._feed: Feed | None = None
        """What is on; None: the slate."""
        self._direct: Direct | None = None
        self._anew: Way | None = None
        """What is encoded for these viewers alone."""
        self._tries = TRIES

    def begin(self, inits: Mapping[str, Init], offset: Fraction) -> None:
        self._staged.begin(inits, offset)

    def take(self, name: str, fragment: Fragment) -> None:
        self._staged.take(name, fragment)

    def drop(self, name: str) -> None:
        """Where the machine can't make a rung for all it has no strength for a few."""
        if self._staged.drop(name):
            self._encoders = None
            self._drop_anew()
            if self._outlet is not None:
                self._choose()

    def show(self, feed: Feed | None) -> None:
        """`feed` is what viewers see now; None: the slate."""
        if feed is self._feed:
            return
        self._feed, self._tries = feed, TRIES
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
        self._choose()

    def _choose(self) -> None:
        """The feed as it comes, else what is encoded of it for these viewers, else what everyone sees until there is
        something better."""
        assert self._outlet is not None
        if any(way is not None and way.on for way in (self._direct, self._anew)):
            self._staged.stop()
            return
        self._staged.start(self._outlet)
        refused = self._direct is not None and self._direct.refused
        if self._feed is not None and refused and self._anew is None and self._encoders is not None and self._tries:
            self._tries -= 1
            self._anew = self._encoders.encode(self._feed, self._outlet, self._turned)
            if self._anew is not None:
                self._anew.start()

    def _turned(self, way: Way) -> None:
        """What a feed gives can be given now, or can be so no more."""
        if self._outlet is None or way not in (self._direct, self._anew):
            return
        if way is self._direct and way.on:
            self._drop_anew()
        elif way is self._anew and not way.on:
            self._anew = None
        self._choose()

    def _drop_anew(self) -> None:
        anew, self._anew = self._anew, None
        if anew is not None:
            anew.stop()

    def _hang_up(self) -> None:
        direct, self._direct = self._direct, None
        if direct is not None:
            direct.stop()
        self._drop_anew()


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

    def drop(self, name: str) -> bool:
        """Whether it was one of these."""
        before = len(self._tracks)
        self._tracks = [one for one in self._tracks if one.name != name]
        if name == self._rung:
            self._renew()
        return len(self._tracks) < before

    def take(self, name: str, fragment: Fragment) -> None:
        if name not in (self._rung, SOUND):
            return
        if name == self._rung and fragment.independent:
            self._kept.clear()
        now = now_of(self._clock)
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
            shift = self._shift if self._shift is not None else now_of(self._clock) - piece.tag.time
            self._outlet.give(replace(piece.tag, time=max(0, piece.tag.time + shift)))
