"""Clips: some segments of a programme, on air or over, as a video of their own. Nothing is encoded and nothing copied:
the clip's files are the programme's under another name, and stay when those go.
"""

import asyncio
import errno
import os
import shutil
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from novacast.clock import SECOND
from novacast.database import Database, Then, Transaction
from novacast.durable import sync_folder
from novacast.errors import Conflict, Forbidden, InvalidInput
from novacast.i18n import Text, text
from novacast.identity import Action, Principal, new_id
from novacast.limits import Rate, RateLimiter
from novacast.live.facts import tell
from novacast.live.models import Programme, ProgrammeState, may_produce
from novacast.live.packaging.models import Kept as Recorded
from novacast.live.programmes import store
from novacast.live.programmes.service import seen
from novacast.live.recording import store as clips
from novacast.live.recording.edition import Edition, Times, edition_of, write_edition
from novacast.live.recording.finishing import finished
from novacast.live.recording.journal import INIT, Journal, Lines, of_init, of_segment, of_track, read_journal
from novacast.live.recording.ports import Quotas, Recordings
from novacast.records import dataclass
from novacast.texts import Texts
from novacast.visibility import Visibility

SHORTEST = 5 * SECOND
LAST, BEFORE = 3600, 24 * 3600
"""Seconds: the most that can be asked for at once, and how long ago it may have ended."""
RATE = Rate("clips", 20, 3600.0)
"""Of one person."""
LINKED_ELSEWHERE = (errno.EXDEV, errno.EMLINK, errno.EPERM)

Span = Callable[[int], tuple[int, int]]
"""Where a clip begins and ends, of where the programme ends by now: all in microseconds."""
Running = Callable[[str], Journal | None]
"""The journal of a programme that is being recorded by this process."""


@dataclass(frozen=True, slots=True)
class Clip:
    id: str
    title: str
    visibility: str
    duration: int
    """Microseconds."""


@dataclass(frozen=True, slots=True)
class _Source:
    """What is cut from. Fits what `finished` is told of, but for the id."""

    id: str
    channel_id: str
    """Empty where that is gone."""
    org_id: str
    owner_id: str | None
    title: str
    description: str
    language: str
    visibility: str
    folder: Path
    journal: Journal | None
    programme: Programme | None = None
    """While it is on air."""

    @property
    def airing(self) -> bool:
        return self.programme is not None


