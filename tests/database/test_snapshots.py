"""A copy of a database shows one instant, whoever writes meanwhile."""

import sqlite3
import threading
from pathlib import Path

import pytest

from novacast.database import snapshots
from novacast.database.connection import open_writer
from novacast.errors import Unavailable


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    """A database whose two tables always agree, large enough to be copied in several steps."""
    path = tmp_path / "pairs.db"
    connection = open_writer(path)
    connection.execute("CREATE TABLE one (n INTEGER)")
    connection.execute("CREATE TABLE filling (content BLOB)")
    connection.execute("CREATE TABLE two (n INTEGER)")
    connection.execute("INSERT INTO filling VALUES (zeroblob(20000000))")
    connection.close()
    return path


def test_a_copy_made_while_others_write_shows_one_state(pairs: Path, tmp_path: Path) -> None:
    written, stop, steps = threading.Event(), threading.Event(), []

    def write() -> None:
        connection = open_writer(pairs)
        number = 0
        while not stop.is_set():
            number += 1
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO one VALUES (?)", (number,))
            connection.execute("INSERT INTO two VALUES (?)", (number,))
            connection.execute("COMMIT")
            written.set()
        connection.close()

    def looked(left: int, total: int) -> None:
        steps.append(left)
        written.clear()
        assert written.wait(30), "the writer was kept waiting by the copy"

    thread = threading.Thread(target=write)
    thread.start()
    try:
        assert written.wait(30)
        snapshots.copy(pairs, tmp_path / "copy.db", looked)
    finally:
        stop.set()
        thread.join()
    assert len(steps) > 1
    assert steps == sorted(steps, reverse=True), "it never begins anew"
    copy = sqlite3.connect(tmp_path / "copy.db")
    [counts] = copy.execute("SELECT (SELECT max(n) FROM one), (SELECT max(n) FROM two)")
    copy.close()
    assert counts[0] == counts[1]
    assert snapshots.damages(tmp_path / "copy.db") == []
    assert (tmp_path / "copy.db").stat().st_mode & 0o077 == 0


def test_what_did_not_change_lies_where_it_lay(pairs: Path, tmp_path: Path) -> None:
    snapshots.copy(pairs, tmp_path / "first.db")
    connection = open_writer(pairs)
    connection.execute("INSERT INTO two VALUES (1)")
    connection.close()
    snapshots.copy(pairs, tmp_path / "second.db")
    first, second = (tmp_path / "first.db").read_bytes(), (tmp_path / "second.db").read_bytes()
    pages = [first[at : at + 4096] == second[at : at + 4096] for at in range(0, len(first), 4096)]
    assert pages.count(False) < 5


def test_damage_is_found_and_a_copy_of_nothing_refused(pairs: Path, tmp_path: Path) -> None:
    content = bytearray(pairs.read_bytes())
    content[4096:8192] = b"\xff" * 4096
    (tmp_path / "broken.db").write_bytes(content)
    assert snapshots.damages(tmp_path / "broken.db") != []
    with pytest.raises(Unavailable):
        snapshots.copy(tmp_path / "nothing.db", tmp_path / "copy.db")
