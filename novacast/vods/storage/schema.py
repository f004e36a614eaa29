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


@migrations()
def m002_weights(db: Any) -> None:
    """A row for each video, so that an organization's sum is read from an index. `at`: when its files were measured; 0:
    not yet, or no more what they are."""
    statements(
        db,
        """CREATE TABLE storage_weights (
            video_id TEXT PRIMARY KEY REFERENCES videos (id) ON DELETE CASCADE,
            org_id TEXT NOT NULL,
            renditions INTEGER NOT NULL DEFAULT 0 CHECK (renditions >= 0),
            pictures INTEGER NOT NULL DEFAULT 0 CHECK (pictures >= 0),
            captions INTEGER NOT NULL DEFAULT 0 CHECK (captions >= 0),
            at INTEGER NOT NULL DEFAULT 0
        ) STRICT, WITHOUT ROWID""",
        "INSERT INTO storage_weights (video_id, org_id) SELECT id, org_id FROM videos",
        """CREATE TRIGGER storage_weighs AFTER INSERT ON videos BEGIN
            INSERT INTO storage_weights (video_id, org_id) VALUES (new.id, new.org_id);
        END""",
        "CREATE INDEX storage_weights_org ON storage_weights (org_id, renditions, pictures, captions)",
        "CREATE INDEX storage_weights_at ON storage_weights (at)",
    )
