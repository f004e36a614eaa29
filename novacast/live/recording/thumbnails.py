"""Small pictures for the seek bar while a programme is on air: a sheet now and then, of keyframes of the lowest rung
that lie on the disk already, by a short FFmpeg at low priority.

A sheet never changes under its name; the WebVTT file that tells of all of them is replaced as a whole. Both lie in the
programme's folder, and go with it when it becomes a video, which has a file of its own times.
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from novacast.errors import MediaFailure
from novacast.i18n import text
from novacast.live.packaging.models import Kept, Track
from novacast.live.recording.edition import Edition, Times
from novacast.live.recording.journal import INIT, SEGMENT, put
from novacast.media.commands import strip_command
from novacast.media.encode import CUES, SHEETS, STILL_LIMITS, run_ffmpeg
from novacast.media.ffmpeg import FindFFmpeg
from novacast.media.process import Command
from novacast.media.storyboard import Storyboard, Tile, tile_size, webvtt

EVERY = Fraction(10)
COUNT = 6
"""Pictures of a sheet, so that there is a new one each minute."""
GROWING = "thumbnails.vtt"
"""While on air, in programme time."""
Since = Callable[[str, int], Sequence[Kept]]
"""What is on the disk of a track from a number on, in order."""
LIMITS = replace(STILL_LIMITS, wall=60, cpu=30, nice=15)

_CUE = re.compile(
    r"(\d+):(\d\d):(\d\d\.\d{3}) --> (\d+):(\d\d):(\d\d\.\d{3})\n"
    + re.escape(SHEETS).replace("%d", r"(\d+)")
    + r"#xywh=(\d+),(\d+),(\d+),(\d+)"
)


class Thumbnails:
    def __init__(
        self, folder: Path, tracks: Sequence[Track], find_ffmpeg: FindFFmpeg, *, every: Fraction = EVERY
    ) -> None:
        """`folder`: of the programme. `every`: seconds from one picture to the next, at least."""
        pictures = [track for track in tracks if track.kind == "video"]
        self._folder = folder
        self._track = min(pictures, key=lambda track: track.height * track.width, default=None)
        self._find_ffmpeg = find_ffmpeg
        self._every = every
        self._tiles: list[Tile] | None = None
        self._next = 0
        """Number of the segment after those that sheets were made of."""

    async def begin(self) -> None:
        """An empty storyboard, where there is none: so players know that one is to come."""
        if self._track is not None:
            await asyncio.to_thread(_begin, self._folder)

    async def grow(self, since: Since, *, last: bool = False) -> bool:
        """A sheet of what is on the disk, if there is enough for one, or anything where it is the `last`: whether there
        is one more. Called now and then; one call at a time. Raises MediaFailure, DiskFull."""
        if self._track is None:
            return False
        if self._tiles is None:
            self._tiles = await asyncio.to_thread(read_tiles, self._folder)
        new = since(self._track.name, self._next)
        chosen = self._chosen(new)
        # Where another initialization came after them no more can be on their sheet.
        closed = bool(chosen) and new[-1].init != chosen[0].init
        if not chosen or (len(chosen) < COUNT and not last and not closed):
            return False
        sheet = self._tiles[-1].sheet + 1 if self._tiles else 0
        await self._draw(chosen, sheet)
        self._next = chosen[-1].number + 1
        wide, _ = tile_size(self._track.width, self._track.height)
        if self._tiles:
            self._tiles[-1] = replace(self._tiles[-1], end=chosen[0].start)
        starts = [one.start for one in chosen]
        ends = [*starts[1:], chosen[-1].start + max(self._every, chosen[-1].duration)]
        spans = zip(starts, ends, strict=True)
        self._tiles += [Tile(start, end, sheet, n * wide, 0) for n, (start, end) in enumerate(spans)]
        await asyncio.to_thread(_write, self._folder, GROWING, self._tiles, self._track)
        return True

    def _chosen(self, new: Sequence[Kept]) -> list[Kept]:
        """Segments whose first picture is shown: of one initialization, at most a sheet full."""
        due, found = self._tiles[-1].start + self._every if self._tiles else Fraction(0), list[Kept]()
        for one in new:
            if one.start < due:
                continue
            if found and one.init != found[0].init:
                break
            found.append(one)
            due = one.start + self._every
            if len(found) == COUNT:
                break
        return found

    async def _draw(self, chosen: Sequence[Kept], sheet: int) -> None:
        assert self._track is not None
        source, target = self._folder / ".storyboard.mp4", self._folder / ".storyboard.jpg"
        try:
            await asyncio.to_thread(gather, self._folder / self._track.name, chosen, source)
            tile = tile_size(self._track.width, self._track.height)
            program = (await self._find_ffmpeg()).path
            argv = strip_command(
                program, f"file:{source.name}", apart=float(self._every / 2), tile=tile, count=COUNT, target=target.name
            )
            await run_ffmpeg(Command(text("The storyboard"), argv, LIMITS, cwd=self._folder))
            await asyncio.to_thread(place, target, self._folder / (SHEETS % sheet))
        finally:
            await asyncio.to_thread(source.unlink, missing_ok=True)


def gather(folder: Path, chosen: Sequence[Kept], target: Path) -> None:
    """The segments behind their initialization. Raises MediaFailure where one is gone."""
    try:
        with target.open("wb") as file:
            file.write((folder / (INIT % chosen[0].init)).read_bytes())
            for one in chosen:
                file.write((folder / (SEGMENT % one.number)).read_bytes())
    except FileNotFoundError as error:
        raise MediaFailure(text("A segment of the recording is gone.")) from error


def place(made: Path, target: Path) -> None:
    if not made.is_file() or not made.stat().st_size:
        raise MediaFailure(text("There is no picture there."))
    made.chmod(0o600)
    made.replace(target)


def _begin(folder: Path) -> None:
    if folder.is_dir() and not (folder / GROWING).exists():
        put(folder / GROWING, [b"WEBVTT\n"])


def _write(folder: Path, name: str, tiles: Sequence[Tile], track: Track) -> None:
    width, height = tile_size(track.width, track.height)
    put(folder / name, [webvtt(Storyboard(width, height, COUNT, 1, 1, tuple(tiles)), SHEETS).encode()])


def read_tiles(folder: Path) -> list[Tile]:
    """Blocking. Of a storyboard that was begun; none where there is none."""
    try:
        told = (folder / GROWING).read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    return [
        Tile(_seconds(*found.groups()[:3]), _seconds(*found.groups()[3:6]), int(found[7]), int(found[8]), int(found[9]))
        for found in _CUE.finditer(told)
    ]


def settle(folder: Path, edition: Edition) -> None:
    """Blocking. At the end of a programme: its storyboard in the times of the recording. Repeatable."""
    tiles = read_tiles(folder)
    track = min((one.track for one in edition.rungs), key=lambda one: one.width * one.height, default=None)
    if not tiles or track is None:
        return
    times = Times.of(edition)
    shown = [replace(one, start=times.place(one.start), end=times.place(one.end)) for one in tiles]
    kept = [one for one in shown if one.end > one.start]
    _write(folder, CUES, kept, track)


def _seconds(hours: str, minutes: str, seconds: str) -> Fraction:
    return (int(hours) * 60 + int(minutes)) * 60 + Fraction(seconds)
