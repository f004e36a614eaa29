"""What lies in a folder and below, looked at once. Everything here blocks."""

import os
from collections.abc import Iterator
from pathlib import Path
from stat import S_ISDIR

from novacast.clock import SECOND
from novacast.records import dataclass


@dataclass(frozen=True, slots=True)
class Lying:
    """A file, a link (which is not followed) or a folder."""

    parts: tuple[str, ...]
    """Its path below what was walked; empty for that itself."""
    bytes: int
    """None of a folder's own."""
    changed: int
    """Microseconds: when it, or its name, changed last."""
    twin: tuple[int, int] | None
    """The same for all names of one file; None where it has no other."""


def walk(path: Path) -> Iterator[Lying]:
    """`path` itself and all below. What goes meanwhile, or can't be read, is not there."""
    try:
        found = path.lstat()
    except OSError:
        return
    yield from _walk(os.fspath(path), (), found)


def extent(path: Path) -> tuple[int, int]:
    """Bytes of a file or of all that is in a folder, and the instant in microseconds when any of it changed last; 0 and
    long ago where there is nothing."""
    size = changed = 0
    for lying in walk(path):
        size += lying.bytes
        changed = max(changed, lying.changed)
    return size, changed


def names(folder: Path) -> list[Path]:
    """What lies directly in a folder, in order."""
    try:
        return sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []


def _walk(path: str, parts: tuple[str, ...], found: os.stat_result) -> Iterator[Lying]:
    folder = S_ISDIR(found.st_mode)
    changed = max(found.st_mtime_ns, found.st_ctime_ns) * SECOND // 1_000_000_000
    twin = (found.st_dev, found.st_ino) if not folder and found.st_nlink > 1 else None
    yield Lying(parts, 0 if folder else found.st_size, changed, twin)
    if not folder:
        return
    try:
        with os.scandir(path) as listed:
            below = list(listed)
    except OSError:
        return
    for one in below:
        try:
            inside = one.stat(follow_symlinks=False)
        except OSError:
            continue
        yield from _walk(one.path, (*parts, one.name), inside)
