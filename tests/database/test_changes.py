"""News of a database without asking it."""

import sqlite3
from contextlib import closing
from pathlib import Path

from novacast.database import Changes
from novacast.database.changes import LOOKS


def settled(changes: Changes) -> bool:
    """All looks that a change gives are used up, and it is quiet then."""
    for _ in range(LOOKS):
        changes.any()
    return not changes.any()


def test_every_commit_shows_whoever_makes_it_and_silence_does_too(tmp_path: Path) -> None:
    path = tmp_path / "some.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as one, closing(sqlite3.connect(path)) as other:
        one.execute("PRAGMA journal_mode=WAL")
        one.execute("CREATE TABLE t (x)")
        changes = Changes(path)
        assert changes.any(), "nobody has looked yet"
        for _ in range(50):
            assert settled(changes)
            other.execute("INSERT INTO t VALUES (1)")
            other.commit()
            assert changes.any()
        other.execute("INSERT INTO t VALUES (2)")
        other.rollback()
        one.execute("SELECT * FROM t").fetchall()
        assert settled(changes)


def test_a_commit_into_room_that_the_log_had_is_no_secret(tmp_path: Path) -> None:
    path = tmp_path / "some.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as one:
        one.execute("PRAGMA journal_mode=WAL")
        one.execute("CREATE TABLE t (x)")
        changes = Changes(path)
        for _ in range(20):
            one.execute("INSERT INTO t VALUES (1)")
            one.execute("PRAGMA wal_checkpoint(RESTART)")
            assert changes.any()
            size = Path(f"{path}-wal").stat().st_size
            one.execute("INSERT INTO t VALUES (1)")
            assert Path(f"{path}-wal").stat().st_size == size
            assert changes.any(), "within the same tick of the clock, in a file of the same size"
            assert settled(changes)


def test_a_database_without_a_log_is_looked_at_itself(tmp_path: Path) -> None:
    path = tmp_path / "some.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as one:
        one.execute("PRAGMA journal_mode=DELETE")
        one.execute("CREATE TABLE t (x)")
        changes = Changes(path)
        assert settled(changes)
        one.execute("INSERT INTO t VALUES (1)")
        assert changes.any()


def test_a_log_that_is_not_there_is_quiet_and_one_that_comes_is_not(tmp_path: Path) -> None:
    changes = Changes(tmp_path / "some.db")
    assert settled(changes)
    (tmp_path / "some.db-wal").write_bytes(b"x")
    assert changes.any()
