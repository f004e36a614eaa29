"""How far viewers may have seen, on the disk before they do.

A journal tells what is whole on the disk, which is always less than what was shown, and a disk that is full takes no
more lines of it. So a number is reserved before it is announced, in a file of its own whose size never changes: a write
in place needs no room. Two records take turns, so that one that a power cut tore leaves the other. Behind them stands
with which numbers stretches began last: viewers who were told of a discontinuity count it for ever.
"""

import logging
import os
from dataclasses import replace
from math import ceil
from pathlib import Path
from struct import Struct, error
from zlib import crc32

from novacast.durable import sync_folder
from novacast.live.packaging.models import Past
from novacast.live.recording.journal import read_journal

log = logging.getLogger(__name__)

MARK = "announced"
_RECORD = Struct(">IQQ")
"""CRC-32 of what follows, a count of writes, the first number that nobody has heard of."""
_APART = 512
"""Bytes from one record to the other: a disk writes sectors whole."""
_BEGUN = Struct(">IQ20s")
"""CRC-32 of what follows, the number with which a stretch begins, the name of its track."""
_SIZE = 4096
"""Of the file: a block. What stretches take of it is more than a journal on a disk that works is ever behind by."""
_PLACES = range(2 * _APART, _SIZE, _BEGUN.size)
SPARE_SECONDS = 1.5
"""That a disk may take for one write. What is reserved and never used is a gap after a kill."""


def read_mark(folder: Path) -> int:
    """Blocking. The first number that no viewer can have heard of; 0 where nothing was reserved. Raises OSError."""
    return _latest(_content(folder))[1]


def read_past(folder: Path) -> Past | None:
    """Blocking. What a server that is started anew goes on from; None where nothing was announced. Raises OSError."""
    journal, data = read_journal(folder), _content(folder)
    begun = {name: set(numbers) for name, numbers in journal.begun.items()}
    for track, one in filter(None, _stretches(data)):
        begun.setdefault(track, set()).add(one)
    known = (*journal.segments.values(), *begun.values())
    number = max(_latest(data)[1], *(1 + max(ones, default=-1) for ones in known), 0)
    return replace(journal.past(folder), next=number, begun=begun) if journal.tracks or number else None


def _content(folder: Path) -> bytes:
    try:
        return (folder / MARK).read_bytes()
    except FileNotFoundError:
        return b""


def _latest(data: bytes) -> tuple[int, int]:
    """How often it was written, and what."""
    return max(_record(data, 0), _record(data, _APART))


def _record(data: bytes, at: int) -> tuple[int, int]:
    try:
        check, count, number = _RECORD.unpack_from(data, at)
    except error:
        return 0, 0
    return (count, number) if check == crc32(data[at + 4 : at + _RECORD.size]) else (0, 0)


def _stretches(data: bytes) -> list[tuple[str, int] | None]:
    """Of each place."""
    return [_stretch(data.ljust(_SIZE, b"\0")[at : at + _BEGUN.size]) for at in _PLACES]


def _stretch(data: bytes) -> tuple[str, int] | None:
    check, number, name = _BEGUN.unpack(data)
    return (name.rstrip(b"\0").decode(errors="replace"), number) if check == crc32(data[4:]) else None


class Mark:
    """Blocking, but for `short`, `newest` and `begun`; `begin` never waits for the disk. Belongs to whoever writes the
    recording."""

    def __init__(self, folder: Path, segment: float, first: int) -> None:
        """`segment`: seconds of one. `first`: number of the next one, which may be announced then. Raises OSError."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        before = _content(folder)
        self._count, self._reserved = _latest(before)
        self._stretches = _stretches(before)
        self._spare = max(1, ceil(SPARE_SECONDS / segment))
        self.newest = first - 1
        """The last that was taken account of."""
        self._file = os.open(folder / MARK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if len(before) < _SIZE:
                os.pwrite(self._file, bytes(_SIZE - len(before)), len(before))
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

    @property
    def begun(self) -> list[tuple[str, int]]:
        """Tracks, and numbers with which stretches of them began last."""
        return [one for one in self._stretches if one is not None]

    def begin(self, track: str, number: int) -> None:
        """A stretch, before any viewer hears of it: what a process wrote outlives it. To the disk it goes with the next
        number that is reserved."""
        body = _BEGUN.pack(0, number, track.encode())[4:]
        place = min(range(len(_PLACES)), key=lambda at: -1 if (one := self._stretches[at]) is None else one[1])
        try:
            os.pwrite(self._file, crc32(body).to_bytes(4, "big") + body, _PLACES[place])
        except OSError as error:
            log.warning("after a kill a stretch of %s may begin elsewhere: %s", track, error)
        self._stretches[place] = track, number

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
