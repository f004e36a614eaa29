"""Tables of videos, their renditions, transcodes, uploads and what people have watched."""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("vods")


@migrations()
def m001_videos(db: Any) -> None:
    statements(
        db,
        # `n` is there for the full-text index: an implicit rowid would not survive VACUUM.
        """CREATE TABLE videos (
            n INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            org_id TEXT NOT NULL,
            owner_id TEXT,
            title TEXT NOT NULL CHECK (title <> ''),
            description TEXT NOT NULL,
            language TEXT NOT NULL,
            visibility TEXT NOT NULL
                CHECK (visibility IN ('public', 'unlisted', 'signed_in', 'organization', 'private')),
            state TEXT NOT NULL CHECK (state IN ('processing', 'ready', 'failed')),
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            published_at INTEGER,
            duration INTEGER CHECK (duration > 0),
            width INTEGER CHECK (width > 0),
            height INTEGER CHECK (height > 0),
            source_name TEXT NOT NULL,
            source_bytes INTEGER NOT NULL CHECK (source_bytes >= 0),
            media_bytes INTEGER,
            edition TEXT,
            has_poster INTEGER NOT NULL DEFAULT 0 CHECK (has_poster IN (0, 1)),
            has_storyboard INTEGER NOT NULL DEFAULT 0 CHECK (has_storyboard IN (0, 1)),
            CHECK (state <> 'ready' OR (edition IS NOT NULL AND published_at IS NOT NULL))
        ) STRICT""",
        "CREATE INDEX videos_library ON videos (visibility, published_at, id) WHERE state = 'ready'",
        "CREATE INDEX videos_org_library ON videos (org_id, visibility, published_at, id) WHERE state = 'ready'",
        "CREATE INDEX videos_studio ON videos (org_id, created_at, id)",
        "CREATE INDEX videos_owner ON videos (owner_id, created_at, id)",
        """CREATE TABLE rungs (
            video_id TEXT NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
            name TEXT NOT NULL,
            width INTEGER NOT NULL CHECK (width > 0),
            height INTEGER NOT NULL CHECK (height > 0),
            state TEXT NOT NULL CHECK (state IN ('encoding', 'published')),
            bytes INTEGER,
            PRIMARY KEY (video_id, name)
        ) STRICT, WITHOUT ROWID""",
        "CREATE TABLE doomed (video_id TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    )


@migrations()
def m002_search(db: Any) -> None:
    statements(
        db,
        """CREATE VIRTUAL TABLE videos_search USING fts5(
            title, description, content='videos', content_rowid='n',
            tokenize="unicode61 remove_diacritics 2", prefix='2 3')""",
        """CREATE TRIGGER videos_search_added AFTER INSERT ON videos BEGIN
            INSERT INTO videos_search (rowid, title, description) VALUES (new.n, new.title, new.description);
        END""",
        """CREATE TRIGGER videos_search_removed AFTER DELETE ON videos BEGIN
            INSERT INTO videos_search (videos_search, rowid, title, description)
            VALUES ('delete', old.n, old.title, old.description);
        END""",
        """CREATE TRIGGER videos_search_changed AFTER UPDATE OF title, description ON videos BEGIN
            INSERT INTO videos_search (videos_search, rowid, title, description)
            VALUES ('delete', old.n, old.title, old.description);
            INSERT INTO videos_search (rowid, title, description) VALUES (new.n, new.title, new.description);
        END""",
    )


@migrations()
def m003_transcodes(db: Any) -> None:
    statements(
        db,
        """CREATE TABLE transcodes (
            video_id TEXT PRIMARY KEY REFERENCES videos (id) ON DELETE CASCADE,
            state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
            attempts INTEGER NOT NULL DEFAULT 0,
            step TEXT NOT NULL DEFAULT '',
            progress INTEGER NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 1000),
            speed REAL,
            reason TEXT,
            reason_code TEXT,
            worker TEXT,
            lease_until INTEGER,
            cancel INTEGER NOT NULL DEFAULT 0 CHECK (cancel IN (0, 1)),
            wake_at INTEGER NOT NULL,
            queued_at INTEGER NOT NULL,
            started_at INTEGER,
            ended_at INTEGER,
            CHECK ((state = 'running') = (worker IS NOT NULL)),
            CHECK ((state = 'running') = (lease_until IS NOT NULL)),
            CHECK (state <> 'failed' OR reason IS NOT NULL)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX transcodes_queued ON transcodes (wake_at) WHERE state = 'queued'",
        "CREATE INDEX transcodes_running ON transcodes (lease_until) WHERE state = 'running'",
    )


@migrations()
def m004_uploads(db: Any) -> None:
    statements(
        db,
        """CREATE TABLE uploads (
            id TEXT PRIMARY KEY,
            org_id TEXT NOT NULL,
            person_id TEXT NOT NULL,
            title TEXT NOT NULL,
            description TEXT NOT NULL,
            language TEXT NOT NULL,
            visibility TEXT NOT NULL,
            filename TEXT NOT NULL,
            metadata TEXT NOT NULL,
            length INTEGER NOT NULL CHECK (length > 0),
            state TEXT NOT NULL CHECK (state IN ('open', 'finished')),
            unchecked_from INTEGER CHECK (unchecked_from BETWEEN 0 AND length),
            created_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX uploads_person ON uploads (person_id, created_at, id)",
        "CREATE INDEX uploads_expiry ON uploads (expires_at)",
    )


@migrations()
def m005_positions(db: Any) -> None:
    statements(
        db,
        """CREATE TABLE positions (
            person_id TEXT NOT NULL,
            video_id TEXT NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
            at INTEGER NOT NULL CHECK (at >= 0),
            finished INTEGER NOT NULL CHECK (finished IN (0, 1)),
            updated_at INTEGER NOT NULL,
            PRIMARY KEY (person_id, video_id)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX positions_recent ON positions (person_id, updated_at) WHERE finished = 0",
        "CREATE INDEX positions_video ON positions (video_id)",
    )
