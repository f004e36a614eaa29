"""Whether anybody may have committed to a database since the last look, for the price of two calls of stat(2).

A commit writes to the write-ahead log (https://www.sqlite.org/wal.html), or to the database itself where a disk can't
have one. Who asks for news many times a second asks here first, and the database only where there may be some.
"""

from pathlib import Path

LOOKS = 3
"""Looks after a change that count as one too: the file's time is only as fine as the kernel's tick, some milliseconds,
and a commit within the same one, into room that the log had already, would not show."""


Mark = tuple[int, int, int] | None
"""Of a file; None: it is not there."""


class Changes:
    """Of the database in `path`, by whatever process. The first look is always a change."""

    def __init__(self, path: Path) -> None:
        self._files = path.with_name(f"{path.name}-wal"), path
        self._seen: list[Mark] = []
        self._left = 0

    def any(self) -> bool:
        """What is committed after this was asked is told of by a later look, so it is asked before the database is."""
        marks = [_mark(file) for file in self._files]
        if marks != self._seen:
            self._seen, self._left = marks, LOOKS
        if self._left:
            self._left -= 1
            return True
        return False


def _mark(file: Path) -> Mark:
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
