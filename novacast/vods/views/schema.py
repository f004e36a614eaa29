"""Tables of views: totals, numbers of each day, and who was counted a moment ago."""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("vods_views")


@migrations()
def m001_views(db: Any) -> None:
    statements(
        db,
        """CREATE TABLE views (
            video_id TEXT PRIMARY KEY REFERENCES videos (id) ON DELETE CASCADE,
            total INTEGER NOT NULL CHECK (total >= 0)
        ) STRICT, WITHOUT ROWID""",
        """CREATE TABLE view_days (
            video_id TEXT NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
            day INTEGER NOT NULL,
            number INTEGER NOT NULL CHECK (number >= 0),
            PRIMARY KEY (video_id, day)
        ) STRICT, WITHOUT ROWID""",
        """CREATE TABLE view_marks (
            video_id TEXT NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
            mark BLOB NOT NULL,
            at INTEGER NOT NULL,
            PRIMARY KEY (video_id, mark)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX view_marks_age ON view_marks (at)",
        "CREATE TABLE view_salts (day INTEGER PRIMARY KEY, salt BLOB NOT NULL) STRICT",
    )
