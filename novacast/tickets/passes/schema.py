"""What an organizer decided of what a kind of ticket opens."""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("tickets_passes")


@migrations()
def m001_rules(db: Any) -> None:
    """Of an item without a row the installation's own limit holds."""
    statements(
        db,
        """CREATE TABLE pass_rules (
            item_id TEXT PRIMARY KEY REFERENCES items (id),
            devices INTEGER NOT NULL CHECK (devices BETWEEN 1 AND 100)
        ) STRICT, WITHOUT ROWID""",
    )
