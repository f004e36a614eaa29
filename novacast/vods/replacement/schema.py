"""Table of files that wait to become a video's."""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("vods_replacement")


@migrations()
def m001_replacements(db: Any) -> None:
    statements(
        db,
        """CREATE TABLE replacements (
            video_id TEXT PRIMARY KEY REFERENCES videos (id) ON DELETE CASCADE,
            upload_id TEXT NOT NULL UNIQUE,
            source_name TEXT NOT NULL,
            source_bytes INTEGER NOT NULL CHECK (source_bytes >= 0),
            reason TEXT,
            asked_at INTEGER NOT NULL,
            wake_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX replacements_waiting ON replacements (wake_at) WHERE reason IS NULL",
    )
