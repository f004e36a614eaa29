"""Tables of videos, their renditions, transcodes, uploads and what people have watched."""

from collections.abc import Iterator, Sequence
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


@migrations()
def m006_tasks(db: Any) -> None:
    """A transcode becomes the sum of its tasks, which have the workers and leases. What ran begins anew."""
    statements(
        db,
        """CREATE TABLE transcodes_new (
            video_id TEXT PRIMARY KEY REFERENCES videos (id) ON DELETE CASCADE,
            state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
            attempts INTEGER NOT NULL DEFAULT 0,
            step TEXT NOT NULL DEFAULT '',
            progress INTEGER NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 1000),
            speed REAL,
            reason TEXT,
            reason_code TEXT,
            cancel INTEGER NOT NULL DEFAULT 0 CHECK (cancel IN (0, 1)),
            wake_at INTEGER NOT NULL,
            queued_at INTEGER NOT NULL,
            started_at INTEGER,
            ended_at INTEGER,
            planned INTEGER NOT NULL DEFAULT 0 CHECK (planned IN (0, 1)),
            edition TEXT,
            digest TEXT,
            plan TEXT,
            weight INTEGER NOT NULL DEFAULT 1 CHECK (weight > 0),
            tidy INTEGER NOT NULL DEFAULT 1 CHECK (tidy IN (0, 1)),
            CHECK (state <> 'failed' OR reason IS NOT NULL),
            CHECK (planned = 0 OR (edition IS NOT NULL AND digest IS NOT NULL AND plan IS NOT NULL))
        ) STRICT, WITHOUT ROWID""",
        """INSERT INTO transcodes_new (video_id, state, attempts, step, progress, reason, reason_code, wake_at,
            queued_at, started_at, ended_at)
        SELECT video_id, CASE state WHEN 'running' THEN 'queued' ELSE state END, attempts, step, progress, reason,
            reason_code, CASE state WHEN 'running' THEN 0 ELSE wake_at END, queued_at, started_at, ended_at
        FROM transcodes""",
        "DROP TABLE transcodes",
        "ALTER TABLE transcodes_new RENAME TO transcodes",
        "CREATE INDEX transcodes_live ON transcodes (wake_at) WHERE state IN ('queued', 'running')",
        "CREATE INDEX transcodes_untidy ON transcodes (video_id) WHERE tidy = 0",
        """CREATE TABLE tasks (
            video_id TEXT NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
            name TEXT NOT NULL,
            edition TEXT NOT NULL,
            kind TEXT NOT NULL
                CHECK (kind IN ('plan', 'poster', 'sound', 'copy', 'all', 'first', 'rest', 'storyboard')),
            number INTEGER NOT NULL,
            rank INTEGER NOT NULL,
            starts_at INTEGER NOT NULL,
            ends_at INTEGER NOT NULL,
            weight INTEGER NOT NULL CHECK (weight > 0),
            state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed')),
            attempts INTEGER NOT NULL DEFAULT 0,
            progress INTEGER NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 1000),
            worker TEXT,
            lease_until INTEGER,
            encoder TEXT,
            reason TEXT,
            result TEXT,
            PRIMARY KEY (video_id, name),
            CHECK ((state = 'running') = (worker IS NOT NULL)),
            CHECK ((state = 'running') = (lease_until IS NOT NULL))
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX tasks_open ON tasks (rank, video_id) WHERE state IN ('queued', 'running')",
        """INSERT INTO tasks (video_id, name, edition, kind, number, rank, starts_at, ends_at, weight, state)
        SELECT video_id, 'plan', '', 'plan', 0, 0, 0, 0, 1, 'queued' FROM transcodes WHERE state = 'queued'""",
        """CREATE TABLE rungs_new (
            video_id TEXT NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
            name TEXT NOT NULL,
            width INTEGER NOT NULL CHECK (width > 0),
            height INTEGER NOT NULL CHECK (height > 0),
            state TEXT NOT NULL CHECK (state IN ('encoding', 'growing', 'published')),
            bytes INTEGER,
            PRIMARY KEY (video_id, name)
        ) STRICT, WITHOUT ROWID""",
        "INSERT INTO rungs_new SELECT video_id, name, width, height, state, bytes FROM rungs",
        "DROP TABLE rungs",
        "ALTER TABLE rungs_new RENAME TO rungs",
    )


@migrations()
def m007_large_libraries(db: Any) -> None:
    """So that a page costs what it costs with few videos.

    An index for the beginnings of longer words too: without one, FTS5 gathers all their matches before the first.
    """
    statements(
        db,
        "CREATE INDEX videos_studio_state ON videos (org_id, state, created_at, id)",
        "CREATE INDEX videos_studio_visibility ON videos (org_id, visibility, created_at, id)",
        "DROP TABLE videos_search",
        """CREATE VIRTUAL TABLE videos_search USING fts5(
            title, description, content='videos', content_rowid='n',
            tokenize="unicode61 remove_diacritics 2", prefix='2 3 4 5 6 7')""",
        "INSERT INTO videos_search (videos_search) VALUES ('rebuild')",
    )


@migrations()
def m008_chosen_poster(db: Any) -> None:
    """Id of the picture that somebody chose; without one, the transcode's own is shown."""
    statements(db, "ALTER TABLE videos ADD COLUMN poster TEXT")


@migrations()
def m009_encoders(db: Any) -> None:
    """Ladders of other codecs, and which encoders made a transcode (it outlives its tasks)."""
    statements(
        db,
        "ALTER TABLE transcodes ADD COLUMN encoded TEXT",
        """CREATE TABLE tasks_new (
            video_id TEXT NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
            name TEXT NOT NULL,
            edition TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (
                kind IN ('plan', 'poster', 'sound', 'copy', 'all', 'first', 'rest', 'storyboard', 'hevc', 'av1')
            ),
            number INTEGER NOT NULL,
            rank INTEGER NOT NULL,
            starts_at INTEGER NOT NULL,
            ends_at INTEGER NOT NULL,
            weight INTEGER NOT NULL CHECK (weight > 0),
            state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed')),
            attempts INTEGER NOT NULL DEFAULT 0,
            progress INTEGER NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 1000),
            worker TEXT,
            lease_until INTEGER,
            encoder TEXT,
            reason TEXT,
            result TEXT,
            PRIMARY KEY (video_id, name),
            CHECK ((state = 'running') = (worker IS NOT NULL)),
            CHECK ((state = 'running') = (lease_until IS NOT NULL))
        ) STRICT, WITHOUT ROWID""",
        "INSERT INTO tasks_new SELECT * FROM tasks",
        "DROP TABLE tasks",
        "ALTER TABLE tasks_new RENAME TO tasks",
        "CREATE INDEX tasks_open ON tasks (rank, video_id) WHERE state IN ('queued', 'running')",
    )


@migrations()
def m010_search_at_any_size(db: Any) -> None:
    """Titles have an index of their own: that of all texts gathers what has a word anywhere before the first with it in
    the title. Both know the organization: of a small one in a large house nothing else is gathered. And both list the
    beginnings of words from the first letter on.
    """
    words = """content='videos', content_rowid='n', tokenize="unicode61 remove_diacritics 2", prefix='1 2 3 4 5 6 7'"""
    statements(
        db,
        "DROP TRIGGER videos_search_added",
        "DROP TRIGGER videos_search_removed",
        "DROP TRIGGER videos_search_changed",
        "DROP TABLE videos_search",
        f"CREATE VIRTUAL TABLE videos_search USING fts5(title, description, org_id, {words})",
        f"CREATE VIRTUAL TABLE videos_titles USING fts5(title, org_id, {words})",
        "INSERT INTO videos_search (videos_search) VALUES ('rebuild')",
        "INSERT INTO videos_titles (videos_titles) VALUES ('rebuild')",
        *_followed("videos_search", ("title", "description", "org_id")),
        *_followed("videos_titles", ("title", "org_id")),
    )


def _followed(index: str, columns: Sequence[str]) -> Iterator[str]:
    """Triggers by which an index of words follows its table."""
    named, old, new = (", ".join(f"{of}{column}" for column in columns) for of in ("", "old.", "new."))
    add = f"INSERT INTO {index} (rowid, {named}) VALUES (new.n, {new});"  # noqa: S608 - our names
    remove = f"INSERT INTO {index} ({index}, rowid, {named}) VALUES ('delete', old.n, {old});"  # noqa: S608 - our names
    yield f"CREATE TRIGGER {index}_added AFTER INSERT ON videos BEGIN {add} END"
    yield f"CREATE TRIGGER {index}_removed AFTER DELETE ON videos BEGIN {remove} END"
    yield f"CREATE TRIGGER {index}_changed AFTER UPDATE OF {named} ON videos BEGIN {remove} {add} END"
