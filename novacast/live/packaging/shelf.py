"""What is on air, as viewers fetch it: Low-Latency HLS (RFC 8216bis) from memory.

One programme, one shelf. Everything happens in the event loop and takes microseconds; nothing here waits.
"""

import asyncio
import logging
import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

from novacast.clock import Clock
from novacast.live.packaging.answers import AHEAD, Answers, no_part, no_rendition
from novacast.live.packaging.blocking import Waits
from novacast.live.packaging.models import Aired, Fragment, Init, Past, Profile, Recorder, Track
from novacast.live.packaging.playlist import Listing
from novacast.live.packaging.renditions import Epoch, Rendition, part_name
from novacast.live.packaging.resumption import resume
from novacast.live.packaging.splicing import retime
from novacast.live.packaging.storage import Room
from novacast.live.packaging.stretch import Stretch

KEEP = 64 * 1024 * 1024
"""Bytes of media in memory, of all renditions together; six target durations of each are kept whatever they take."""
WINDOW = Fraction(60)
"""Seconds that can be rewound without a recorder."""
PATIENCE = 3
"""Target durations that a request waits at most."""

log = logging.getLogger(__name__)


class Shelf:
    """Names below the programme: `master.m3u8`, `720p/index.m3u8`, `720p/init_0.mp4`, `720p/seg_00012.m4s`,
    `720p/part_00057.m4s`.

    Parts are numbered through: the one that is hinted is the next one, whatever segment or stretch it begins.
    """

    def __init__(
        self,
        profile: Profile,
        tracks: Sequence[Track],
        clock: Clock,
        recorder: Recorder | None = None,
        past: Past | None = None,
        *,
        keep: int = KEEP,
        window: Fraction = WINDOW,
        rewind: bool = True,
    ) -> None:
        """Without `rewind`, or without a recorder, viewers can go back by the `window` alone."""
        self._profile = profile
        self._clock = clock
        self._recorder = recorder
        self._shown = recorder if rewind else None
        self._target = math.ceil(profile.segment)
        self._stretch: Stretch | None = None
        self._epoch: Epoch | None = None
        self._stopped = self._ended = False
        self._of = {one.name: self._rendition(one) for one in tracks}
        self._answers = Answers(profile, self._of, PATIENCE * self._target)
        self._room = Room(list(self._of.values()), self._shown, keep, math.ceil(window / profile.segment))
        self._warned = -math.inf
        if past is not None:
            self._epoch = resume(self._of, past, profile.segment, clock.now(), recorder)
            self._answers.announce()

    def _rendition(self, track: Track) -> Rendition:
        listing = Listing(self._target, growing=self._shown is not None)
        return Rendition(track, listing, Waits(PATIENCE * self._target), with_parts=self._profile.part is not None)

    @property
    def ends(self) -> Mapping[str, Fraction]:
        """Programme time at which each rendition ends now."""
        return {one.track.name: one.end or Fraction(0) for one in self._active()}

    @property
    def size(self) -> int:
        """Bytes of media in memory."""
        return self._room.size

    def begin(self, inits: Mapping[str, Init], offset: Fraction, at: int) -> None:
        """A new stretch, of an encoder or a slate. Open segments are closed; the next ones begin with a discontinuity,
        unless they are the very first.

        `offset`: programme time at which the clock of the fragments that follow is zero. `at`: its instant, which is
        put off where it would be earlier than what was told of that time before.
        """
        for one in self._of.values():
            self._close(one)
        self._level()
        if self._epoch is not None:
            at = max(at, self._epoch.instant(offset))
        self._epoch = Epoch(offset, at)
        self._stretch = Stretch(self._profile, self._epoch, self._target, self._of.values())
        for name, one in self._of.items():
            number = one.renew(inits.get(name))
            if number is not None and self._recorder is not None:
                self._recorder.begin(name, number, one.inits[number])
        self._answers.announce()
        for one in self._active():
            self._answers.changed(one)

    def _level(self) -> None:
        """Where a stretch ends all have as many segments, and so as many discontinuities, by which renditions are
        matched (4.4.3.3), as a recording is by numbers. What one is behind by is a gap, however short."""
        stretch = self._stretch
        ends = [one.end for one in self._active() if one.end is not None]
        if stretch is None or not ends:
            return
        top, last = max(map(stretch.count, self._of.values())), max(ends)
        for one in self._of.values():
            for lacks in range(top - stretch.count(one), 0, -1):
                start = stretch.start(one)
                self._lack(one, start, start + min((last - start) / lacks, self._profile.segment))
                stretch.reached(one)

    def add(self, track: str, fragment: Fragment) -> None:
        """One fragment is one part. It is not kept if its time was given up, or if nothing can begin with it.

        Raises MediaFailure for a fragment that can't be moved in time.
        """
        one, stretch = self._of[track], self._stretch
        if self._stopped or stretch is None or not one.active:
            return
        scale = fragment.timescale
        start = fragment.start + round(stretch.epoch.offset * scale)
        time, duration = Fraction(start, scale), Fraction(fragment.duration, scale)
        if stretch.lost(one, time):
            self._warn("%s: a fragment at %.3f s has no place after %.3f s", track, time, one.end)
            return
        if fragment.independent:
            opens = stretch.opens(one, time, duration)
        elif one.open is None or stretch.holed(one, time):
            return
        elif opens := stretch.overlong(one, time, duration):
            self._warn("%s: no keyframe in %d s, a segment begins without", track, self._target)
        if opens:
            self._open(one, stretch, time)
        moved = retime(fragment, start, one.parts + 1)
        name = part_name(one.parts)
        aired = one.take(moved.data, time, duration, independent=fragment.independent)
        if self._answers.part_target is not None and duration > self._answers.part_target:
            self._warn("%s: a part of %.3f s is longer than what was announced", track, duration)
        one.waits.answer(name, aired)
        if opens:
            self._room.tidy()
        self._answers.changed(one)

    def _open(self, one: Rendition, stretch: Stretch, time: Fraction) -> None:
        place, due = stretch.place(one, time), stretch.due(one, time)
        if place > stretch.count(one):
            self._fill(one, stretch, place, place, time)
        self._close(one, time if stretch.extends(one, time) else None)
        while stretch.holed(one, time) and stretch.behind(one, time):
            start = stretch.start(one)
            self._lack(one, start, start + self._profile.segment)
        place = stretch.count(one)
        one.start(stretch.begins(one, time), due, stretch.epoch)
        self._told(one)
        stretch.opened(one, place, time)
        for other in self._active():
            if other is not one and stretch.behind(other, time):
                self._fill(other, stretch, place - AHEAD + 1, place, time)
                self._answers.changed(other)

    def _fill(self, one: Rendition, stretch: Stretch, before: int, place: int, time: Fraction) -> None:
        """What a rendition has not is a gap: whoever follows it goes on, to another one."""
        while (gap := stretch.gap(one, before, place, time)) is not None:
            self._lack(one, *gap)

    def _lack(self, one: Rendition, start: Fraction, until: Fraction) -> None:
        assert self._epoch is not None
        first = one.parts
        one.lack(start, until, self._epoch, self._answers.part_target or self._profile.part or until)
        self._told(one)
        for number in range(first, one.parts):
            one.waits.refuse(part_name(number), no_part())

    def _told(self, one: Rendition) -> None:
        if self._recorder is not None:
            self._recorder.announce(one.track.name, one.next - 1, begins=one.begins)

    def _close(self, one: Rendition, until: Fraction | None = None) -> None:
        segment = one.close(until)
        if segment is not None and self._recorder is not None and one.active:
            self._recorder.take(segment)

    def withdraw(self, track: str) -> None:
        """A rung goes: it is no longer announced, and nothing of it is given."""
        one = self._of[track]
        if one.active:
            self._close(one)
            one.active = False
            one.waits.refuse_all(no_rendition(track))
            one.clear()
            self._answers.announce()

    def restore(self, track: str) -> None:
        """It is back, with a gap. It needs an initialization segment by then."""
        one = self._of[track]
        if not one.active:
            one.active = True
            self._answers.announce()

    def stop(self) -> None:
        """Nothing more is taken, and what is open is whole as far as it came. Repeatable."""
        if not self._stopped:
            for one in self._of.values():
                self._close(one)
                self._answers.changed(one)
            self._stopped = True

    def end(self) -> None:
        """The programme is over. Repeatable."""
        if self._ended:
            return
        self.stop()
        self._ended = True
        self._answers.end()

    def find(self, name: str, query: str = "") -> "Aired | asyncio.Future[Aired] | None":
        """`name`: of a file below the programme; `query`: as it came. None: it is not in memory; old segments may be on
        disk.

        A future belongs to all who wait for the same: await it shielded. It may end with NotFound, or Unavailable when
        it takes too long. Raises InvalidInput for directives that make no sense, NotFound for what will never be.
        """
        return self._answers.find(name, query)

    def _active(self) -> list[Rendition]:
        return [one for one in self._of.values() if one.active]

    def _warn(self, message: str, *values: object) -> None:
        """Once in ten seconds: a source that is broken is so with every fragment."""
        now = self._clock.monotonic()
        if now - self._warned >= 10:
            self._warned = now
            log.warning(message, *values)
