"""Tables of imports: what is being copied, and what came in with which content."""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("vods_imports")


@migrations()
def m001_imports(db: Any) -> None:
    statements(
        db,
        """CREATE TABLE imports_begun (
            video_id TEXT PRIMARY KEY,
            org_id TEXT NOT NULL,
            path TEXT NOT NULL,
            at INTEGER NOT NULL,
            UNIQUE (org_id, path)
        ) STRICT, WITHOUT ROWID""",
        # One row for each file that was brought or found to be here; an empty path for a video that came another way.
        """CREATE TABLE imports (
            video_id TEXT NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
            path TEXT NOT NULL,
            org_id TEXT NOT NULL,
            size INTEGER NOT NULL CHECK (size > 0),
            changed INTEGER NOT NULL,
            hash TEXT NOT NULL,
            settled INTEGER NOT NULL CHECK (settled IN (0, 1)),
            at INTEGER NOT NULL,
            PRIMARY KEY (video_id, path)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX imports_path ON imports (org_id, path)",
        "CREATE INDEX imports_hash ON imports (org_id, hash)",
        "CREATE INDEX videos_source_bytes ON videos (org_id, source_bytes)",
    )
