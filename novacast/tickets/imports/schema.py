"""The table of codes that another system made for tickets that are ours now."""

from typing import Any

from novacast.database import Migrations, statements
from novacast.tickets.schema import append_only

migrations = Migrations("tickets_imports")


@migrations()
def m001_foreign_codes(db: Any) -> None:
    """Digests alone: who reads the table can't come in by it. A code belongs to the ticket that came with it, and is
    worth nothing once another was issued in its place."""
    statements(
        db,
        """CREATE TABLE foreign_codes (
            org_id TEXT NOT NULL,
            digest BLOB NOT NULL CHECK (length(digest) = 32),
            ticket_id TEXT NOT NULL REFERENCES tickets (id),
            PRIMARY KEY (org_id, digest)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX foreign_codes_ticket ON foreign_codes (ticket_id)",
        *append_only("foreign_codes"),
    )
