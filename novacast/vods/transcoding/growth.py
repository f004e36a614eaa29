"""From an attempt's folder to the edition's: segment by segment while it grows, and all of it at the end. Blocking."""

import os
from collections.abc import Mapping
from contextlib import suppress
from fractions import Fraction
from hashlib import sha256
from itertools import accumulate
from pathlib import Path

from novacast.durable import sync_file, sync_folder
from novacast.errors import MediaFailure
from novacast.i18n import text
from novacast.media.commands import INIT, PLAYLIST, WHOLE, Wanted
from novacast.media.encode import Finished, check_aligned
from novacast.media.playlists import Segment, read_growing
from novacast.vods.folders import link, room
from novacast.vods.transcoding.models import Piece, Pieces
from novacast.vods.transcoding.plan import Plan

ENDING = Fraction(1)
"""Seconds before a source's end where the last segment may begin and be folded into the one before. More than the
shortest is long, as one of its tracks may end before the other."""


class Growth:
    """What one attempt shows while it works. `before`: what an earlier attempt had shown, whose files lie there."""

    def __init__(self, plan: Plan, wanted: Wanted, attempt: Path, edition: Path, before: Pieces) -> None:
        self._names = [name for name in wanted.names if name in plan.growing]
        self._attempt = attempt
        self._edition = edition
        self._shown: dict[str, list[Piece]] = {name: [] for name in self._names}
        self._before = before
        self._alone = wanted.part == WHOLE
        closed = wanted.part.count is not None
        self._sure = None if closed else plan.seconds - wanted.part.starts(plan.ladder.fps) - ENDING
        self._inits: dict[str, str] = {}

    def look(self) -> Pieces | None:
        """Bring what is complete by now to where it is watched; all of it if that is more than before, else None."""
        grown = False
        for name in self._names:
            with suppress(FileNotFoundError):
                made = settled((self._attempt / name / PLAYLIST).read_text(), self._sure)
                shown = self._shown[name]
                for segment in made[len(shown) :]:
                    shown.append(self._show(name, segment, first=not shown))
                    grown = True
        return self._all() if grown else None

    def _all(self) -> Pieces:
        """A playlist never shrinks: until this attempt is as far as the one before, that one's counts."""
        return {name: max(ones, self._before.get(name, ()), key=len) for name, ones in self._shown.items()}

    def _show(self, name: str, segment: Segment, *, first: bool) -> Piece:
        source, target = self._attempt / name, self._edition / name
        if first:
            target.mkdir(mode=0o700, exist_ok=True)
            self._inits[name] = _bring_init(source, target, alone=self._alone)
        with room(target):
            link(source / segment.name, target / segment.name)
        return _piece(segment, (source / segment.name).stat().st_size, self._inits[name])


def settled(playlist: str, sure: Fraction | None) -> tuple[Segment, ...]:
    """The segments of a growing playlist that stay as they are. `sure`: seconds up to which more will follow; None
    where a last one is never folded into the one before. What is new in a playlist with an end, `install` brings.
    """
    if sure is None:
        return read_growing(playlist)
    if "#EXT-X-ENDLIST" in playlist:
        return ()
    made = read_growing(playlist)
    ends = accumulate(segment.duration for segment in made)
    return tuple(segment for segment, end in zip(made, ends, strict=True) if end <= sure)


def install(plan: Plan, wanted: Wanted, made: Mapping[str, Finished], attempt: Path, edition: Path) -> Pieces:
    """Everything that an attempt made, checked against the plan, onto the disk and to its place. Repeatable."""
    check_joins(plan, wanted, made)
    pieces: dict[str, list[Piece]] = {}
    for name in wanted.names:
        source, target = attempt / name, edition / name
        target.mkdir(mode=0o700, exist_ok=True)
        init = _bring_init(source, target, alone=wanted.part == WHOLE)
        ones = pieces[name] = []
        for segment in made[name].playlist.segments:
            sync_file(source / segment.name)
            size = (source / segment.name).stat().st_size
            (source / segment.name).replace(target / segment.name)
            ones.append(_piece(segment, size, init))
        sync_folder(target)
    sync_folder(edition)
    return pieces


def check_joins(plan: Plan, wanted: Wanted, made: Mapping[str, Finished]) -> None:
    """Raises MediaFailure unless all rungs are cut alike, and a part as it must be so that its neighbours join."""
    rungs = [made[rung.name] for rung in (*((wanted.copied,) if wanted.copied else ()), *wanted.rungs)]
    check_aligned(rungs)
    expected = plan.expected(wanted.part) if rungs and wanted.copied is None else None
    if expected is None:
        return
    half_frame = Fraction(1, 2) / plan.ladder.fps
    timeline = rungs[0].playlist.timeline
    closed = wanted.part.count is not None
    fits = len(timeline) == len(expected) if closed else len(timeline) > len(expected)
    if not fits or any(abs(is_ - should) > half_frame for is_, should in zip(timeline, expected, strict=False)):
        raise MediaFailure(
            text(
                "A part of the video, from segment {segment} on, came out other than it must be "
                "to join its neighbours.",
                segment=wanted.part.segment,
            )
        )


def _bring_init(source: Path, target: Path, *, alone: bool) -> str:
    """The first part of a rendition brings `INIT`, for all that are encoded alike. What another encoder wrote has a
    name of its own, which is returned; else nothing. `alone`: there is one part.
    """
    sync_file(source / INIT)
    if alone:
        link(source / INIT, target / INIT)
        return ""
    with suppress(FileExistsError):
        os.link(source / INIT, target / INIT)
    own = (source / INIT).read_bytes()
    if own == (target / INIT).read_bytes():
        return ""
    name = f"init-{sha256(own).hexdigest()[:12]}.mp4"
    with room(target):
        link(source / INIT, target / name)
    return name


def _piece(segment: Segment, size: int, init: str) -> Piece:
    return Piece(f"{float(segment.duration):.6f}", size, init)
