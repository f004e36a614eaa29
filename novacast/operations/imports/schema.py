"""Tables of imports: how far each has come, what it left out, and what became of other systems' things."""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("operations_imports")


@migrations()
def m001_imports(db: Any) -> None:
    """`import_links` is what keeps anything from being made twice: a row is written in the transaction that makes the
    thing, whichever import it is of."""
    statements(
        db,
        """CREATE TABLE data_imports (
            id TEXT PRIMARY KEY,
            kind TEXT NOT NULL CHECK (kind IN ('users', 'events', 'orders')),
            org_id TEXT NOT NULL,
            name TEXT NOT NULL,
            size INTEGER NOT NULL DEFAULT 0,
            digest TEXT NOT NULL DEFAULT '',
            source TEXT NOT NULL DEFAULT '',
            headings TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(headings)),
            sample TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(sample)),
            mapping TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(mapping)),
            invite INTEGER NOT NULL CHECK (invite IN (0, 1)),
            dry INTEGER NOT NULL DEFAULT 0 CHECK (dry IN (0, 1)),
            state TEXT NOT NULL CHECK (state IN ('arriving', 'ready', 'waiting', 'running', 'stopped', 'tried', 'done',
                'failed')),
            total INTEGER,
            position INTEGER NOT NULL DEFAULT 0,
            place INTEGER NOT NULL DEFAULT 0,
            made INTEGER NOT NULL DEFAULT 0,
            added INTEGER NOT NULL DEFAULT 0,
            known INTEGER NOT NULL DEFAULT 0,
            skipped INTEGER NOT NULL DEFAULT 0,
            notes INTEGER NOT NULL DEFAULT 0,
            error TEXT NOT NULL DEFAULT '',
            runner TEXT NOT NULL DEFAULT '',
            beat_at INTEGER NOT NULL DEFAULT 0,
            created_by TEXT NOT NULL,
            person_id TEXT,
            created_at INTEGER NOT NULL,
            ended_at INTEGER
        ) STRICT""",
        "CREATE INDEX data_imports_listed ON data_imports (created_at, id)",
        "CREATE INDEX data_imports_open ON data_imports (beat_at) WHERE state IN ('waiting', 'running')",
        """CREATE TABLE import_issues (
            n INTEGER PRIMARY KEY,
            import_id TEXT NOT NULL REFERENCES data_imports (id) ON DELETE CASCADE,
            row INTEGER NOT NULL,
            key TEXT NOT NULL,
            skipped INTEGER NOT NULL CHECK (skipped IN (0, 1)),
            reason TEXT NOT NULL
        ) STRICT""",
        "CREATE INDEX import_issues_import ON import_issues (import_id, n)",
        """CREATE TABLE import_links (
            org_id TEXT NOT NULL,
            source TEXT NOT NULL,
            kind TEXT NOT NULL,
            key TEXT NOT NULL,
            id TEXT NOT NULL,
            import_id TEXT NOT NULL,
            row INTEGER NOT NULL,
            PRIMARY KEY (org_id, source, kind, key)
        ) STRICT, WITHOUT ROWID""",
    )


@migrations()
def m002_undoing(db: Any) -> None:
    """`made`: whether the import made the thing, and may take it back; of people that came over before this was written
    down nobody knows."""
    statements(
        db,
        "ALTER TABLE import_links ADD COLUMN made INTEGER NOT NULL DEFAULT 1 CHECK (made IN (0, 1))",
        "UPDATE import_links SET made = 0 WHERE kind = 'person'",
        "CREATE INDEX import_links_import ON import_links (import_id, kind, id) WHERE made = 1",
        """CREATE TABLE import_undoings (
            import_id TEXT PRIMARY KEY REFERENCES data_imports (id) ON DELETE CASCADE,
            undone INTEGER NOT NULL DEFAULT 0,
            kept INTEGER NOT NULL DEFAULT 0,
            person_id TEXT,
            beat_at INTEGER NOT NULL,
            begun_at INTEGER NOT NULL,
            ended_at INTEGER
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX import_undoings_open ON import_undoings (beat_at) WHERE ended_at IS NULL",
        """CREATE TABLE import_kept (
            n INTEGER PRIMARY KEY,
            import_id TEXT NOT NULL REFERENCES data_imports (id) ON DELETE CASCADE,
            kind TEXT NOT NULL,
            key TEXT NOT NULL,
            reason TEXT NOT NULL
        ) STRICT""",
        "CREATE INDEX import_kept_import ON import_kept (import_id, n)",
    )
