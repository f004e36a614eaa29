"""`novacast verify` says in a sentence that the books are in order, or names what is not."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from novacast.folder import DataFolder
from novacast.tables import MIGRATIONS
from tests.admin.commands import Novacast
from tests.databases import migrated


@pytest.fixture
def database(tmp_path: Path) -> Path:
    folder = DataFolder.at(tmp_path / "data")
    folder.prepare()
    migrated(folder.database, MIGRATIONS)
    return folder.database


def test_the_books_of_a_new_venue_are_in_order(novacast: Novacast, database: Path) -> None:
    done = novacast("verify")
    assert done.code == 0
    assert "0 quotas, 0 units, 0 transfers and 0 moves were gone through, and no attack worked." in done.err


def test_a_database_that_lost_a_trigger_is_told_and_scripts_hear_of_it(novacast: Novacast, database: Path) -> None:
    with closing(sqlite3.connect(database)) as bare:
        bare.execute("DROP TRIGGER claims_kept")
        bare.execute("INSERT INTO moves (at, machine, subject, new) VALUES (1, 'hold', 'h', 'released')")
        bare.commit()
    done = novacast("verify", "--json")
    assert done.code == 1
    told = json.loads(done.out)
    assert "steal a seat" in told["attacks"]
    assert told["wrong"] == [{"what": "hold", "subject": "h", "detail": "nothing > released"}]
    assert "steal a seat. The box office stays shut." in novacast("verify").err.replace("\n", " ")


def test_a_leap_of_the_clock_is_told_and_confirmed(novacast: Novacast, database: Path) -> None:
    with closing(sqlite3.connect(database)) as bare:
        bare.execute("INSERT INTO expiry_freezes VALUES (1, 1000000, 7201000000)")
        bare.commit()
    assert "leapt 7200 s ahead" in novacast("verify").err
    assert "The clock is confirmed." in novacast("verify", "--confirm-clock").err
    assert json.loads(novacast("verify", "--json").out)["clock_frozen"] is False
