"""The table of codes that another system made for tickets that are ours now, and what of an import can be undone."""

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


@migrations()
def m002_free_again(db: Any) -> None:
    """What was taken back can come over once more. A code of a ticket that is good stays where it is; a performance
    goes only as a draft, and foreign keys hold one of which anything was ever held or ordered."""
    statements(
        db,
        "DROP TRIGGER performances_kept",
        """CREATE TRIGGER performances_kept BEFORE DELETE ON performances WHEN OLD.state <> 'draft'
        BEGIN SELECT RAISE(ABORT, 'performances: rows are never deleted'); END""",
        "DROP TRIGGER foreign_codes_undeleted",
        """CREATE TRIGGER foreign_codes_undeleted BEFORE DELETE ON foreign_codes
        WHEN (SELECT state FROM tickets WHERE id = OLD.ticket_id) <> 'void'
        BEGIN SELECT RAISE(ABORT, 'foreign_codes: its ticket is not void'); END""",
    )
