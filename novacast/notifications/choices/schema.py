"""The table of choices. Where there is no row, the rule of the kind holds."""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("notifications_choices")


@migrations()
def m001_choices(db: Any) -> None:
    """`reader`: a person's id, or the address of somebody without an account."""
    statements(
        db,
        """CREATE TABLE notification_choices (
            reader TEXT NOT NULL,
            kind TEXT NOT NULL,
            way TEXT NOT NULL CHECK (way IN ('mail', 'push', 'page')),
            wanted INTEGER NOT NULL CHECK (wanted IN (0, 1)),
            changed_at INTEGER NOT NULL,
            PRIMARY KEY (reader, kind, way)
        ) STRICT, WITHOUT ROWID""",
    )
