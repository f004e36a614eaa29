"""A picture of what is on, for cards: made anew now and then of the newest segment, as viewers see it."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from novacast.i18n import text
from novacast.live.packaging.models import Track
from novacast.live.recording.thumbnails import LIMITS, Since, gather, place
from novacast.media.commands import strip_command
from novacast.media.encode import run_ffmpeg
from novacast.media.ffmpeg import FindFFmpeg
from novacast.media.process import Command
from novacast.media.storyboard import tile_size

STILL = "still.jpg"
WIDTH = 480


class Still:
    """One call of `draw` at a time."""

    def __init__(self, folder: Path, tracks: Sequence[Track], find_ffmpeg: FindFFmpeg) -> None:
        """`folder`: of the programme."""
        pictures = sorted((one for one in tracks if one.kind == "video"), key=lambda one: one.width)
        large = [one for one in pictures if one.width >= WIDTH]
        self._track = next(iter(large or pictures[-1:]), None)
        self._folder, self._find_ffmpeg = folder, find_ffmpeg
        self._next = 0
        """Number of the segment after the one that was drawn."""

    async def draw(self, since: Since) -> bool:
        """Whether there is a new one. Raises MediaFailure, DiskFull."""
        new = since(self._track.name, self._next) if self._track is not None else ()
        if self._track is None or not new:
            return False
        newest = new[-1]
        source, target = self._folder / ".still.mp4", self._folder / ".still.jpg"
        try:
            await asyncio.to_thread(gather, self._folder / self._track.name, [newest], source)
            tile = tile_size(self._track.width, self._track.height, WIDTH)
            program = (await self._find_ffmpeg()).path
            argv = strip_command(program, f"file:{source.name}", apart=0, tile=tile, count=1, target=target.name)
            await run_ffmpeg(Command(text("The picture"), argv, LIMITS, cwd=self._folder))
            await asyncio.to_thread(place, target, self._folder / STILL)
        finally:
            await asyncio.to_thread(source.unlink, missing_ok=True)
        self._next = newest.number + 1
        return True
