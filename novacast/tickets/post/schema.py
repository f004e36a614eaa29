"""What was mailed already, so that nothing is told twice however often a fact is heard."""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("tickets_post")


@migrations()
def m001_told(db: Any) -> None:
    """`seq`: of the fact in the outbox; `subject`: the order or the transfer that was told of it."""
    statements(
        db,
        """CREATE TABLE ticket_mails (
            seq INTEGER NOT NULL,
            subject TEXT NOT NULL,
            at INTEGER NOT NULL,
            PRIMARY KEY (seq, subject)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX ticket_mails_at ON ticket_mails (at)",
    )
