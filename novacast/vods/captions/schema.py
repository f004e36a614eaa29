"""Tables of captions. They go with their video."""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("vods_captions")


@migrations()
def m001_captions(db: Any) -> None:
    statements(
        db,
        """CREATE TABLE caption_tracks (
            id TEXT PRIMARY KEY,
            video_id TEXT NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
            language TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('subtitles', 'captions')),
            label TEXT NOT NULL,
            origin TEXT NOT NULL CHECK (origin IN ('typed', 'uploaded', 'embedded', 'automatic')),
            edited INTEGER NOT NULL DEFAULT 0 CHECK (edited IN (0, 1)),
            is_default INTEGER NOT NULL CHECK (is_default IN (0, 1)),
            forced INTEGER NOT NULL CHECK (forced IN (0, 1)),
            source TEXT NOT NULL DEFAULT '',
            revision INTEGER NOT NULL CHECK (revision > 0),
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX caption_tracks_video ON caption_tracks (video_id, created_at, id)",
        "CREATE UNIQUE INDEX caption_tracks_default ON caption_tracks (video_id) WHERE is_default = 1",
        "CREATE UNIQUE INDEX caption_tracks_source ON caption_tracks (video_id, source) WHERE source <> ''",
        """CREATE TABLE caption_revisions (
            track_id TEXT NOT NULL REFERENCES caption_tracks (id) ON DELETE CASCADE,
            number INTEGER NOT NULL CHECK (number > 0),
            act TEXT NOT NULL CHECK (act IN ('begun', 'file', 'edit', 'shift', 'restore', 'machine')),
            cues TEXT NOT NULL CHECK (json_valid(cues)),
            count INTEGER NOT NULL CHECK (count >= 0),
            made_at INTEGER NOT NULL,
            PRIMARY KEY (track_id, number)
        ) STRICT, WITHOUT ROWID""",
        """CREATE TABLE caption_videos (
            video_id TEXT PRIMARY KEY REFERENCES videos (id) ON DELETE CASCADE,
            changed INTEGER NOT NULL DEFAULT 0,
            published INTEGER NOT NULL DEFAULT 0,
            original TEXT NOT NULL DEFAULT '',
            left_out TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(left_out)),
            problem TEXT
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX caption_videos_behind ON caption_videos (video_id) WHERE changed <> published",
        """CREATE TABLE caption_speech (
            video_id TEXT PRIMARY KEY REFERENCES videos (id) ON DELETE CASCADE,
            state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
            language TEXT NOT NULL,
            pieces TEXT CHECK (pieces IS NULL OR json_valid(pieces)),
            heard TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(heard)),
            attempts INTEGER NOT NULL DEFAULT 0,
            worker TEXT,
            lease_until INTEGER,
            wake_at INTEGER NOT NULL,
            reason TEXT,
            track_id TEXT,
            queued_at INTEGER NOT NULL,
            ended_at INTEGER,
            CHECK ((state = 'running') = (worker IS NOT NULL)),
            CHECK ((state = 'running') = (lease_until IS NOT NULL)),
            CHECK (state <> 'failed' OR reason IS NOT NULL)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX caption_speech_live ON caption_speech (wake_at) WHERE state IN ('queued', 'running')",
    )
