"""The table of events that came. Each once, however often it is sent."""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("payments_inbox")


@migrations()
def m001_inbox(db: Any) -> None:
    statements(
        db,
        """CREATE TABLE payment_events (
            provider TEXT NOT NULL,
            id TEXT NOT NULL,
            type TEXT NOT NULL,
            kind TEXT NOT NULL,
            about TEXT NOT NULL,
            at INTEGER NOT NULL,
            received_at INTEGER NOT NULL,
            state TEXT NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'worked', 'ignored', 'failed')),
            tries INTEGER NOT NULL DEFAULT 0,
            due_at INTEGER NOT NULL,
            PRIMARY KEY (provider, id)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX payment_events_due ON payment_events (due_at) WHERE state = 'new'",
        "CREATE INDEX payment_events_at ON payment_events (provider, at)",
        """CREATE TABLE payment_events_seen (
            provider TEXT PRIMARY KEY,
            until INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID""",
    )
