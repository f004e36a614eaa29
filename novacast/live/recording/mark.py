"""How far viewers may have seen, on the disk before they do.

A journal tells what is whole on the disk, which is always less than what was shown, and a disk that is full takes no
more lines of it. So a number is reserved before it is announced, in a file of its own whose size never changes: a write
in place needs no room. Two records take turns, so that one that a power cut tore leaves the other.
"""

import os
from dataclasses import replace
from math import ceil
from pathlib import Path
from struct import Struct, error
from zlib import crc32

from novacast.live.packaging.models import Past
from novacast.live.recording.journal import read_journal, sync_folder

MARK = "announced"
_RECORD = Struct(">IQQ")
"""CRC-32 of what follows, a count of writes, the first number that nobody has heard of."""
_APART = 512
"""Bytes from one record to the other: a disk writes sectors whole."""
SPARE_SECONDS = 1.5
"""That a disk may take for one write. What is reserved and never used is a gap after a kill."""


def read_mark(folder: Path) -> int:
    """Blocking. The first number that no viewer can have heard of; 0 where nothing was reserved. Raises OSError."""
    return _latest(folder)[1]


def read_past(folder: Path) -> Past | None:
    """Blocking. What a server that is started anew goes on from; None where nothing was announced. Raises OSError."""
    journal, number = read_journal(folder), read_mark(folder)
    number = max(number, *(1 + max(ones, default=-1) for ones in journal.segments.values()), 0)
    return replace(journal.past(folder), next=number) if journal.tracks or number else None


def _latest(folder: Path) -> tuple[int, int]:
    """How often it was written, and what."""
    try:
        data = (folder / MARK).read_bytes()
    except FileNotFoundError:
        return 0, 0
    return max(_record(data, 0), _record(data, _APART))


def _record(data: bytes, at: int) -> tuple[int, int]:
    try:
        check, count, number = _RECORD.unpack_from(data, at)
    except error:
        return 0, 0
    return (count, number) if check == crc32(data[at + 4 : at + _RECORD.size]) else (0, 0)


class Mark:
    """Blocking, but for `short` and `newest`. Belongs to whoever writes the recording."""

    def __init__(self, folder: Path, segment: float, first: int) -> None:
        """`segment`: seconds of one. `first`: number of the next one, which may be announced then. Raises OSError."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._count, self._reserved = _latest(folder)
        self._spare = max(1, ceil(SPARE_SECONDS / segment))
        self.newest = first - 1
        """The last that was taken account of."""
        self._file = os.open(folder / MARK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if os.fstat(self._file).st_size < 2 * _APART:
                os.pwrite(self._file, bytes(2 * _APART), 0)
                sync_folder(folder)
            self._write(first + self._spare)
        except OSError:
            os.close(self._file)
            raise

    def short(self, newest: int) -> bool:
        """Whether there is too little reserved behind the newest number that was announced."""
        return self._reserved <= newest + self._spare

    def advance(self, newest: int) -> None:
        """A disk that was slow is given twice the time from then on. Raises OSError."""
        late = 2 * (newest - self.newest - 1)
        self.newest = newest
        self._write(newest + 1 + max(self._spare, late))

    def settle(self, newest: int) -> None:
        """No more is announced: a server that was stopped in order leaves no gap. Raises OSError."""
        self._write(newest + 1)

    def _write(self, number: int) -> None:
        body = _RECORD.pack(0, self._count + 1, number)[4:]
        record = crc32(body).to_bytes(4, "big") + body
        os.pwrite(self._file, record, self._count % 2 * _APART)
        os.fdatasync(self._file)
        self._count += 1
        self._reserved = number

    def close(self) -> None:
        os.close(self._file)
