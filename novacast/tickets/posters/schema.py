"""Table of events' pictures. Beside that of events: whoever reads an event need not know of it."""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("tickets_posters")


@migrations()
def m001_posters(db: Any) -> None:
    statements(
        db,
        """CREATE TABLE event_posters (
            event_id TEXT PRIMARY KEY REFERENCES events (id),
            picture TEXT NOT NULL,
            brought_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID""",
    )
