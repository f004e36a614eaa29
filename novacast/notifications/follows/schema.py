"""The table of who follows what. A channel or organization is another slice's row: no foreign key leads there, and
what is gone is followed by nobody from the next look on."""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("notifications_follows")


@migrations()
def m001_follows(db: Any) -> None:
    statements(
        db,
        """CREATE TABLE follows (
            person_id TEXT NOT NULL REFERENCES people (id),
            kind TEXT NOT NULL CHECK (kind IN ('channel', 'organization')),
            thing_id TEXT NOT NULL,
            since INTEGER NOT NULL,
            PRIMARY KEY (person_id, kind, thing_id)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX follows_thing ON follows (thing_id, person_id)",
    )
