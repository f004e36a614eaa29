"""Tables of alarms, and of telling them to places outside."""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("operations_alarms")


@migrations()
def m001_alarms(db: Any) -> None:
    """Of one kind and subject one alarm stands at a time."""
    statements(
        db,
        """CREATE TABLE alarms (
            id TEXT PRIMARY KEY,
            kind TEXT NOT NULL,
            subject TEXT NOT NULL,
            severity TEXT NOT NULL CHECK (severity IN ('warning', 'critical')),
            message TEXT NOT NULL,
            raised_at INTEGER NOT NULL,
            seen_at INTEGER NOT NULL,
            cleared_at INTEGER,
            acknowledged_at INTEGER,
            acknowledged_by TEXT,
            told_at INTEGER,
            over_told_at INTEGER
        ) STRICT""",
        "CREATE UNIQUE INDEX alarms_standing ON alarms (kind, subject) WHERE cleared_at IS NULL",
        "CREATE INDEX alarms_raised ON alarms (raised_at, id)",
        "CREATE INDEX alarms_untold ON alarms (raised_at) WHERE told_at IS NULL OR "
        "(cleared_at IS NOT NULL AND over_told_at IS NULL)",
        """CREATE TABLE alarm_calls (
            id INTEGER PRIMARY KEY,
            alarm_id TEXT NOT NULL REFERENCES alarms (id) ON DELETE CASCADE,
            target INTEGER NOT NULL,
            title TEXT NOT NULL,
            body TEXT NOT NULL,
            tries INTEGER NOT NULL DEFAULT 0,
            next_at INTEGER,
            ended_at INTEGER,
            arrived INTEGER NOT NULL DEFAULT 0 CHECK (arrived IN (0, 1)),
            CHECK ((next_at IS NULL) = (ended_at IS NOT NULL))
        ) STRICT""",
        "CREATE INDEX alarm_calls_due ON alarm_calls (next_at) WHERE next_at IS NOT NULL",
    )
