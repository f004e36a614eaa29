"""A finished video as tags, read from its own segments: nothing is encoded, and no process is needed.

FFmpeg 5.1 loses the picture of fragmented HLS now and then when it copies it, and can't begin in the middle of it.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

from novacast.clock import SECOND
from novacast.errors import MediaFailure
from novacast.i18n import text
from novacast.live.ingest import Tag
from novacast.live.packaging.fragments import Reader, read_init
from novacast.live.packaging.models import Fragment, Init, Track
from novacast.live.playout.ports import Film
from novacast.live.simulcast.muxing import Muxer, Piece
from novacast.media.encode import MASTER
from novacast.media.remux import sounds_of
from novacast.records import dataclass

PLAYLIST = "index.m3u8"
PICTURE, SOUND = "picture", "sound"
TRACKS = (Track(PICTURE, "video", 0), Track(SOUND, "audio", 0))
AHEAD = 60_000
"""Milliseconds that one kind may be ahead of the other while a segment of each is read."""


@dataclass(frozen=True, slots=True)
class Part:
    """A segment on disk."""

    init: Path
    file: Path
    start: Fraction
    """Seconds from the beginning of the video."""
    duration: Fraction
    stretch: int
    """How many discontinuities are before it."""

    @property
    def end(self) -> Fraction:
        return self.start + self.duration


@dataclass(frozen=True, slots=True)
class Strip:
    picture: Sequence[Part]
    sound: Sequence[Part]


def strip_of(film: Film) -> Strip:
    """Blocking. Raises MediaFailure where the video can't be put on air, OSError where it is gone."""
    sounds = sounds_of((film.edition / MASTER).read_text())
    picture = list(_parts(film.edition / film.rung))
    if not picture:
        raise MediaFailure(text("The video has no picture."))
    return Strip(picture, list(_parts(film.edition / sounds[0][0])) if sounds else [])


def _parts(folder: Path) -> Iterator[Part]:
    """Of a media playlist of ours (RFC 8216 4.3)."""
    init, lasts, start, stretch, gap = folder, Fraction(0), Fraction(0), 0, False
    for line in (folder / PLAYLIST).read_text().splitlines():
        if line.startswith("#EXT-X-MAP:"):
            init = folder / Path(line.partition('URI="')[2].partition('"')[0]).name
        elif line.startswith("#EXTINF:"):
            lasts = Fraction(line[8:].partition(",")[0])
        elif line == "#EXT-X-DISCONTINUITY":
            stretch += 1
        elif line == "#EXT-X-GAP":
            gap = True
        elif line and not line.startswith("#"):
            if not gap:
                yield Part(init, folder / Path(line).name, start, lasts, stretch)
            start, gap = start + lasts, False


async def tags_of(strip: Strip, into: int) -> AsyncIterator[Tag]:
    """From the segment on that holds `into` (microseconds). Raises MediaFailure, OSError."""
    since = Fraction(into, SECOND)
    pictures = [one for one in strip.picture if one.end > since] or list(strip.picture[-1:])
    sounds = [one for one in strip.sound if one.end > pictures[0].start]
    given: list[Piece] = []
    projector = _Projector(given)
    for picture in pictures:
        behind = [one for one in sounds if one.stretch < picture.stretch]
        together = [one for one in sounds if one.stretch == picture.stretch and one.start < picture.end]
        for sound in behind:
            await projector.show(SOUND, sound)
        await projector.thread(picture, next((one for one in sounds if one.stretch == picture.stretch), None))
        for sound in together:
            await projector.show(SOUND, sound)
        await projector.show(PICTURE, picture)
        sounds = sounds[len(behind) + len(together) :]
        for piece in given:
            yield piece.tag
        given.clear()
    projector.muxer.finish()
    for piece in given:
        yield piece.tag


class _Projector:
    def __init__(self, given: list[Piece]) -> None:
        self.muxer = Muxer(TRACKS, given.append, ahead=AHEAD)
        self._stretch = -1
        self._init: Path | None = None
        self._readers: dict[str, Reader] = {}

    async def thread(self, picture: Part, sound: Part | None) -> None:
        """Before the first segment of each stretch."""
        if picture.stretch == self._stretch and picture.init == self._init:
            return
        self._stretch, self._init = picture.stretch, picture.init
        inits: dict[str, Init] = {}
        for name, part in ((PICTURE, picture), (SOUND, sound)):
            if part is not None:
                data = await asyncio.to_thread(part.init.read_bytes)
                inits[name] = read_init(data)[0]
                self._readers[name] = reader = Reader()
                for _ in reader.feed(data):
                    pass  # its configuration is known
        self.muxer.begin(inits, Fraction(0))
        if not self.muxer.rung:
            raise MediaFailure(text("Only videos in H.264 can be put on air."))

    async def show(self, name: str, part: Part) -> None:
        if (reader := self._readers.get(name)) is None:
            return
        data = await asyncio.to_thread(part.file.read_bytes)
        for found in reader.feed(data):
            if isinstance(found, Fragment):
                self.muxer.take(name, found)
