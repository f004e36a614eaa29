"""The table of health: sums per video and hour, so that its size does not grow with the number of viewers."""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("vods_health")


@migrations()
def m001_health(db: Any) -> None:
    statements(
        db,
        """CREATE TABLE health_hours (
            video_id TEXT NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
            hour INTEGER NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('start', 'start_time', 'stall', 'stall_time', 'rung', 'switches',
                'frames', 'dropped', 'error', 'fatal')),
            name TEXT NOT NULL,
            amount INTEGER NOT NULL CHECK (amount > 0),
            PRIMARY KEY (video_id, hour, kind, name)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX health_hours_age ON health_hours (hour)",
    )
