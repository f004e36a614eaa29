"""What is on air, as viewers fetch it: Low-Latency HLS (RFC 8216bis) from memory.

One programme, one shelf. Everything happens in the event loop and takes microseconds; nothing here waits.
"""

import asyncio
import logging
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from novacast.clock import Clock
from novacast.errors import InvalidInput, NotFound
from novacast.i18n import text
from novacast.live.packaging.blocking import Directives, Waits, directives
from novacast.live.packaging.models import Aired, Fragment, Init, Past, Profile, Recorder, Track
from novacast.live.packaging.multivariant import MASTER, PLAYLIST, address, master
from novacast.live.packaging.playlist import Listing, Report
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
AHEAD = 2
"""Segments past the newest one that may be asked for: RFC 8216bis 6.2.5.2."""

_FILE = re.compile(r"(seg|part)_(\d{5,12})\.m4s")
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
        self._part_target: Fraction | None = None
        self._stretch: Stretch | None = None
        self._epoch: Epoch | None = None
        self._stopped = self._ended = False
        self._master: Aired | None = None
        self._waits = Waits(PATIENCE * self._target)
        self._of = {one.name: self._rendition(one) for one in tracks}
        self._room = Room(list(self._of.values()), self._shown, keep, math.ceil(window / profile.segment))
        self._warned = -math.inf
        if past is not None:
            self._epoch = resume(self._of, past, profile.segment, clock.now(), recorder)
            self._announce()

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
        self._announce()
        for one in self._active():
            self._changed(one)

    def _level(self) -> None:
        """Where a stretch ends, what a rendition is behind by is a gap."""
        stretch = self._stretch
        ends = [one.end for one in self._active() if one.end is not None]
        if stretch is None or not ends:
            return
        top, last = max(map(stretch.count, self._of.values())), max(ends)
        for one in self._of.values():
            lacks, missing = top - stretch.count(one), last - stretch.start(one)
            if lacks and missing >= lacks * self._profile.segment / 2:
                for _ in range(lacks):
                    start = stretch.start(one)
                    self._lack(one, start, start + min(missing / lacks, self._profile.segment))
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
        if self._part_target is not None and duration > self._part_target:
            self._warn("%s: a part of %.3f s is longer than what was announced", track, duration)
        one.waits.answer(name, aired)
        if opens:
            self._room.tidy()
        self._changed(one)

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
                self._changed(other)

    def _fill(self, one: Rendition, stretch: Stretch, before: int, place: int, time: Fraction) -> None:
        """What a rendition has not is a gap: whoever follows it goes on, to another one."""
        while (gap := stretch.gap(one, before, place, time)) is not None:
            self._lack(one, *gap)

    def _lack(self, one: Rendition, start: Fraction, until: Fraction) -> None:
        assert self._epoch is not None
        first = one.parts
        one.lack(start, until, self._epoch, self._part_target or self._profile.part or until)
        self._told(one)
        for number in range(first, one.parts):
            one.waits.refuse(part_name(number), _no_part())

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
            one.waits.refuse_all(_no_rendition(track))
            one.clear()
            self._announce()

    def restore(self, track: str) -> None:
        """It is back, with a gap. It needs an initialization segment by then."""
        one = self._of[track]
        if not one.active:
            one.active = True
            self._announce()

    def stop(self) -> None:
        """Nothing more is taken, and what is open is whole as far as it came. Repeatable."""
        if not self._stopped:
            for one in self._of.values():
                self._close(one)
                self._changed(one)
            self._stopped = True

    def end(self) -> None:
        """The programme is over. Repeatable."""
        if self._ended:
            return
        self.stop()
        self._ended = True
        for one in self._active():
            self._changed(one)
            one.waits.refuse_all(_no_part())
        self._waits.refuse_all(_no_part())

    def find(self, name: str, query: str = "") -> "Aired | asyncio.Future[Aired] | None":
        """`name`: of a file below the programme; `query`: as it came. None: it is not in memory; old segments may be on
        disk.

        A future belongs to all who wait for the same: await it shielded. It may end with NotFound, or Unavailable when
        it takes too long. Raises InvalidInput for directives that make no sense, NotFound for what will never be.
        """
        if name == MASTER:
            return self._master if self._master is not None else self._wait(self._waits, name)
        track, _, file = name.partition("/")
        one = self._of.get(track)
        if one is None:
            return None
        if not one.active:
            raise _no_rendition(track)
        if (there := one.files.get(file)) is not None:
            return there
        if file == PLAYLIST:
            return self._ask(one, directives(query))
        kind = _FILE.fullmatch(file)
        if kind is None:
            return None
        number = int(kind[2])
        if kind[1] == "seg":
            return one.segment(number)
        if number == one.parts and self._profile.part is not None:
            return self._wait(one.waits, file)
        raise _no_part()

    def _wait(self, waits: Waits, what: Directives | str) -> "asyncio.Future[Aired]":
        if self._ended:
            raise _no_part()
        return waits.wait(what)

    def _ask(self, one: Rendition, wanted: Directives) -> "Aired | asyncio.Future[Aired]":
        if self._profile.part is None and wanted.part is not None:
            wanted = Directives(wanted.msn, None, wanted.skip)
        if self._ended or one.has(wanted.msn, wanted.part):
            return self._playlist(one, wanted)
        if wanted.msn is not None:
            newest, index = one.last or (-1, -1)
            limit = self._advance + (index if wanted.msn == newest else 0)
            if wanted.msn > newest + AHEAD or (wanted.part or 0) > limit:
                raise InvalidInput(text("What is asked for is too far ahead."))
        return self._wait(one.waits, wanted)

    @property
    def _advance(self) -> int:
        """Advance Part Limit: RFC 8216bis 6.2.5.2."""
        target = self._part_target or self._profile.part or Fraction(1)
        return math.ceil(3 / target) if target < 1 else 3

    def _playlist(self, one: Rendition, wanted: Directives) -> Aired:
        """As a delta update only for those who can know all that it leaves out."""
        listing, msn = one.listing, wanted.msn if wanted.msn is not None else one.next
        skip = wanted.skip and 0 < listing.old <= msn - listing.first and listing.is_known(msn)
        made = one.rendered.get(skip)
        if made is None:
            hint = part_name(one.parts) if self._profile.part is not None else None
            reports = list(self._reports(one))
            body = one.listing.render(self._target_of_parts(), hint, reports, ended=self._ended, skip=skip)
            made = one.rendered[skip] = Aired(memoryview(body), changes=True)
        return made

    def _reports(self, about: Rendition) -> Iterator[Report]:
        for one in self._active():
            if one is not about and one.last is not None:
                msn, part = one.last
                shown = part if self._profile.part is not None and part >= 0 else None
                yield Report(f"../{address(one.track.name)}", msn, shown)

    def _target_of_parts(self) -> Fraction | None:
        """The longest part there was until the first playlist, or is to be expected; it stays: 4.4.3.7."""
        if self._profile.part is None or self._part_target is not None:
            return self._part_target
        expected = [whole_frames(self._profile.part, one.track.fps) for one in self._active() if one.track.fps]
        longest = max([*expected, *(one.longest for one in self._active())]) or self._profile.part
        self._part_target = Fraction(math.ceil(longest * 1000), 1000)
        return self._part_target

    def _changed(self, one: Rendition) -> None:
        one.rendered.clear()
        one.waits.answer_where(
            lambda wanted: self._ended or one.has(wanted.msn, wanted.part),
            lambda wanted: self._playlist(one, wanted),
        )

    def _announce(self) -> None:
        tracks = [one.track for one in self._active() if one.inits]
        if tracks:
            body = master(tracks, {one.track.name: one.inits.values() for one in self._active()})
            self._master = Aired(memoryview(body), changes=True)
            self._waits.answer(MASTER, self._master)

    def _active(self) -> list[Rendition]:
        return [one for one in self._of.values() if one.active]

    def _warn(self, message: str, *values: object) -> None:
        """Once in ten seconds: a source that is broken is so with every fragment."""
        now = self._clock.monotonic()
        if now - self._warned >= 10:
            self._warned = now
            log.warning(message, *values)


def whole_frames(part: Fraction, fps: Fraction) -> Fraction:
    """What a part of whole frames lasts that is not longer than `part`; a frame at least."""
    return max(part * fps // 1, 1) / fps


def _no_part() -> NotFound:
    return NotFound(text("There is no such part of the programme."))


def _no_rendition(track: str) -> NotFound:
    return NotFound(text("The programme is no longer given as {rendition}.", rendition=track))
