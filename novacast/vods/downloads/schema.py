"""Tables of downloads."""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("vods_downloads")


@migrations()
def m001_downloads(db: Any) -> None:
    statements(
        db,
        """CREATE TABLE downloads (
            video_id TEXT PRIMARY KEY REFERENCES videos (id) ON DELETE CASCADE,
            allowed TEXT NOT NULL CHECK (allowed IN ('none', 'members', 'everyone')),
            taken INTEGER NOT NULL DEFAULT 0 CHECK (taken >= 0)
        ) STRICT, WITHOUT ROWID""",
        """CREATE TABLE download_files (
            video_id TEXT NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
            rung TEXT NOT NULL,
            edition TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('wanted', 'ready', 'failed')),
            reason TEXT,
            bytes INTEGER,
            wake_at INTEGER NOT NULL,
            used_at INTEGER NOT NULL,
            PRIMARY KEY (video_id, rung),
            CHECK (state <> 'ready' OR bytes IS NOT NULL),
            CHECK (state <> 'failed' OR reason IS NOT NULL)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX download_files_wanted ON download_files (wake_at) WHERE state = 'wanted'",
        "CREATE INDEX download_files_used ON download_files (used_at)",
    )
