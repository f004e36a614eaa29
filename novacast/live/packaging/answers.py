"""What viewers of a programme ask for: files, playlists, and what is about to come (RFC 8216bis 6.2)."""

import asyncio
import math
import re
from collections.abc import Iterator, Mapping
from fractions import Fraction

from novacast.errors import InvalidInput, NotFound
from novacast.i18n import text
from novacast.live.packaging.blocking import Directives, Waits, directives
from novacast.live.packaging.models import Aired, Profile
from novacast.live.packaging.multivariant import MASTER, PLAYLIST, address, master
from novacast.live.packaging.playlist import Report
from novacast.live.packaging.renditions import Rendition, part_name

AHEAD = 2
"""Segments past the newest one that may be asked for: RFC 8216bis 6.2.5.2."""

_FILE = re.compile(r"(seg|part)_(\d{5,12})\.m4s")


class Answers:
    """Of one shelf, by the names that it tells. Each playlist is made once, and handed to all who ask for it."""

    def __init__(self, profile: Profile, renditions: Mapping[str, Rendition], patience: float) -> None:
        """`patience`: seconds for which the multivariant playlist is waited for."""
        self._profile = profile
        self._of = renditions
        self._master: Aired | None = None
        self._waits = Waits(patience)
        self._ended = False
        self.part_target: Fraction | None = None
        """None: not told yet."""

    def find(self, name: str, query: str) -> "Aired | asyncio.Future[Aired] | None":
        """As `Shelf.find` says."""
        if name == MASTER:
            return self._master if self._master is not None else self._wait(self._waits, name)
        track, _, file = name.partition("/")
        one = self._of.get(track)
        if one is None:
            return None
        if not one.active:
            raise no_rendition(track)
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
        raise no_part()

    def changed(self, one: Rendition) -> None:
        """There is more of it."""
        one.rendered.clear()
        one.waits.answer_where(
            lambda wanted: self._ended or one.has(wanted.msn, wanted.part),
            lambda wanted: self._playlist(one, wanted),
        )

    def announce(self) -> None:
        """Other renditions than before, or others of their initialization segments."""
        tracks = [one.track for one in self._active() if one.inits]
        if tracks:
            body = master(tracks, {one.track.name: one.inits.values() for one in self._active()})
            self._master = Aired(memoryview(body), changes=True)
            self._waits.answer(MASTER, self._master)

    def end(self) -> None:
        self._ended = True
        for one in self._active():
            self.changed(one)
            one.waits.refuse_all(no_part())
        self._waits.refuse_all(no_part())

    def _wait(self, waits: Waits, what: Directives | str) -> "asyncio.Future[Aired]":
        if self._ended:
            raise no_part()
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
        target = self.part_target or self._profile.part or Fraction(1)
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
        if self._profile.part is None or self.part_target is not None:
            return self.part_target
        expected = [whole_frames(self._profile.part, one.track.fps) for one in self._active() if one.track.fps]
        longest = max([*expected, *(one.longest for one in self._active())]) or self._profile.part
        self.part_target = Fraction(math.ceil(longest * 1000), 1000)
        return self.part_target

    def _active(self) -> list[Rendition]:
        return [one for one in self._of.values() if one.active]


def whole_frames(part: Fraction, fps: Fraction) -> Fraction:
    """What a part of whole frames lasts that is not longer than `part`; a frame at least."""
    return max(part * fps // 1, 1) / fps


def no_part() -> NotFound:
    return NotFound(text("There is no such part of the programme."))


def no_rendition(track: str) -> NotFound:
    return NotFound(text("The programme is no longer given as {rendition}.", rendition=track))
