"""Migrations: one set per slice, a copy of the database first, and no way back to an older program."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from novacast.clock import Clock, moment
from novacast.database.connection import open_writer, translated
from novacast.errors import NewerDatabase

__all__ = ["Migrations", "migrate", "pending", "statements"]


if TYPE_CHECKING:
    import sqlite_utils

Step = Callable[["sqlite_utils.Database"], None]


class Migrations:
    """A set of steps, to be applied once each, in the order in which they are decorated. sqlite-utils does so, and is
    loaded when there is one to apply: most starts find none."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.steps: dict[str, Step] = {}

    def __call__(self, *, name: str | None = None) -> Callable[[Step], Step]:
        """Adds a function, under its own name unless another is given."""

        def add(step: Step) -> Step:
            called = name or step.__name__
            if called in self.steps:
                raise ValueError(f"{self.name} has two migrations called {called}")
            self.steps[called] = step
            return step

        return add

    def apply(self, db: "sqlite_utils.Database") -> None:
        """What is pending, each step in a transaction of its own."""
        from sqlite_utils.migrations import Migrations as Applying

        applying = Applying(self.name)
        for name, step in self.steps.items():
            applying(name=name)(step)
        applying.apply(db)


def statements(db: "sqlite_utils.Database", *sql: str) -> None:
    """Run each statement. Never `executescript`: it commits the migration's transaction half way."""
    for statement in sql:
        db.execute(statement)


def pending(path: Path, sets: Sequence[Migrations]) -> list[str]:
    """Names of the migrations that are still to be applied, as `set.name`. Raises NewerDatabase."""
    if not path.exists():
        return [f"{one.name}.{name}" for one in sets for name in one.steps]
    try:
        connection = open_writer(path)
        try:
            return _pending(connection, sets, path)
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
        todo = _pending(connection, sets, path)
        if todo and not fresh:
            _back_up(connection, backups, clock, keep)
        if todo:
            _apply(connection, sets)
        return todo
    except sqlite3.Error as error:
        raise translated(error, path) from error
    finally:
        connection.close()


def _pending(connection: sqlite3.Connection, sets: Sequence[Migrations], path: Path) -> list[str]:
    known = [(one.name, name) for one in sets for name in one.steps]
    applied: set[tuple[str, str]] = set()
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = '_sqlite_migrations'").fetchone():
        rows = connection.execute("SELECT migration_set, name FROM _sqlite_migrations")
        applied = {(row[0], row[1]) for row in rows}
    if unknown := sorted(applied.difference(known)):
        names = ", ".join(f"{one}.{name}" for one, name in unknown)
        raise NewerDatabase(
            f"{path} was written by a newer NovaCast ({names} unknown here). Install that version again, or "
            "restore the copy that was made before its upgrade."
        )
    return [f"{one}.{name}" for one, name in known if (one, name) not in applied]


def _apply(connection: sqlite3.Connection, sets: Sequence[Migrations]) -> None:
    import sqlite_utils

    db = sqlite_utils.Database(connection)
    for one in sets:
        one.apply(db)


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
