"""A picture that somebody brings, made safe to show: taken in pieces, decoded under limits, encoded anew at once."""

import asyncio
import errno
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from novacast.errors import DiskFull, MediaFailure, Overloaded, UnsupportedMedia
from novacast.i18n import text
from novacast.media.ffmpeg import FindFFmpeg
from novacast.media.frames import BEGINNING, make_brought, still_kind

LARGEST = 20 * 1024**2
"""Bytes of a picture that is brought."""
AT_ONCE = 2
"""Pictures that are made at the same time."""
WAITING = 8


class Brought:
    def __init__(self, find_ffmpeg: FindFFmpeg) -> None:
        self._find_ffmpeg = find_ffmpeg
        self._making = asyncio.Semaphore(AT_ONCE)
        self._wanted = 0

    async def make(self, target: Path, chunks: AsyncIterator[bytes]) -> None:
        """A JPEG at `target`, which is there when it is whole. Raises UnsupportedMedia, DiskFull, Overloaded, and what
        `chunks` raises.
        """
        if self._wanted >= WAITING:
            raise Overloaded(text("Many pictures are being made here. Try again in a moment."))
        self._wanted += 1
        raw, unfinished = target.with_name(f".{target.stem}.raw"), target.with_name(f".{target.stem}.jpg")
        try:
            await _received(raw, chunks)
            await asyncio.to_thread(_check, raw)
            async with self._making:
                await make_brought(await self._find_ffmpeg(), raw, unfinished)
            await asyncio.to_thread(unfinished.rename, target)
        except MediaFailure as error:
            raise UnsupportedMedia(error.message) from error
        finally:
            self._wanted -= 1
            for path in (raw, unfinished):
                with suppress(OSError):
                    path.unlink(missing_ok=True)


def remove_unnamed(folder: Path, named: set[str], before: float) -> int:
    """Pictures older than `before` seconds since the epoch that nothing names: their rows may not be about to come. How
    many."""
    removed = 0
    for path in folder.glob("*") if folder.is_dir() else ():
        if path.stem not in named and path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
            removed += 1
    return removed


def _opened(raw: Path) -> BinaryIO:
    """Nobody else may read it, from its first byte on."""
    raw.parent.mkdir(mode=0o700, exist_ok=True)
    return os.fdopen(os.open(raw, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb")


async def _received(raw: Path, chunks: AsyncIterator[bytes]) -> None:
    try:
        file = await asyncio.to_thread(_opened, raw)
        try:
            async for chunk in chunks:
                await asyncio.to_thread(file.write, chunk)
        finally:
            await asyncio.to_thread(file.close)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(
                text("No room left on the disk that holds {folder}. Free some and try again.", folder=raw.parent)
            ) from error
        raise


def _check(raw: Path) -> None:
    """Raises UnsupportedMedia."""
    with raw.open("rb") as file:
        still_kind(file.read(BEGINNING))
