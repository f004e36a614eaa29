"""Halls from before versions of seat maps were written down."""

import sqlite3
from contextlib import closing

from novacast.clock import SystemClock
from novacast.database import Database, migrate
from novacast.folder import DataFolder
from novacast.tables import GUARDS, MIGRATIONS
from novacast.tickets.seatmaps import schema
from novacast.tickets.seatmaps import store as maps

BEFORE = [one for one in MIGRATIONS if one is not schema.migrations]
DOCUMENT = '{"sections": [{"name": "S", "rows": [{"name": "A", "count": 2}]}]}'


async def test_an_evening_from_before_keeps_its_hall(folder: DataFolder) -> None:
    clock = SystemClock()
    migrate(folder.database, BEFORE, clock, backups=folder.backups)
    with closing(sqlite3.connect(folder.database)) as bare, bare:
        bare.execute("INSERT INTO seat_maps VALUES ('m', 'org', 'Hall', 3, 2, ?, 0, 0)", (DOCUMENT,))
        bare.execute("INSERT INTO events VALUES ('e', 'org', 'Hamlet', '', '', 'UTC', 'EUR', 1, 0, 0)")
        columns = (
            "id, number, event_id, org_id, starts_at, ends_at, most_per_person, map_id, state, created_at, changed_at"
        )
        bare.execute(f"INSERT INTO performances ({columns}) VALUES ('p', 1, 'e', 'org', 0, 1, 1, 'm', 'draft', 0, 0)")
    migrate(folder.database, MIGRATIONS, clock, backups=folder.backups)
    db = await Database.open(folder.database, clock, readers=1, guards=GUARDS)
    try:
        assert await db.one(maps.document_of("p")) == {"sections": [{"name": "S", "rows": [{"name": "A", "count": 2}]}]}
        assert await db.all(maps.users("m")) == [("p", 3)]
    finally:
        await db.close()
