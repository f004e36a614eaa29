"""Tables of channels, programmes, stream keys, feeds and what was done with them."""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("live")


@migrations()
def m001_channels(db: Any) -> None:
    statements(
        db,
        """CREATE TABLE channels (
            id TEXT PRIMARY KEY,
            org_id TEXT NOT NULL,
            owner_id TEXT,
            name TEXT NOT NULL CHECK (name <> ''),
            description TEXT NOT NULL,
            visibility TEXT NOT NULL
                CHECK (visibility IN ('public', 'unlisted', 'signed_in', 'organization', 'private')),
            profile TEXT NOT NULL CHECK (profile IN ('ultra', 'low', 'standard')),
            heights TEXT NOT NULL CHECK (json_valid(heights)),
            pass_through TEXT NOT NULL CHECK (pass_through IN ('auto', 'yes', 'no')),
            return_seconds INTEGER NOT NULL CHECK (return_seconds >= 0),
            record INTEGER NOT NULL CHECK (record IN (0, 1)),
            dvr INTEGER NOT NULL CHECK (dvr IN (0, 1)),
            slate TEXT,
            poster TEXT,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL
        ) STRICT""",
        "CREATE INDEX channels_org ON channels (org_id, created_at, id)",
        "CREATE INDEX channels_owner ON channels (owner_id)",
    )


@migrations()
def m002_programmes(db: Any) -> None:
    """`at` is the hour a programme is listed by: it began then, or is to begin, or was made."""
    statements(
        db,
        """CREATE TABLE programmes (
            id TEXT PRIMARY KEY,
            channel_id TEXT NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
            org_id TEXT NOT NULL,
            owner_id TEXT,
            title TEXT NOT NULL CHECK (title <> ''),
            description TEXT NOT NULL,
            language TEXT NOT NULL,
            visibility TEXT NOT NULL
                CHECK (visibility IN ('public', 'unlisted', 'signed_in', 'organization', 'private')),
            state TEXT NOT NULL CHECK (state IN ('planned', 'standby', 'on_air', 'interrupted', 'ended')),
            planned_start INTEGER,
            planned_end INTEGER,
            started_at INTEGER,
            interrupted_at INTEGER,
            ended_at INTEGER,
            wanted TEXT NOT NULL DEFAULT 'auto' CHECK (wanted IN ('auto', 'slate', 'main', 'backup')),
            wanted_end INTEGER NOT NULL DEFAULT 0 CHECK (wanted_end IN (0, 1)),
            poster TEXT,
            peak_viewers INTEGER NOT NULL DEFAULT 0 CHECK (peak_viewers >= 0),
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            at INTEGER NOT NULL GENERATED ALWAYS AS (coalesce(started_at, planned_start, created_at)) VIRTUAL,
            CHECK (state <> 'planned' OR planned_start IS NOT NULL),
            CHECK (planned_end IS NULL OR planned_end > planned_start),
            CHECK (state NOT IN ('on_air', 'interrupted') OR started_at IS NOT NULL),
            CHECK ((state = 'interrupted') = (interrupted_at IS NOT NULL)),
            CHECK ((state = 'ended') = (ended_at IS NOT NULL))
        ) STRICT""",
        "CREATE UNIQUE INDEX programmes_airing ON programmes (channel_id) WHERE state IN ('on_air', 'interrupted')",
        "CREATE UNIQUE INDEX programmes_standby ON programmes (channel_id) WHERE state = 'standby'",
        "CREATE INDEX programmes_planned ON programmes (channel_id, planned_start) WHERE state = 'planned'",
        "CREATE INDEX programmes_coming ON programmes (visibility, planned_start) WHERE state = 'planned'",
        "CREATE INDEX programmes_ended ON programmes (channel_id, ended_at) WHERE state = 'ended'",
        "CREATE INDEX programmes_listed ON programmes (channel_id, at, id)",
        "CREATE INDEX programmes_org ON programmes (org_id)",
        "CREATE INDEX programmes_owner ON programmes (owner_id)",
        """CREATE TABLE markers (
            id TEXT PRIMARY KEY,
            programme_id TEXT NOT NULL REFERENCES programmes (id) ON DELETE CASCADE,
            at INTEGER NOT NULL CHECK (at >= 0),
            title TEXT NOT NULL,
            person_id TEXT,
            created_at INTEGER NOT NULL
        ) STRICT""",
        "CREATE INDEX markers_programme ON markers (programme_id, at, id)",
        "CREATE INDEX markers_person ON markers (person_id)",
        """CREATE TABLE health (
            programme_id TEXT PRIMARY KEY REFERENCES programmes (id) ON DELETE CASCADE,
            at INTEGER NOT NULL,
            numbers TEXT NOT NULL CHECK (json_valid(numbers))
        ) STRICT, WITHOUT ROWID""",
    )


