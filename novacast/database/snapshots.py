"""A copy of a database as it is at one instant, while others read and write it."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

from novacast.database.connection import BUSY_MILLISECONDS, translated

PAGES = 2048
"""Copied between two looks at whether to stop."""


def copy(path: Path, into: Path, looked: Callable[[int, int], None] = lambda left, total: None) -> None:
    """Copy page for page, so that what did not change since the last copy lies at the same place and is equal.

    `looked` is told of pages left and in all, and may raise to stop it. The copy is for its owner alone. Nobody waits:
    a transaction that only reads is held open meanwhile, by which SQLite's backup sees one state and never begins anew.
    Raises Unavailable, DiskFull.
    """
    os.close(os.open(into, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    try:
        source = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None)
        try:
            source.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
            source.execute("BEGIN")
            source.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchall()
            target = sqlite3.connect(into, isolation_level=None)
            try:
                target.execute("PRAGMA journal_mode=OFF")
                target.execute("PRAGMA synchronous=OFF")
                source.backup(target, pages=PAGES, progress=lambda status, left, total: looked(left, total))
            finally:
                target.close()
        finally:
            source.close()
    except sqlite3.Error as error:
        raise translated(error, path) from error


def damages(path: Path) -> list[str]:
    """What SQLite finds wrong in a file that nobody else has open, at most five; empty where it is whole."""
    try:
        connection = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
        try:
            found = [str(row[0]) for row in connection.execute("PRAGMA quick_check(5)")]
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        return [str(error)]
    return [] if found == ["ok"] else found


def folded(path: Path) -> None:
    """All that was written to it is in the file itself, and nothing lies beside it. Nobody else may have it open."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except sqlite3.Error as error:
        raise translated(error, path) from error
    finally:
        connection.close()
    cut_off(path)


def cut_off(path: Path) -> None:
    """Let go of what lies beside it, whether or not it was folded in."""
    for beside in ("-wal", "-shm"):
        Path(f"{path}{beside}").unlink(missing_ok=True)
