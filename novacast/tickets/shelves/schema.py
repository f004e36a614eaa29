"""Table of the performances that stand for something without an hour: a video that is sold, a room that takes tips."""

from typing import Any

from novacast.database import Migrations, statements
from novacast.tickets.schema import frozen

migrations = Migrations("tickets_shelves")


@migrations()
def m001_shelves(db: Any) -> None:
    """`current`: what is sold now; one of another currency before it keeps what was bought of it. `gone`: number of the
    fact since which there is nothing to be sold; whoever pays behind it has paid for nothing."""
    statements(
        db,
        """CREATE TABLE shelves (
            perf_id TEXT PRIMARY KEY REFERENCES performances (id),
            event_id TEXT NOT NULL REFERENCES events (id),
            kind TEXT NOT NULL CHECK (kind IN ('video', 'tips')),
            media_id TEXT NOT NULL,
            currency TEXT NOT NULL CHECK (length(currency) = 3),
            current INTEGER NOT NULL DEFAULT 1 CHECK (current IN (0, 1)),
            gone INTEGER
        ) STRICT, WITHOUT ROWID""",
        "CREATE UNIQUE INDEX one_current_shelf ON shelves (kind, media_id) WHERE current = 1",
        "CREATE INDEX shelves_media ON shelves (media_id, kind)",
        "CREATE INDEX shelves_event ON shelves (event_id)",
        frozen("shelves", "perf_id", "event_id", "kind", "media_id", "currency"),
    )
