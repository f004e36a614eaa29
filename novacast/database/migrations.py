"""Migrations: one sqlite-utils set per slice, a copy of the database first, and no way back to an older program."""

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path

import sqlite_utils
from sqlite_utils.migrations import Migrations

from novacast.clock import Clock, moment
from novacast.database.connection import open_writer, translated
from novacast.errors import NewerDatabase

__all__ = ["Migrations", "migrate", "pending", "statements"]


def statements(db: sqlite_utils.Database, *sql: str) -> None:
    """Run each statement. Never `executescript`: it commits the migration's transaction half way."""
    for statement in sql:
        db.execute(statement)


def pending(path: Path, sets: Sequence[Migrations]) -> list[str]:
    """Names of the migrations that are still to be applied, as `set.name`. Raises NewerDatabase."""
    if not path.exists():
        return [f"{one.name}.{migration.name}" for one in sets for migration in one._migrations]  # noqa: SLF001 - no public list
    try:
        connection = open_writer(path)
        try:
            return _pending(sqlite_utils.Database(connection), sets, path)
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise translated(error, path) from error


def migrate(path: Path, sets: Sequence[Migrations], clock: Clock, *, backups: Path, keep: int = 5) -> list[str]:
    """Bring the file up to date; the names applied. A copy in `backups` comes first if there is anything to lose.

    Raises NewerDatabase if a migration in the file is unknown here: an older program must not touch it.
    """
    fresh = not path.exists()
    try:
        connection = open_writer(path)
    except sqlite3.Error as error:
        raise translated(error, path) from error
    try:
        db = sqlite_utils.Database(connection)
        todo = _pending(db, sets, path)
        if todo and not fresh:
            _back_up(connection, backups, clock, keep)
        if todo:
            for one in sets:
                one.apply(db)
        return todo
    except sqlite3.Error as error:
        raise translated(error, path) from error
    finally:
        connection.close()


def _pending(db: sqlite_utils.Database, sets: Sequence[Migrations], path: Path) -> list[str]:
    known = {(one.name, migration.name) for one in sets for migration in one._migrations}  # noqa: SLF001 - no public list
    if db[Migrations.migrations_table].exists():
        applied = {(row[0], row[1]) for row in db.execute("SELECT migration_set, name FROM _sqlite_migrations")}
        if unknown := sorted(applied - known):
            names = ", ".join(f"{one}.{name}" for one, name in unknown)
            raise NewerDatabase(
                f"{path} was written by a newer NovaCast ({names} unknown here). Install that version again, or "
                "restore the copy that was made before its upgrade."
            )
    return [f"{one.name}.{migration.name}" for one in sets for migration in one.pending(db)]


def _back_up(connection: sqlite3.Connection, backups: Path, clock: Clock, keep: int) -> None:
    backups.mkdir(parents=True, exist_ok=True, mode=0o700)
    stamp = moment(clock.now()).strftime("%Y%m%dT%H%M%S%fZ")
    unfinished = backups / f"before-migration-{stamp}.db.part"
    # VACUUM INTO takes a consistent picture and refuses a target that exists.
    try:
        connection.execute("VACUUM INTO ?", (str(unfinished),))
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    unfinished.chmod(0o600)
    unfinished.rename(unfinished.with_suffix(""))
    _prune(backups.glob("before-migration-*.db"), keep)


def _prune(copies: Iterable[Path], keep: int) -> None:
    for copy in sorted(copies)[:-keep]:
        copy.unlink()
