"""Connections to SQLite with the pragmas that our rules stand on, and its errors in our words."""

import errno
import os
import sqlite3
from contextlib import suppress
from pathlib import Path

import aiosqlite

from novacast.errors import DiskFull, NovaCastError, Unavailable
from novacast.i18n import text

IntegrityError = sqlite3.IntegrityError
Row = sqlite3.Row

BUSY_MILLISECONDS = 10_000

_EVERYWHERE = (
    f"PRAGMA busy_timeout={BUSY_MILLISECONDS}",
    "PRAGMA foreign_keys=ON",
    # INSERT OR REPLACE fires delete triggers only with this on: without it a seat can be stolen.
    "PRAGMA recursive_triggers=ON",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-16000",
)
_WRITER = ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA journal_size_limit=67108864")
_READER = ("PRAGMA query_only=ON",)


def open_writer(path: Path) -> sqlite3.Connection:
    """A connection that may write. Transactions are ours alone: the driver begins none by itself."""
    _keep_private(path)
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512)
    connection.row_factory = sqlite3.Row
    for pragma in (*_EVERYWHERE, *_WRITER):
        connection.execute(pragma)
    return connection


def _keep_private(path: Path) -> None:
    """For its owner alone, whatever folder it lies in: it holds digests of passwords, and mails with their links.

    SQLite gives the files beside it the same mode. One that is there is never opened here: closing it again would drop
    the locks that SQLite holds on it in this process. What can't be done, SQLite says better a moment later.
    """
    with suppress(OSError):
        if not path.exists():
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    for file in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        with suppress(OSError):
            file.chmod(file.stat().st_mode & 0o700)


async def open_reader(path: Path) -> aiosqlite.Connection:
    """A connection that can't write, neither by its file mode nor by SQL."""
    uri = f"{path.as_uri()}?mode=ro"
    connection = await aiosqlite.connect(uri, uri=True, isolation_level=None, cached_statements=512)
    connection.row_factory = sqlite3.Row
    try:
        for pragma in (*_EVERYWHERE, *_READER):
            await connection.execute_fetchall(pragma)
    except BaseException:
        await connection.close()
        raise
    return connection


def translated(error: Exception, path: Path) -> Exception:
    """The error of ours that says what SQLite's means; anything else as it is."""
    if not isinstance(error, sqlite3.Error) or isinstance(error, sqlite3.IntegrityError):
        return error
    code = getattr(error, "sqlite_errorcode", None)
    primary = code & 0xFF if code is not None else None
    if primary == sqlite3.SQLITE_FULL or getattr(error, "errno", None) == errno.ENOSPC:
        return DiskFull(
            text("No room left on the disk that holds {path}. Nothing was changed. Free some and try again.", path=path)
        )
    meanings: dict[int | None, NovaCastError] = {
        sqlite3.SQLITE_BUSY: Unavailable(text("The database is busy. Nothing was changed; try again.")),
        sqlite3.SQLITE_IOERR: Unavailable(text("The disk that holds {path} failed. Nothing was changed.", path=path)),
        sqlite3.SQLITE_READONLY: Unavailable(text("{path} can't be written. Check who owns it.", path=path)),
        sqlite3.SQLITE_CANTOPEN: Unavailable(
            text("{path} can't be opened. Check that the folder is there.", path=path)
        ),
        sqlite3.SQLITE_CORRUPT: Unavailable(text("{path} is damaged. Run `novacast doctor`.", path=path)),
        sqlite3.SQLITE_NOTADB: Unavailable(text("{path} is no database. Run `novacast doctor`.", path=path)),
    }
    return meanings.get(primary, error)
