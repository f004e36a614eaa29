"""Small square pictures of files that people bring: decoded under limits, nothing of the file is kept but pixels."""

import asyncio
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from struct import pack, unpack_from

from novacast.errors import MediaFailure, UnsupportedMedia
from novacast.i18n import text
from novacast.media.commands.miniatures import MOST_PIXELS, moving_command, pixels_command
from novacast.media.encode import STILL_LIMITS, run_ffmpeg
from novacast.media.ffmpeg import MOVING_WEBP, FFmpeg
from novacast.media.frames import still_kind
from novacast.media.process import Command
from novacast.records import dataclass

SIDE = 64
"""Pixels: twice as many as a line of text is high, for sharp screens."""
SIZE = SIDE * SIDE * 4
"""Bytes of one frame, RGBA."""
MOST_FRAMES = 120
LARGEST_MOVING = 512 * 1024
"""Bytes of an animation as it is made here."""
COLUMNS = 16
"""Of a sheet."""
_LIMITS = replace(STILL_LIMITS, wall=30, cpu=20, address_space=1024**3, file_size=8 * 1024**2)
_PNG = b"\x89PNG\r\n\x1a\n"
WEBP_MOVING = "webp_anim"
_WEBP_MOVES = 0x02
"""The flag of VP8X (WebP container specification, "Extended File Format")."""


@dataclass(frozen=True, slots=True)
class Miniature:
    pixels: bytes
    """SIDE by SIDE, RGBA, of the first frame."""
    moving: bytes | None
    """An animated PNG, if there is more than one frame."""


def miniature_kind(data: bytes) -> str:
    """The demuxer of a whole file. Raises UnsupportedMedia for all but PNG, JPEG, GIF and WebP."""
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if data[:4] == b"RIFF" and data[8:16] == b"WEBPVP8X" and len(data) > 20 and data[20] & _WEBP_MOVES:
        return WEBP_MOVING
    try:
        kind = still_kind(data)
    except UnsupportedMedia:
        raise UnsupportedMedia(
            text("This is no picture that is taken here. Bring a PNG, JPEG, WebP or GIF file.")
        ) from None
    return "apng" if kind == "png_pipe" and b"acTL" in _ahead(data) else kind


def _ahead(data: bytes) -> Iterator[bytes]:
    """Types of a PNG's chunks ahead of its pixels (PNG, 5.3); an animation says there that it is one (11.3.7.1)."""
    at = len(_PNG)
    while at + 8 <= len(data):
        length, kind = unpack_from(">I4s", data, at)
        if kind == b"IDAT":
            return
        yield kind
        at += 12 + length


async def make_miniature(program: FFmpeg, data: bytes, folder: Path) -> Miniature:
    """`folder`: a private one for what is in the making. Raises UnsupportedMedia."""
    kind = miniature_kind(data)
    if kind == WEBP_MOVING and not program.has(MOVING_WEBP):
        raise UnsupportedMedia(text("A WebP file that moves is not taken here. Bring it as GIF or animated PNG."))
    source, pixels, moving = folder / "brought", folder / "pixels", folder / "moving"
    await asyncio.to_thread(source.write_bytes, data)
    try:
        drawn = await _made(
            pixels_command(program.path, source, kind, pixels.name, side=SIDE, frames=MOST_FRAMES + 1), pixels
        )
        if len(drawn) > MOST_FRAMES * SIZE:
            raise UnsupportedMedia(
                text("This picture has more than the {most} frames that fit here.", most=MOST_FRAMES)
            )
        if len(drawn) < 2 * SIZE:
            return Miniature(drawn[:SIZE], None)
        shown = await _made(
            moving_command(program.path, source, kind, moving.name, side=SIDE, frames=MOST_FRAMES), moving
        )
    except MediaFailure as failure:
        side = int(MOST_PIXELS**0.5)
        message = text(
            "This picture can't be read. It may be damaged, or larger than {side} by {side} pixels.", side=side
        )
        raise UnsupportedMedia(message) from failure
    if len(shown) > LARGEST_MOVING:
        raise UnsupportedMedia(text("Too much moves in this picture. Bring a shorter or calmer one."))
    return Miniature(drawn[:SIZE], shown)


async def _made(argv: tuple[str, ...], target: Path) -> bytes:
    await run_ffmpeg(Command(text("The picture"), argv, _LIMITS, cwd=target.parent))
    made = await asyncio.to_thread(target.read_bytes)
    if not made:
        raise MediaFailure(text("There is no picture there."))
    return made


def sheet(miniatures: Sequence[bytes]) -> bytes:
    """Blocking. A PNG of all of them in rows of COLUMNS, each RGBA as in `Miniature`."""
    columns = min(COLUMNS, len(miniatures))
    width, row = columns * SIDE, SIDE * 4
    lines: list[bytes] = []
    for first in range(0, len(miniatures), columns):
        beside = miniatures[first : first + columns]
        # Each line says how it was filtered: 0, not at all (PNG, 9.2).
        lines += [
            b"\0" + b"".join(one[at : at + row] for one in beside).ljust(width * 4, b"\0") for at in range(0, SIZE, row)
        ]
    header = pack(">IIBBBBB", width, len(lines), 8, 6, 0, 0, 0)
    body = zlib.compress(b"".join(lines), 9)
    return _PNG + b"".join(_chunk(kind, data) for kind, data in ((b"IHDR", header), (b"IDAT", body), (b"IEND", b"")))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))
