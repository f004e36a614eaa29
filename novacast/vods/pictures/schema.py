"""Table of pictures. Which one is chosen, the video's row says."""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("vods_pictures")


@migrations()
def m001_pictures(db: Any) -> None:
    statements(
        db,
        """CREATE TABLE pictures (
            id TEXT PRIMARY KEY,
            video_id TEXT NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
            kind TEXT NOT NULL CHECK (kind IN ('proposed', 'frame', 'brought')),
            state TEXT NOT NULL CHECK (state IN ('wanted', 'ready', 'failed')),
            at INTEGER CHECK (at >= 0),
            choose INTEGER NOT NULL CHECK (choose IN (0, 1)),
            reason TEXT,
            created_at INTEGER NOT NULL,
            wake_at INTEGER NOT NULL,
            CHECK ((kind = 'brought') = (at IS NULL)),
            CHECK (state <> 'failed' OR reason IS NOT NULL)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX pictures_video ON pictures (video_id, created_at, id)",
        "CREATE INDEX pictures_wanted ON pictures (wake_at) WHERE state = 'wanted'",
    )
