import sqlite3
from pathlib import Path
from typing import Any

import pytest

from novacast.database import Migrations, migrate, pending, statements
from novacast.database.connection import open_writer
from novacast.errors import NewerDatabase
from tests.database.conftest import sets
from tests.fakes.clock import FakeClock


def with_tags(fails: bool = False) -> list[Migrations]:
    tags = Migrations("tags")

    @tags()
    def m001_tags(db: Any) -> None:
        statements(db, "CREATE TABLE tag (name TEXT) STRICT")
        if fails:
            statements(db, "CREATE TABLE tag (name TEXT) STRICT")

    return [*sets(), tags]


def test_a_new_file_needs_no_backup(tmp_path: Path, clock: FakeClock) -> None:
    applied = migrate(tmp_path / "new.db", sets(), clock, backups=tmp_path / "backups")
    assert applied == ["outbox.m001_outbox", "outbox.m002_mentions_and_horizon", "notes.m001_notes"]
    assert not (tmp_path / "backups").exists()


def test_a_second_run_does_nothing(path: Path, tmp_path: Path, clock: FakeClock) -> None:
    assert migrate(path, sets(), clock, backups=tmp_path / "backups") == []
    assert not (tmp_path / "backups").exists()


def test_a_migration_copies_the_database_first(path: Path, tmp_path: Path, clock: FakeClock) -> None:
    connection = sqlite3.connect(path)
    connection.execute("INSERT INTO note (text) VALUES ('before')")
    connection.commit()
    connection.close()

    assert migrate(path, with_tags(), clock, backups=tmp_path / "backups") == ["tags.m001_tags"]

    (copy,) = (tmp_path / "backups").iterdir()
    old = sqlite3.connect(copy)
    assert old.execute("SELECT text FROM note").fetchall() == [("before",)]
    assert old.execute("SELECT count(*) FROM sqlite_master WHERE name = 'tag'").fetchone() == (0,)
    old.close()
    assert copy.stat().st_mode & 0o077 == 0


def test_a_failed_migration_leaves_nothing_behind_and_stays_pending(
    path: Path, tmp_path: Path, clock: FakeClock
) -> None:
    with pytest.raises(sqlite3.OperationalError, match="already exists"):
        migrate(path, with_tags(fails=True), clock, backups=tmp_path / "backups")

    assert pending(path, with_tags()) == ["tags.m001_tags"]
    assert migrate(path, with_tags(), clock, backups=tmp_path / "backups") == ["tags.m001_tags"]


def test_an_older_program_refuses_a_newer_database(path: Path, tmp_path: Path, clock: FakeClock) -> None:
    migrate(path, with_tags(), clock, backups=tmp_path / "backups")
    with pytest.raises(NewerDatabase, match=r"tags\.m001_tags"):
        migrate(path, sets(), clock, backups=tmp_path / "backups")
    with pytest.raises(NewerDatabase):
        pending(path, sets())


def test_only_so_many_copies_are_kept(path: Path, tmp_path: Path, clock: FakeClock) -> None:
    extra: list[Migrations] = []
    for number in range(4):
        one = Migrations(f"extra{number}")

        @one(name="m001")
        def m001(db: Any, number: int = number) -> None:
            statements(db, f"CREATE TABLE extra{number} (a) ")

        extra.append(one)
        clock.advance(60)
        migrate(path, [*sets(), *extra], clock, backups=tmp_path / "backups", keep=2)
    assert len(list((tmp_path / "backups").iterdir())) == 2


def test_the_database_is_its_owners_alone_even_in_a_folder_open_to_all(tmp_path: Path, clock: FakeClock) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o755)
    path = folder / "novacast.db"
    path.touch(mode=0o644)
    for _ in range(2):
        migrate(path, sets(), clock, backups=tmp_path / "backups")
        connection = open_writer(path)
        connection.execute("DELETE FROM note")
        files = sorted(folder.glob("novacast.db*"))
        assert [file.name for file in files] == ["novacast.db", "novacast.db-shm", "novacast.db-wal"]
        assert [file.stat().st_mode & 0o077 for file in files] == [0, 0, 0]
        connection.close()
        path.chmod(0o644)