@migrations()
def m003_keys(db: Any) -> None:
    statements(
        db,
        """CREATE TABLE stream_keys (
            id TEXT PRIMARY KEY,
            channel_id TEXT NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
            org_id TEXT NOT NULL,
            person_id TEXT,
            name TEXT NOT NULL,
            role TEXT NOT NULL CHECK (role IN ('main', 'backup')),
            digest BLOB NOT NULL UNIQUE,
            created_at INTEGER NOT NULL,
            expires_at INTEGER,
            used_at INTEGER,
            revoked_at INTEGER
        ) STRICT""",
        "CREATE INDEX stream_keys_channel ON stream_keys (channel_id, created_at, id)",
        "CREATE INDEX stream_keys_person ON stream_keys (person_id, org_id)",
        """CREATE TABLE feeds (
            id TEXT PRIMARY KEY,
            programme_id TEXT NOT NULL REFERENCES programmes (id) ON DELETE CASCADE,
            channel_id TEXT NOT NULL,
            key_id TEXT REFERENCES stream_keys (id) ON DELETE SET NULL,
            role TEXT NOT NULL CHECK (role IN ('main', 'backup')),
            protocol TEXT NOT NULL,
            address TEXT NOT NULL,
            software TEXT NOT NULL,
            began_at INTEGER NOT NULL,
            ended_at INTEGER,
            reason TEXT
        ) STRICT""",
        "CREATE INDEX feeds_programme ON feeds (programme_id, began_at, id)",
        "CREATE INDEX feeds_key ON feeds (key_id)",
        "CREATE INDEX feeds_open ON feeds (began_at) WHERE ended_at IS NULL",
        # What was done, for those who answer for it. It outlives what it is about, so nothing in it refers to a row.
        """CREATE TABLE live_log (
            n INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            org_id TEXT NOT NULL,
            channel_id TEXT NOT NULL,
            programme_id TEXT,
            key_id TEXT,
            person_id TEXT,
            action TEXT NOT NULL,
            detail TEXT NOT NULL,
            address TEXT NOT NULL
        ) STRICT""",
        "CREATE INDEX live_log_channel ON live_log (channel_id, n)",
        "CREATE INDEX live_log_person ON live_log (person_id)",
        "CREATE INDEX live_log_org ON live_log (org_id)",
    )


@migrations()
def m004_tests(db: Any) -> None:
    statements(
        db,
        "ALTER TABLE programmes ADD COLUMN test INTEGER NOT NULL DEFAULT 0 CHECK (test IN (0, 1))",
        "CREATE INDEX programmes_tests ON programmes (channel_id) WHERE test = 1",
    )


@migrations()
def m005_targets(db: Any) -> None:
    """`key` is sealed; empty where there is none."""
    statements(
        db,
        """CREATE TABLE targets (
            id TEXT PRIMARY KEY,
            channel_id TEXT NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
            org_id TEXT NOT NULL,
            name TEXT NOT NULL,
            url TEXT NOT NULL CHECK (url <> ''),
            key BLOB NOT NULL,
            enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
            delay_seconds INTEGER NOT NULL CHECK (delay_seconds BETWEEN 0 AND 120),
            state TEXT NOT NULL CHECK (state IN ('off', 'connecting', 'live', 'failed')),
            state_at INTEGER NOT NULL,
            words TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            changed_at INTEGER NOT NULL
        ) STRICT""",
        "CREATE INDEX targets_channel ON targets (channel_id, created_at, id)",
    )


@migrations()
def m006_playouts(db: Any) -> None:
    """What programmes are made of that no encoder makes."""
    statements(
        db,
        """CREATE TABLE playouts (
            programme_id TEXT PRIMARY KEY REFERENCES programmes (id) ON DELETE CASCADE,
            videos TEXT NOT NULL CHECK (json_valid(videos)),
            loop INTEGER NOT NULL CHECK (loop IN (0, 1)),
            role TEXT NOT NULL CHECK (role IN ('main', 'backup')),
            began_at INTEGER,
            finished_at INTEGER
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX playouts_open ON playouts (programme_id) WHERE finished_at IS NULL",
    )


@migrations()
def m007_whep(db: Any) -> None:
    """Who may watch a programme by WebRTC."""
    statements(
        db,
        "ALTER TABLE programmes ADD COLUMN whep TEXT NOT NULL DEFAULT 'staff' CHECK (whep IN ('staff', 'viewers'))",
    )


@migrations()
def m008_passphrases(db: Any) -> None:
    """Of targets by SRT; sealed, empty where there is none."""
    statements(db, "ALTER TABLE targets ADD COLUMN passphrase BLOB NOT NULL DEFAULT x''")


@migrations()
def m009_sources(db: Any) -> None:
    statements(
        db, "ALTER TABLE channels ADD COLUMN keep_source INTEGER NOT NULL DEFAULT 0 CHECK (keep_source IN (0, 1))"
    )


@migrations()
def m010_reminders(db: Any) -> None:
    """A reminder outlives its programme until its person was told that there is none."""
    statements(
        db,
        """CREATE TABLE reminders (
            programme_id TEXT NOT NULL,
            person_id TEXT NOT NULL,
            title TEXT NOT NULL,
            start INTEGER NOT NULL,
            asked_at INTEGER NOT NULL,
            PRIMARY KEY (programme_id, person_id)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX reminders_person ON reminders (person_id, start)",
    )


@migrations()
def m011_clips(db: Any) -> None:
    """Neither a clip nor what it was cut from needs the other."""
    statements(
        db,
        """CREATE TABLE clips (
            id TEXT PRIMARY KEY,
            programme_id TEXT NOT NULL,
            channel_id TEXT NOT NULL,
            made_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX clips_programme ON clips (programme_id, made_at, id)",
        "CREATE INDEX clips_channel ON clips (channel_id, made_at, id)",
    )
