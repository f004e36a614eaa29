from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from novacast import outbox
from novacast.database import Database, Migrations, migrate, statements
from tests.fakes.clock import FakeClock


def sets() -> list[Migrations]:
    notes = Migrations("notes")

    @notes()
    def m001_notes(db: Any) -> None:
        statements(db, "CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT")

    return [outbox.migrations, notes]


@pytest.fixture
def path(tmp_path: Path, clock: FakeClock) -> Path:
    file = tmp_path / "test.db"
    migrate(file, sets(), clock, backups=tmp_path / "backups")
    return file


@pytest.fixture
async def db(path: Path, clock: FakeClock) -> AsyncIterator[Database]:
    database = await Database.open(path, clock, readers=2)
    yield database
    await database.close()
