"""Single pictures, made: a frame of a video, or a picture file made safe to show."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from novacast.clock import SECOND
from novacast.errors import ChildFailed, MediaFailure, UnsupportedMedia
from novacast.i18n import text
from novacast.media.commands import PLAYLIST
from novacast.media.commands.frames import MOST_PIXELS, brought_command, frame_command, segment_frame_command
from novacast.media.encode import STILL_LIMITS, run_ffmpeg
from novacast.media.ffmpeg import FFmpeg
from novacast.media.info import MediaInfo
from novacast.media.playlists import read_media_playlist
from novacast.media.process import Command

BEGINNING = 16
"""Bytes that `still_kind` wants to see."""
_BROUGHT_LIMITS = replace(STILL_LIMITS, wall=60, cpu=60, address_space=2 * 1024**3)


def still_kind(head: bytes) -> str:
    """The demuxer of a picture file. Raises UnsupportedMedia for all but JPEG, PNG and WebP."""
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg_pipe"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png_pipe"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp_pipe"
    raise UnsupportedMedia(text("This is no picture that is taken here. Bring a JPEG, PNG or WebP file."))


async def make_frame(program: FFmpeg, source: Path, info: MediaInfo, at: int, target: Path) -> None:
    """What is shown at `at` microseconds, as a JPEG. Behind the last picture, a second earlier is tried, then the
    very first. Raises MediaFailure.
    """
    tone_map = program.has("tone_map")
    argvs = [
        frame_command(program.path, source, info, target.name, at=instant, tone_map=tone_map)
        for instant in _instants(at)
    ]
    await _first_that_works(argvs, target)


async def make_rung_frame(program: FFmpeg, folder: Path, at: int, target: Path) -> None:
    """The same from a rendition of ours; its `folder` holds the playlist. FFmpeg's HLS demuxer loses its way in fMP4
    when it seeks, so the one segment that is needed is put behind the initialization.
    """
    segment = target.with_suffix(".mp4")
    try:
        after = await asyncio.to_thread(_cut_out, folder, at, segment)
        argvs = [segment_frame_command(program.path, segment, target.name, after=instant) for instant in (after, 0)]
        await _first_that_works(argvs, target)
    finally:
        await asyncio.to_thread(segment.unlink, missing_ok=True)


def _cut_out(folder: Path, at: int, target: Path) -> int:
    """How far into the segment `at` is, microseconds."""
    playlist = read_media_playlist((folder / PLAYLIST).read_text())
    start = Fraction(0)
    for segment in playlist.segments:
        if (start + segment.duration) * SECOND > at or segment is playlist.segments[-1]:
            break
        start += segment.duration
    target.write_bytes((folder / (segment.init or playlist.init)).read_bytes() + (folder / segment.name).read_bytes())
    return max(0, at - round(start * SECOND))


async def make_brought(program: FFmpeg, source: Path, target: Path) -> None:
    """A picture file that somebody sent, decoded under limits and encoded anew. Raises MediaFailure."""
    kind = await asyncio.to_thread(_kind, source)
    argv = brought_command(program.path, source, kind, target.name)
    try:
        await run_ffmpeg(Command(text("The picture"), argv, _BROUGHT_LIMITS, cwd=target.parent))
    except ChildFailed as error:
        if (error.returncode or 0) < 0:
            raise
        # FFmpeg's last words are about its filters, and say nothing to whoever sent the file.
        raise MediaFailure(
            text(
                "The file can't be read as a picture: it is damaged, or has more than {most} pixels.", most=MOST_PIXELS
            )
        ) from error
    await asyncio.to_thread(_check, target)


def _instants(at: int) -> list[int]:
    return list(dict.fromkeys((at, max(0, at - SECOND), 0)))


async def _first_that_works(argvs: list[tuple[str, ...]], target: Path) -> None:
    for argv in argvs[:-1]:
        with suppress(MediaFailure):
            return await _made(argv, target)
    return await _made(argvs[-1], target)


async def _made(argv: tuple[str, ...], target: Path) -> None:
    await run_ffmpeg(Command(text("The picture"), argv, STILL_LIMITS, cwd=target.parent))
    await asyncio.to_thread(_check, target)


def _kind(source: Path) -> str:
    with source.open("rb") as file:
        return still_kind(file.read(BEGINNING))


def _check(target: Path) -> None:
    """A seek behind the end makes nothing and is no error to FFmpeg."""
    if not target.is_file() or not target.stat().st_size:
        raise MediaFailure(text("There is no picture there."))
