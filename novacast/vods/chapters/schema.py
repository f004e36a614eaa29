"""Tables of chapters."""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("vods_chapters")


@migrations()
def m001_chapters(db: Any) -> None:
    statements(
        db,
        """CREATE TABLE chapters (
            video_id TEXT NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
            at INTEGER NOT NULL CHECK (at >= 0),
            title TEXT NOT NULL CHECK (title <> ''),
            PRIMARY KEY (video_id, at)
        ) STRICT, WITHOUT ROWID""",
        # A row here: somebody typed them, so that what the file says counts no more.
        """CREATE TABLE chapters_typed (
            video_id TEXT PRIMARY KEY REFERENCES videos (id) ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID""",
    )


@migrations()
def m002_revisions(db: Any) -> None:
    statements(
        db,
        # No row: nobody ever wrote any. Once somebody typed them, what the file says counts no more.
        """CREATE TABLE chapter_lists (
            video_id TEXT PRIMARY KEY REFERENCES videos (id) ON DELETE CASCADE,
            revision INTEGER NOT NULL CHECK (revision > 0),
            typed INTEGER NOT NULL CHECK (typed IN (0, 1))
        ) STRICT, WITHOUT ROWID""",
        "INSERT INTO chapter_lists SELECT video_id, 1, 1 FROM chapters_typed",
        "INSERT OR IGNORE INTO chapter_lists SELECT DISTINCT video_id, 1, 0 FROM chapters",
        "DROP TABLE chapters_typed",
    )
