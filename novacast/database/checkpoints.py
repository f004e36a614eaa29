"""Folds the write-ahead log back into the file, beside the writer instead of in one of its commits: whoever writes
waits for the disk flush of the log alone, never for that of the file.

A passive checkpoint keeps nobody from reading or writing. Where there was no moment for one, the writer's own one comes
in, at a log of `LARGEST` pages.
"""

import logging
import sqlite3
import threading
from pathlib import Path

log = logging.getLogger(__name__)

EVERY = 0.5
"""Seconds between two, while much is written."""
MUCH = 1000
"""Rows changed since the last one: they touch four times as many pages at most, a quarter of `LARGEST`."""
SELDOM = 10.0
"""Seconds after which less than that is folded back too: each time flushes the file, for one row as for many."""
LARGEST = 16_000
"""Pages of 4 kB."""


class Checkpoints:
    """Of one writer. The thread begins with the first commit, and sleeps while nothing is written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._some, self._much, self._stop = threading.Event(), threading.Event(), threading.Event()
        self._folded = self._changes = 0
        self._thread: threading.Thread | None = None

    def committed(self, changes: int) -> None:
        """`changes`: rows that the writer has changed since it began."""
        self._changes = changes
        if not self._some.is_set():
            self._some.set()
        if changes - self._folded >= MUCH and not self._much.is_set():
            self._much.set()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="database-checkpoints", daemon=True)
            self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._some.set()
        self._much.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        connection = sqlite3.connect(self._path, isolation_level=None)
        try:
            # Without this what is folded back might not be on disk when its log is written over.
            connection.execute("PRAGMA synchronous=FULL")
            while not self._stop.wait(EVERY):
                self._some.wait()
                self._much.wait(SELDOM)
                self._some.clear()
                self._much.clear()
                self._folded = self._changes
                if not self._stop.is_set():
                    self._fold(connection)
        finally:
            connection.close()

    @staticmethod
    def _fold(connection: sqlite3.Connection) -> None:
        try:
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        except sqlite3.Error as error:
            log.warning("folding the write-ahead log back failed, and is tried again: %s", error)
