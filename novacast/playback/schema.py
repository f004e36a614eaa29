"""Tables of playback. No secret is in them: a session's token is an HMAC over its id."""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("playback")


@migrations()
def m001_viewings(db: Any) -> None:
    statements(
        db,
        """CREATE TABLE playback_viewings (
            id TEXT PRIMARY KEY,
            media_id TEXT NOT NULL,
            org_id TEXT NOT NULL,
            title TEXT NOT NULL,
            person_id TEXT,
            session_id TEXT CHECK ((session_id IS NULL) = (person_id IS NULL)),
            device TEXT NOT NULL,
            started_at INTEGER NOT NULL,
            seen_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            ended_at INTEGER,
            end_reason TEXT CHECK (end_reason IN ('refused', 'taken_over', 'ended')),
            CHECK ((ended_at IS NULL) = (end_reason IS NULL))
        ) STRICT""",
        "CREATE INDEX playback_viewings_person ON playback_viewings (person_id, started_at, id)",
        "CREATE INDEX playback_viewings_expiry ON playback_viewings (expires_at)",
    )


@migrations()
def m002_watching(db: Any) -> None:
    statements(db, "CREATE INDEX playback_viewings_media ON playback_viewings (media_id, seen_at)")


@migrations()
def m003_seen(db: Any) -> None:
    """Whoever keeps who watched asks for what gave a sign of life since."""
    statements(db, "CREATE INDEX playback_viewings_seen ON playback_viewings (seen_at) WHERE person_id IS NOT NULL")