class Clips:
    def __init__(
        self,
        db: Database,
        live: Path,
        recordings: Recordings,
        quotas: Quotas,
        limiter: RateLimiter,
        *,
        who: str,
        longest: int,
    ) -> None:
        """`live`: where programmes are recorded. `who`: as the setting has it. `longest`: microseconds."""
        self._db = db
        self._live = live
        self._recordings = recordings
        self._quotas = quotas
        self._limiter = limiter
        self._who = who
        self._longest = longest
        self.running: Running = _nothing
        """Given by the engine, which is the last to start; without it journals are read from the disk."""

    async def make(
        self,
        principal: Principal,
        programme_id: str,
        start: int,
        end: int,
        title: str = "",
        then: Then[Clip] | None = None,
    ) -> Clip:
        """Whole segments from the one that holds `start` to the one that holds `end`: microseconds of the programme
        while it is on air, of its recording afterwards. Raises NotFound, Unauthenticated, Forbidden, InvalidInput,
        Conflict, RateLimited, DiskFull.
        """
        return await self._made(principal, programme_id, lambda _: (start, end), title, then)

    async def latest(
        self,
        principal: Principal,
        programme_id: str,
        last: int,
        before: int = 0,
        title: str = "",
        then: Then[Clip] | None = None,
    ) -> Clip:
        """The last seconds of a programme on air, or those that ended `before` seconds ago; of the recording once it is
        over. Raises the same."""

        def span(end: int) -> tuple[int, int]:
            until = max(0, end - before * SECOND)
            return max(0, until - last * SECOND), until

        return await self._made(principal, programme_id, span, title, then)

    def permits(self, principal: Principal, org_id: str) -> bool:
        """Whether somebody who may watch may cut clips as well."""
        return may_produce(principal, org_id) or {
            "nobody": False,
            "moderators": principal.allows(Action.LIVE_MARK, org_id),
            "members": principal.allows(Action.ORG_VIEW, org_id),
            "viewers": principal.signed_in,
        }.get(self._who, False)

    async def _made(
        self, principal: Principal, programme_id: str, span: Span, title: str, then: Then[Clip] | None
    ) -> Clip:
        source = await self._source(principal, programme_id)
        self._permit(principal, source.org_id)
        wanted = _title(title, source.title)
        self._limiter.check(RATE, principal.person_id or principal.session_id or "")
        journal = source.journal
        if journal is None:
            journal = await asyncio.to_thread(read_journal, source.folder)
        part = self._cut(journal, source, span)
        await self._quotas.check(source.org_id, part.size)
        clip_id, folder = new_id(), self._live
        edition = await asyncio.to_thread(_laid, source.folder, folder / clip_id, part)
        one = replace(source, id=clip_id, owner_id=principal.person_id, title=wanted, visibility=_shown(source))
        clip = Clip(clip_id, one.title, one.visibility, edition.duration)

        def made(tx: Transaction) -> None:
            clips.add(tx, clip_id, source.id, source.channel_id)
            if source.programme is not None:
                tell(tx, "programme.clipped", source.programme)
            if then is not None:
                then(tx, clip)

        await self._recordings.publish(finished(one, folder / clip_id, edition), then=made)
        return clip

    async def _source(self, principal: Principal, programme_id: str) -> _Source:
        found = await self._db.one(store.by_id(programme_id))
        if found is None or found.state is ProgrammeState.ENDED:
            kept = await self._recordings.watched(principal, programme_id)
            return _Source(
                programme_id,
                "" if found is None else found.channel_id,
                kept.org_id,
                None,
                kept.title,
                "",
                kept.language,
                kept.visibility,
                kept.folder,
                None,
            )
        programme = seen(principal, found)
        if not programme.airing:
            raise Conflict(text("This programme has not begun; there is nothing to cut yet."))
        return _on_air(programme, self._live / programme.id, self.running(programme.id))

    def _permit(self, principal: Principal, org_id: str) -> None:
        if not principal.has_scope("write"):
            raise Forbidden(text("This token lacks the scope '{scope}'. Make one that has it.", scope="write"))
        if not self.permits(principal, org_id):
            raise Forbidden(text("You may watch this programme, but not cut clips out of it."))

    def _cut(self, journal: Journal, source: _Source, span: Span) -> Journal:
        edition = edition_of(journal)
        start, end = span(0 if edition is None else _end(edition, airing=source.airing))
        if edition is None or start < 0 or end <= start:
            raise InvalidInput.field("end_seconds", text("A clip ends after its beginning, within the programme."))
        numbers = _numbers(edition, Fraction(start, SECOND), Fraction(end, SECOND), airing=source.airing)
        length = sum((one.duration for one in edition.spine if one.number in numbers), Fraction(0)) * SECOND
        if length < SHORTEST:
            raise InvalidInput.field(
                "end_seconds",
                text("A clip has at least {seconds} s. This much is not recorded there.", seconds=SHORTEST // SECOND),
            )
        if end - start > self._longest:
            raise InvalidInput.field(
                "end_seconds", text("A clip has at most {minutes} minutes.", minutes=self._longest // (60 * SECOND))
            )
        return _only(journal, edition, numbers)


def _end(edition: Edition, *, airing: bool) -> int:
    """Microseconds: where what is recorded by now ends, in the times that a clip is asked for in."""
    last = edition.spine[-1]
    return round((last.start + last.duration) * SECOND) if airing else edition.duration


def _nothing(_: str) -> Journal | None:
    return None


def _on_air(programme: Programme, folder: Path, journal: Journal | None) -> _Source:
    return _Source(
        programme.id, programme.channel_id, programme.org_id, None, programme.title, "", programme.language,
        programme.visibility.value, folder, journal, programme,
    )  # fmt: skip


def _title(given: str, source: str) -> str:
    texts = Texts()
    title = texts.title(given, Text("")) if given.strip() else source
    texts.check()
    return title


def _shown(source: _Source) -> str:
    """As its programme is, but in nobody's library."""
    return Visibility.UNLISTED.value if source.visibility == Visibility.PUBLIC.value else source.visibility


def _numbers(edition: Edition, start: Fraction, end: Fraction, *, airing: bool) -> set[int]:
    times = Times.of(edition)
    begins = times.starts if airing else times.places
    first = max(0, bisect_right(begins, start) - 1)
    after = bisect_left(begins, end)
    return set(edition.numbers[first:after])


def _only(journal: Journal, edition: Edition, numbers: set[int]) -> Journal:
    """Those segments of what is shown, and what they need. The first begins a stretch."""
    first, part = min(numbers), Journal()
    for shown in edition.shown:
        name, track = shown.track.name, shown.track
        part.tracks[name] = track
        for one in shown.segments:
            if one is not None and one.recorded.number in numbers:
                begins = one.recorded.discontinuity or one.recorded.number == first
                part.add(name, replace(one, recorded=_beginning(one.recorded, begins)))
        for number in {one.recorded.init for one in part.segments.get(name, {}).values()}:
            part.add_init(name, number, journal.inits[name][number])
    return part


def _beginning(one: Recorded, begins: bool) -> Recorded:
    return replace(one, discontinuity=begins)


def _laid(source: Path, target: Path, part: Journal) -> Edition:
    """Blocking. The folder of a clip, as a recorder leaves it. Raises OSError; nothing stays then."""
    try:
        lines = Lines(target)
        try:
            lines.add(of_track(track) for track in part.tracks.values())
            for name, segments in part.segments.items():
                place = target / name
                place.mkdir(mode=0o700)
                inits = part.inits.get(name, {})
                for file in (*(INIT % number for number in inits), *(one.name for one in segments.values())):
                    _linked(source / name / file, place / file)
                sync_folder(place)
                lines.add(of_init(name, number, size) for number, size in inits.items())
                lines.add(of_segment(name, one.recorded, one.size) for one in segments.values())
        finally:
            lines.close()
        edition = write_edition(target, part)
    except FileNotFoundError as error:
        shutil.rmtree(target, ignore_errors=True)
        raise Conflict(text("What was to be cut is not on the disk any more.")) from error
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise
    assert edition is not None, "segments were counted before"
    return edition


def _linked(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in LINKED_ELSEWHERE:
            raise
        shutil.copyfile(source, target)
