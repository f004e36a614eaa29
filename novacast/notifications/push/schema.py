"""Tables of browsers and of messages on their way to them."""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("notifications_push")


@migrations()
def m001_push(db: Any) -> None:
    """Whoever has an endpoint's keys gets what is sent there: one endpoint is one person's."""
    statements(
        db,
        """CREATE TABLE push_browsers (
            id TEXT PRIMARY KEY,
            person_id TEXT NOT NULL REFERENCES people (id),
            session_id TEXT,
            endpoint TEXT NOT NULL UNIQUE,
            p256dh TEXT NOT NULL,
            auth TEXT NOT NULL,
            device TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            heard_at INTEGER NOT NULL
        ) STRICT""",
        "CREATE INDEX push_browsers_person ON push_browsers (person_id, heard_at)",
        "CREATE INDEX push_browsers_session ON push_browsers (session_id) WHERE session_id IS NOT NULL",
        """CREATE TABLE push_messages (
            id INTEGER PRIMARY KEY,
            browser_id TEXT NOT NULL REFERENCES push_browsers (id) ON DELETE CASCADE,
            payload TEXT NOT NULL CHECK (json_valid(payload)),
            topic TEXT NOT NULL,
            urgency TEXT NOT NULL CHECK (urgency IN ('low', 'normal', 'high')),
            attempts INTEGER NOT NULL DEFAULT 0,
            next_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL
        ) STRICT""",
        "CREATE INDEX push_messages_due ON push_messages (next_at)",
        "CREATE INDEX push_messages_browser ON push_messages (browser_id, topic)",
    )


@migrations()
def m002_keys(db: Any) -> None:
    """`key`: id of the one that a browser is subscribed with; empty where it was not written down yet."""
    statements(db, "ALTER TABLE push_browsers ADD COLUMN key TEXT NOT NULL DEFAULT ''")
