"""The files of a data folder, in an order that is always the same, beside what the last backup knew of them."""

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from novacast.folder import DataFolder
from novacast.operations.backups.models import ROOMS, Entry
from novacast.records import dataclass

FIRST = "journal"
"""The file of a recording that tells of all others beside it: what it tells of is whole by then, and what comes later
it does not tell of."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file as it was seen."""

    file: Path
    path: str
    size: int
    modified: int
    inode: int


def files(folder: DataFolder) -> Iterator[Found]:
    """Regular files alone, no links out of the folder. What vanishes meanwhile is passed over."""
    for room in ROOMS:
        yield from _below(folder.root / room, room)


def _below(place: Path, path: str) -> Iterator[Found]:
    try:
        with os.scandir(place) as scan:
            entries = sorted(scan, key=lambda entry: _order(entry.name))
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in entries:
        try:
            if entry.is_dir(follow_symlinks=False):
                yield from _below(Path(entry.path), f"{path}/{entry.name}")
                continue
            seen = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            continue
        if stat.S_ISREG(seen.st_mode):
            name = f"{path}/{entry.name}"
            yield Found(Path(entry.path), name, seen.st_size, seen.st_mtime_ns, seen.st_ino)


def total(folder: DataFolder) -> int:
    """Bytes of all of them."""
    return sum(found.size for found in files(folder))


class Known:
    """What the last backup knew, asked for in the same order: it is read along, and never held as a whole."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = iter(entries)
        self._next = next(self._entries, None)

    def of(self, path: str) -> Entry | None:
        wanted = _place(path)
        while self._next is not None and _place(self._next.path) < wanted:
            self._next = next(self._entries, None)
        return self._next if self._next is not None and self._next.path == path else None


def _order(name: str) -> tuple[bool, str]:
    return name != FIRST, name


def _place(path: str) -> list[tuple[bool, str]]:
    room, *parts = path.split("/")
    rank = ROOMS.index(room) if room in ROOMS else -1
    return [(False, f"{rank + 1:02}"), *map(_order, parts)]
