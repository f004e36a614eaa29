"""Tables of what a video is sold as, and of the clocks that a first play starts."""

from typing import Any

from novacast.database import Migrations, statements
from novacast.tickets.schema import frozen

migrations = Migrations("tickets_rentals")


@migrations()
def m001_offers(db: Any) -> None:
    """What an offer means never changes: its hours are those of everybody who has bought it. A clock belongs to the
    unit that was bought, whoever has its ticket by now, and never starts again. `told`: that it has run out."""
    statements(
        db,
        """CREATE TABLE video_offers (
            item_id TEXT PRIMARY KEY REFERENCES items (id),
            kind TEXT NOT NULL CHECK (kind IN ('buy', 'rent')),
            hours INTEGER CHECK (hours BETWEEN 1 AND 8760),
            days INTEGER CHECK (days BETWEEN 1 AND 366),
            CHECK ((kind = 'rent') = (hours IS NOT NULL)),
            CHECK ((kind = 'rent') = (days IS NOT NULL))
        ) STRICT, WITHOUT ROWID""",
        frozen("video_offers", "item_id", "kind", "hours", "days"),
        """CREATE TABLE video_trailers (
            media_id TEXT PRIMARY KEY,
            trailer_id TEXT NOT NULL
        ) STRICT, WITHOUT ROWID""",
        """CREATE TABLE rental_clocks (
            claim_id TEXT PRIMARY KEY REFERENCES claims (id),
            began_at INTEGER NOT NULL,
            ends_at INTEGER NOT NULL,
            told INTEGER NOT NULL DEFAULT 0 CHECK (told IN (0, 1)),
            CHECK (ends_at > began_at)
        ) STRICT, WITHOUT ROWID""",
        frozen("rental_clocks", "claim_id", "began_at", "ends_at"),
        "CREATE TRIGGER rental_clocks_kept BEFORE DELETE ON rental_clocks "
        "BEGIN SELECT RAISE(ABORT, 'rental_clocks: rows are never deleted'); END",
        "CREATE INDEX rental_clocks_run ON rental_clocks (ends_at) WHERE told = 0",
    )
