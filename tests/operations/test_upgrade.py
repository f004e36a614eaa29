"""An upgrade ends with data that the new program works on, or with the very data that the old one left."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from novacast.database import Migrations, migrate, statements
from novacast.errors import AlreadyRunning, NewerDatabase
from novacast.folder import DataFolder
from novacast.operations.models import Finding, failed, ok
from novacast.operations.upgrade import upgrade
from tests.fakes.clock import FakeClock


def notes(*more: str) -> list[Migrations]:
    """The program's migrations: the first makes a table, each of `more` is a statement of a later version."""
    made = Migrations("notes")

    @made(name="m001_notes")
    def m001_notes(db: Any) -> None:
        statements(db, "CREATE TABLE note (words TEXT NOT NULL) STRICT")

    for number, sql in enumerate(more, 2):

        def later(db: Any, sql: str = sql) -> None:
            statements(db, sql)

        made(name=f"m{number:03}_later")(later)
    return [made]


@pytest.fixture
def old(folder: DataFolder, clock: FakeClock) -> DataFolder:
    migrate(folder.database, notes(), clock, backups=folder.backups)
    written(folder, "old")
    return folder


def written(folder: DataFolder, words: str) -> None:
    connection = sqlite3.connect(folder.database)
    with connection:
        connection.execute("INSERT INTO note (words) VALUES (?)", (words,))
    connection.close()


def read(folder: DataFolder) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(folder.database)
    rows = connection.execute("SELECT * FROM note").fetchall()
    connection.close()
    return rows


def fine() -> list[Finding]:
    return [ok("x", "fine")]


GROWN = "ALTER TABLE note ADD COLUMN at INTEGER NOT NULL DEFAULT 7"


def test_data_that_works_stays_migrated_and_the_copy_is_kept(old: DataFolder, clock: FakeClock) -> None:
    done = upgrade(old, notes(GROWN), clock, fine, keep=2)
    assert (done.migrations, done.rolled_back) == (["notes.m002_later"], False)
    assert read(old) == [("old", 7)]
    assert done.copy is not None
    assert done.copy.exists()
    assert upgrade(old, notes(GROWN), clock, fine, keep=2).migrations == []


@pytest.mark.parametrize("how", ["it fails", "it breaks"])
def test_data_that_does_not_work_is_put_back(old: DataFolder, clock: FakeClock, how: str) -> None:
    def check() -> list[Finding]:
        written(old, "by the check")
        if how == "it breaks":
            raise RuntimeError("broken")
        return [failed("x", "wrong", "mend")]

    done = upgrade(old, notes(GROWN), clock, check, keep=2)
    assert done.rolled_back
    assert read(old) == [("old",)]
    assert not old.database.with_name("novacast.db-wal").exists()
    migrate(old.database, notes(), clock, backups=old.backups)  # the old program works on it


def test_migrations_that_fail_half_way_leave_nothing_behind(old: DataFolder, clock: FakeClock) -> None:
    done = upgrade(old, notes(GROWN, "UPDATE missing SET x = 1"), clock, fine, keep=2)
    assert done.rolled_back
    assert "no such table" in done.findings[0].message
    assert read(old) == [("old",)]
    migrate(old.database, notes(), clock, backups=old.backups)


def test_it_is_refused_under_a_running_server_or_worker_and_for_data_that_is_newer(
    old: DataFolder, clock: FakeClock
) -> None:
    for holding in (old.lock(), old.attend("worker")):
        with holding, pytest.raises(AlreadyRunning, match="systemctl stop"):
            upgrade(old, notes(GROWN), clock, fine, keep=2)
    upgrade(old, notes(GROWN), clock, fine, keep=2)
    with pytest.raises(NewerDatabase):
        upgrade(old, notes(), clock, fine, keep=2)


def test_only_the_newest_copies_are_kept(old: DataFolder, clock: FakeClock) -> None:
    more: list[str] = []
    for number in range(4):
        more.append(f"ALTER TABLE note ADD COLUMN c{number} TEXT")
        clock.advance(60)
        upgrade(old, notes(*more), clock, fine, keep=2)
    assert len(list(old.backups.glob("before-upgrade-*.db"))) == 2


def test_a_full_disk_in_the_middle_is_no_reason_to_leave_it_half_done(small_disk: Path, clock: FakeClock) -> None:
    folder = DataFolder.at(small_disk / "venue")
    folder.prepare()
    migrate(folder.database, notes(), clock, backups=folder.backups)
    for _ in range(2):
        written(folder, "x" * 1_000_000)
    once = "INSERT INTO note SELECT words || 'x' FROM note"
    again = "INSERT INTO note SELECT words || column1 FROM note, (VALUES (1), (2), (3), (4), (5), (6))"
    done = upgrade(folder, notes(once, again), clock, fine, keep=2)
    assert done.rolled_back
    assert "No room left" in done.findings[0].message
    assert [len(str(words)) for (words,) in read(folder)] == [1_000_000] * 2
    assert not list(folder.backups.glob("*.part"))
    migrate(folder.database, notes(), clock, backups=folder.backups)
