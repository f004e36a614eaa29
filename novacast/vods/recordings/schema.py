"""Tables of recordings on their way to be videos, of videos that were broadcast, and of those to get better rungs."""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("vods_recordings")


@migrations()
def m001_recordings(db: Any) -> None:
    statements(
        db,
        # No reference to videos: the row is there before the video is, and goes with the transaction that makes it.
        """CREATE TABLE recordings_arriving (
            video_id TEXT PRIMARY KEY,
            org_id TEXT NOT NULL,
            owner_id TEXT,
            edition TEXT NOT NULL,
            picture_id TEXT NOT NULL,
            told TEXT NOT NULL CHECK (json_valid(told)),
            at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID""",
        """CREATE TABLE recordings (
            video_id TEXT PRIMARY KEY REFERENCES videos (id) ON DELETE CASCADE,
            edition TEXT NOT NULL,
            at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID""",
        """CREATE TABLE recordings_improving (
            video_id TEXT PRIMARY KEY REFERENCES videos (id) ON DELETE CASCADE,
            wake_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID""",
    )
