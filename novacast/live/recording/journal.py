"""What a recording's folder holds, as lines that are only ever added.

`live/<id>/journal`, `live/<id>/<track>/init_0.mp4`, `live/<id>/<track>/seg_00000.m4s`. A line is written when what it
tells of lies whole on the disk under its name, so that a line that is there can be trusted: a crash loses what had no
line yet, and nothing is repaired. A line is the CRC-32 of its JSON and the JSON itself; one that is torn, or half of
which the disk never got, does not fit its sum and counts for nothing.
"""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, field
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any
from zlib import crc32

from novacast.durable import sync_folder
from novacast.live.packaging.models import Kept, Past, Segment, Track
from novacast.records import dataclass

JOURNAL = "journal"
INIT, SEGMENT = "init_%d.mp4", "seg_%05d.m4s"
VERSION = 1
LARGEST = 256 * 1024 * 1024
"""Bytes; a day of 1 s segments in five renditions takes 70 MB."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A segment that has its line."""

    size: int
    recorded: Kept

    @property
    def name(self) -> str:
        return SEGMENT % self.recorded.number


@dataclass(slots=True)
class Journal:
    """All that can be trusted of a folder."""

    tracks: dict[str, Track] = field(default_factory=dict)
    inits: dict[str, dict[int, int]] = field(default_factory=dict)
    """Track -> number -> bytes."""
    segments: dict[str, dict[int, Entry]] = field(default_factory=dict)
    """Track -> number -> what lies there."""
    begun: dict[str, set[int]] = field(default_factory=dict)
    """Track -> numbers with which viewers were told that a stretch begins, whatever became of the segment."""
    size: int = 0
    """Bytes of all segments and initializations."""

    def add(self, track: str, entry: Entry) -> None:
        self.segments.setdefault(track, {})[entry.recorded.number] = entry
        self.size += entry.size

    def add_init(self, track: str, number: int, size: int) -> None:
        self.inits.setdefault(track, {})[number] = size
        self.size += size

    def copy(self) -> "Journal":
        """As it is now, also while another thread adds to it."""
        return Journal(
            dict(self.tracks),
            {track: dict(ones) for track, ones in dict(self.inits).items()},
            {track: dict(ones) for track, ones in dict(self.segments).items()},
            {track: set(ones) for track, ones in dict(self.begun).items()},
            self.size,
        )

    def trim(self, folder: Path) -> None:
        """Blocking. Forget what does not lie in `folder` in the size that its line tells."""
        for track in self.tracks:
            there = _sizes(folder / track)
            inits, segments = self.inits.get(track, {}), self.segments.get(track, {})
            self.inits[track] = {n: size for n, size in inits.items() if there.get(INIT % n) == size}
            self.segments[track] = {
                n: one
                for n, one in segments.items()
                if there.get(one.name) == one.size and one.recorded.init in self.inits[track]
            }
        self.size = sum(sum(ones.values()) for ones in self.inits.values())
        self.size += sum(one.size for ones in self.segments.values() for one in ones.values())

    def past(self, folder: Path) -> Past:
        """Blocking."""
        inits = {
            track: {n: (folder / track / (INIT % n)).read_bytes() for n in numbers}
            for track, numbers in self.inits.items()
        }
        return Past(inits, {track: self._told(track) for track in self.tracks}, begun=self.begun)

    def beginnings(self) -> set[int]:
        """Numbers with which a stretch begins, in whatever rendition that is known."""
        return {n for ones in self.segments.values() for n, one in ones.items() if one.recorded.discontinuity}

    def _told(self, track: str) -> Sequence[Kept]:
        return tuple(one.recorded for _, one in sorted(self.segments.get(track, {}).items()))


def read_journal(folder: Path) -> Journal:
    """Blocking. Of a folder without a journal: an empty one. Raises OSError."""
    journal = Journal()
    try:
        with (folder / JOURNAL).open("rb") as file:
            lines = file.read(LARGEST).split(b"\n")
    except FileNotFoundError:
        return journal
    for line in lines:
        if len(line) > 9 and line[:8] == b"%08x" % crc32(line[9:]):
            _learn(journal, json.loads(line[9:]))
    journal.trim(folder)
    return journal


def _learn(journal: Journal, told: Sequence[Any]) -> None:
    kind, *rest = told
    if kind == "segment":
        track, number, size, start, duration, at, discontinuity, init = rest
        recorded = Kept(number, _seconds(*start), _seconds(*duration), at, bool(discontinuity), init)
        journal.add(track, Entry(size, recorded))
    elif kind == "init":
        track, number, size = rest
        journal.add_init(track, number, size)
    elif kind == "stretch":
        track, number = rest
        journal.begun.setdefault(track, set()).add(number)
    elif kind == "track":
        given = dict(rest[0])
        track = Track(**given | {"fps": Fraction(*given["fps"])})
        journal.tracks[track.name] = track


@lru_cache(maxsize=4096)
def _seconds(numerator: int, denominator: int) -> Fraction:
    """Most are those of the rendition before, and making one takes longer than all else about a line."""
    return Fraction(numerator, denominator)


def of_track(track: Track) -> bytes:
    return _line("track", asdict(track) | {"fps": track.fps.as_integer_ratio()})


def of_init(track: str, number: int, size: int) -> bytes:
    return _line("init", track, number, size)


def of_stretch(track: str, number: int) -> bytes:
    return _line("stretch", track, number)


def of_segment(track: str, one: Kept, size: int) -> bytes:
    start, duration = one.start.as_integer_ratio(), one.duration.as_integer_ratio()
    return _line("segment", track, one.number, size, start, duration, one.at, int(one.discontinuity), one.init)


def recorded(segment: Segment) -> Kept:
    return Kept(segment.number, segment.start, segment.duration, segment.at, segment.discontinuity, segment.init)


def _line(*told: object) -> bytes:
    text = json.dumps(told, separators=(",", ":")).encode()
    return b"%08x %s\n" % (crc32(text), text)


class Lines:
    """The journal, open to be written at its end. Blocking."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = os.open(folder / JOURNAL, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        size = os.fstat(self._file).st_size
        self._torn = size > 0 and os.pread(self._file, 1, size - 1) != b"\n"
        sync_folder(folder)

    def add(self, lines: Iterable[bytes]) -> None:
        """Onto the disk. Raises OSError; what it left is a torn line, which nobody reads."""
        data = (b"\n" if self._torn else b"") + b"".join(lines)
        self._torn = True
        while data:
            data = data[os.write(self._file, data) :]
        self._torn = False
        os.fdatasync(self._file)

    def close(self) -> None:
        os.close(self._file)


def put(path: Path, pieces: Iterable[bytes | memoryview]) -> int:
    """Blocking. A whole file, on the disk and under its name, or none; its size. Its folder is not synchronized."""
    unfinished = path.with_name(f".{path.name}")
    size = 0
    try:
        with open(unfinished, "wb", buffering=0, opener=_private) as file:
            for piece in pieces:
                size += _written(file.fileno(), piece)
            os.fdatasync(file.fileno())
        unfinished.replace(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise
    return size


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CLOEXEC, 0o600)


def _written(handle: int, piece: bytes | memoryview) -> int:
    view = memoryview(piece)
    size = len(view)
    while view:
        view = view[os.write(handle, view) :]
    return size


def _sizes(folder: Path) -> Mapping[str, int]:
    try:
        with os.scandir(folder) as listed:
            return {one.name: one.stat(follow_symlinks=False).st_size for one in listed}
    except FileNotFoundError:
        return {}
