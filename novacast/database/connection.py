"""Connections to SQLite with the pragmas that our rules stand on, and its errors in our words."""

import errno
import os
import sqlite3
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import aiosqlite

from novacast.database.checkpoints import LARGEST
from novacast.errors import DiskFull, NovaCastError, Unavailable
from novacast.i18n import text

DatabaseError = sqlite3.DatabaseError
IntegrityError = sqlite3.IntegrityError
Row = sqlite3.Row

BUSY_MILLISECONDS = 10_000
TURN_SECONDS = 0.001
"""Between two looks at whether another process has ended its transaction. SQLite's own waiting doubles up to a tenth of
a second, so that whoever writes often, with short rests, is never met resting by whoever waits already."""

_EVERYWHERE = (
    f"PRAGMA busy_timeout={BUSY_MILLISECONDS}",
    "PRAGMA foreign_keys=ON",
    # INSERT OR REPLACE fires delete triggers only with this on: without it a seat can be stolen.
    "PRAGMA recursive_triggers=ON",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-16000",
)
_WRITER = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA journal_size_limit=67108864",
    f"PRAGMA wal_autocheckpoint={LARGEST}",
)
_READER = ("PRAGMA query_only=ON",)

Guards = Mapping[str, frozenset[str]]
"""What only some triggers may write: `table.column` -> names of those that may update it, `table` -> that insert."""

_PILLARS = frozenset({"recursive_triggers", "foreign_keys", "ignore_check_constraints", "writable_schema"})
_DEMOLITION = frozenset(
    {sqlite3.SQLITE_DROP_TRIGGER, sqlite3.SQLITE_DROP_INDEX, sqlite3.SQLITE_DROP_TABLE, sqlite3.SQLITE_ALTER_TABLE}
)


def open_writer(path: Path) -> sqlite3.Connection:
    """A connection that may write. Transactions are ours alone: the driver begins none by itself."""
    _keep_private(path)
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512)
    connection.row_factory = sqlite3.Row
    for pragma in (*_EVERYWHERE, *_WRITER):
        connection.execute(pragma)
    return connection


def begin(cursor: sqlite3.Cursor, looks: int) -> None:
    """BEGIN IMMEDIATE, looking so often whether it is our turn."""
    for left in range(looks - 1, -1, -1):
        try:
            cursor.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if not left or error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            time.sleep(TURN_SECONDS)
        else:
            return


def impatient(connection: sqlite3.Connection) -> int:
    """Don't let SQLite wait by itself; how often `begin` is to look. Without a write-ahead log, which some disks can't
    have, more than the beginning of a transaction may have to wait, and SQLite goes on doing it."""
    if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        return 1
    connection.execute("PRAGMA busy_timeout=0")
    return round(BUSY_MILLISECONDS / 1000 / TURN_SECONDS)


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


def guard(connection: sqlite3.Connection, guards: Guards) -> None:
    """From here on refuse what would go round the schema's triggers: writing what is theirs alone, dropping them, and
    switching off what they stand on. SQLite asks when a statement is prepared, so that its running costs nothing.
    """

    def ask(action: int, first: str | None, second: str | None, _: str | None, trigger: str | None) -> int:
        allowed: frozenset[str] | None = None
        if action == sqlite3.SQLITE_UPDATE:
            allowed = guards.get(f"{first}.{second}")
        elif action == sqlite3.SQLITE_INSERT:
            allowed = guards.get(first or "")
        refused = (
            (allowed is not None and trigger not in allowed)
            or (action == sqlite3.SQLITE_PRAGMA and first in _PILLARS and second is not None)
            or action in _DEMOLITION
        )
        return sqlite3.SQLITE_DENY if refused else sqlite3.SQLITE_OK

    connection.set_authorizer(ask)


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
