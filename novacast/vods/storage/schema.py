"""Tables of storage: what organizations may have, and what was dropped of videos."""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("vods_storage")


@migrations()
def m001_storage(db: Any) -> None:
    statements(
        db,
        "CREATE TABLE storage_quotas (org_id TEXT PRIMARY KEY, bytes INTEGER CHECK (bytes >= 0)) STRICT, WITHOUT ROWID",
        """CREATE TABLE storage_reduced (
            video_id TEXT PRIMARY KEY REFERENCES videos (id) ON DELETE CASCADE,
            edition TEXT NOT NULL,
            at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID""",
        """CREATE TABLE storage_asked (
            video_id TEXT PRIMARY KEY REFERENCES videos (id) ON DELETE CASCADE,
            at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID""",
        """CREATE TABLE storage_dropped (
            video_id TEXT PRIMARY KEY REFERENCES videos (id) ON DELETE CASCADE,
            at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID""",
        # A file that replaces the original is there again.
        """CREATE TRIGGER storage_returned AFTER UPDATE OF source_bytes ON videos BEGIN
            DELETE FROM storage_dropped WHERE video_id = new.id;
        END""",
        "CREATE INDEX transcodes_done ON transcodes (ended_at) WHERE state = 'done'",
    )
