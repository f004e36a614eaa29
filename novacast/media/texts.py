"""Subtitles and sound taken out of a file, run. Each writes only below the folder it is given."""

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path

from novacast.errors import MediaFailure
from novacast.i18n import text
from novacast.media.commands.texts import silences_command, speech_command, subtitles_command
from novacast.media.encode import run_ffmpeg
from novacast.media.ffmpeg import FFmpeg
from novacast.media.info import MediaInfo, Subtitles
from novacast.media.process import PROGRESS, STDOUT, Command, Limits

TEXT_CODECS = frozenset({"subrip", "ass", "ssa", "webvtt", "mov_text", "text", "srt"})
"""Whatever else there is holds pictures of words."""
EXTRACT_LIMITS = Limits(wall=1800, file_size=32 * 1024**2, nice=10)
SOUND_LIMITS = Limits(wall=3600, file_size=512 * 1024**2, nice=10)
MOST_SILENCES = 200_000

_SILENCE = re.compile(rb"lavfi\.silence_(start|end)=(-?\d{1,9}(?:\.\d{1,9})?)\n")


def is_text(stream: Subtitles) -> bool:
    return stream.codec in TEXT_CODECS


async def extract_subtitles(
    program: FFmpeg, source: Path, info: MediaInfo, streams: Sequence[Subtitles], folder: Path
) -> Sequence[Path]:
    """A WebVTT file in `folder` of each of the text `streams`. Raises MediaFailure, DiskFull."""
    targets = [(stream.index, f"{stream.index}.vtt") for stream in streams]
    argv = subtitles_command(program.path, source, info, targets)
    await run_ffmpeg(Command(text("The reading of the subtitles"), argv, EXTRACT_LIMITS, cwd=folder))
    return [folder / name for _, name in targets]


async def find_silences(program: FFmpeg, source: Path, info: MediaInfo) -> Sequence[tuple[int, int]]:
    """Where nobody speaks, begin and end in milliseconds. Raises MediaFailure."""
    heard = _Silences()
    argv = silences_command(program.path, source, info)
    outputs = {STDOUT: heard.hear, PROGRESS: lambda _: None}
    await run_ffmpeg(Command(text("The search for silence"), argv, SOUND_LIMITS, outputs=outputs))
    return heard.until(info.duration // 1000)


async def cut_speech(program: FFmpeg, source: Path, info: MediaInfo, start: int, length: int, target: Path) -> None:
    """`start` and `length` in milliseconds. Raises MediaFailure, DiskFull."""
    argv = speech_command(program.path, source, info, target.name, start=start, length=length)
    await run_ffmpeg(Command(text("The cutting of the sound"), argv, SOUND_LIMITS, cwd=target.parent))
    if not await asyncio.to_thread(target.is_file):
        raise MediaFailure(text("FFmpeg ended well but did not write {file}.", file=target.name))


class _Silences:
    """Reads what the filter prints, piece by piece."""

    def __init__(self) -> None:
        self._rest = b""
        self._begun: int | None = None
        self._pairs: list[tuple[int, int]] = []

    def until(self, duration: int) -> Sequence[tuple[int, int]]:
        """A silence that lasts to the end has no end of its own in every FFmpeg."""
        last = [(self._begun, duration)] if self._begun is not None and self._begun < duration else []
        return [*self._pairs, *last]

    def hear(self, data: bytes) -> None:
        self._rest += data
        whole = self._rest.rfind(b"\n") + 1
        for found in _SILENCE.finditer(self._rest[:whole]):
            at = max(0, round(float(found[2]) * 1000))
            if found[1] == b"start":
                self._begun = at
            elif self._begun is not None and len(self._pairs) < MOST_SILENCES:
                self._pairs.append((self._begun, at))
                self._begun = None
        self._rest = self._rest[whole:][-1000:]
