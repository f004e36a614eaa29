"""Tables of moderation. `room_id` is empty where something holds for a whole organization.

Of addresses and devices only marks are stored: digests with a key of this installation, and an end.
"""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("chat.moderation")


@migrations()
def m001_moderation(db: Any) -> None:
    statements(
        db,
        """CREATE TABLE chat_rules (
            org_id TEXT NOT NULL,
            room_id TEXT NOT NULL DEFAULT '',
            rules TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(rules)),
            words INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (org_id, room_id)
        ) STRICT, WITHOUT ROWID""",
        """CREATE TABLE chat_words (
            id TEXT PRIMARY KEY,
            org_id TEXT NOT NULL,
            room_id TEXT NOT NULL DEFAULT '',
            pattern TEXT NOT NULL,
            action TEXT NOT NULL CHECK (action IN ('hold', 'refuse', 'replace')),
            replacement TEXT NOT NULL DEFAULT '',
            created_at INTEGER NOT NULL,
            created_by TEXT
        ) STRICT""",
        "CREATE UNIQUE INDEX chat_words_once ON chat_words (org_id, room_id, pattern)",
        "CREATE INDEX chat_words_by ON chat_words (created_by) WHERE created_by IS NOT NULL",
        """CREATE TABLE chat_sanctions (
            id TEXT PRIMARY KEY,
            n INTEGER NOT NULL UNIQUE,
            org_id TEXT NOT NULL,
            room_id TEXT NOT NULL DEFAULT '',
            kind TEXT NOT NULL CHECK (kind IN ('timeout', 'ban')),
            effect TEXT NOT NULL CHECK (effect IN ('silence', 'removed')),
            person_id TEXT,
            reason TEXT NOT NULL DEFAULT '',
            begins_at INTEGER NOT NULL,
            ends_at INTEGER,
            by_id TEXT,
            lifted_at INTEGER,
            lifted_by TEXT,
            CHECK (kind = 'ban' OR ends_at IS NOT NULL),
            CHECK (ends_at IS NULL OR ends_at > begins_at)
        ) STRICT""",
        "CREATE INDEX chat_sanctions_person ON chat_sanctions (person_id, org_id) WHERE lifted_at IS NULL",
        "CREATE INDEX chat_sanctions_whose ON chat_sanctions (person_id, n)",
        "CREATE INDEX chat_sanctions_org ON chat_sanctions (org_id, room_id, n)",
        "CREATE INDEX chat_sanctions_by ON chat_sanctions (by_id)",
        """CREATE TABLE chat_marks (
            sanction_id TEXT NOT NULL REFERENCES chat_sanctions (id) ON DELETE CASCADE,
            kind TEXT NOT NULL CHECK (kind IN ('address', 'device')),
            mark BLOB NOT NULL,
            range TEXT,
            ends_at INTEGER NOT NULL,
            PRIMARY KEY (sanction_id, mark)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX chat_marks_mark ON chat_marks (mark)",
        "CREATE INDEX chat_marks_ends ON chat_marks (ends_at)",
        """CREATE TABLE chat_traces (
            person_id TEXT NOT NULL,
            org_id TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('address', 'device')),
            mark BLOB NOT NULL,
            seen_at INTEGER NOT NULL,
            PRIMARY KEY (person_id, org_id, kind, mark)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX chat_traces_seen ON chat_traces (seen_at)",
        "CREATE INDEX chat_traces_org ON chat_traces (org_id)",
        """CREATE TABLE chat_holds (
            message_id TEXT PRIMARY KEY REFERENCES chat_messages (id) ON DELETE CASCADE,
            reason TEXT NOT NULL CHECK (reason IN ('word', 'link', 'automatic', 'moderator')),
            detail TEXT NOT NULL,
            held_at INTEGER NOT NULL,
            cleared TEXT
        ) STRICT""",
        "CREATE INDEX chat_messages_held ON chat_messages (room_id, seq) WHERE state = 'held'",
        """CREATE TABLE chat_cases (
            message_id TEXT PRIMARY KEY REFERENCES chat_messages (id) ON DELETE CASCADE,
            n INTEGER NOT NULL UNIQUE,
            room_id TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('open', 'resolved')),
            opened_at INTEGER NOT NULL,
            resolved_at INTEGER,
            resolved_by TEXT,
            CHECK ((state = 'resolved') = (resolved_at IS NOT NULL))
        ) STRICT""",
        "CREATE INDEX chat_cases_room ON chat_cases (room_id, state, n)",
        "CREATE INDEX chat_cases_by ON chat_cases (resolved_by) WHERE resolved_by IS NOT NULL",
        """CREATE TABLE chat_reports (
            message_id TEXT NOT NULL REFERENCES chat_cases (message_id) ON DELETE CASCADE,
            person_id TEXT NOT NULL,
            reason TEXT NOT NULL CHECK (reason IN ('spam', 'abuse', 'sexual', 'danger', 'other')),
            note TEXT NOT NULL DEFAULT '',
            at INTEGER NOT NULL,
            PRIMARY KEY (message_id, person_id)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX chat_reports_person ON chat_reports (person_id)",
        """CREATE TABLE chat_undone (
            entry_id INTEGER PRIMARY KEY,
            by_entry INTEGER NOT NULL
        ) STRICT""",
        "CREATE INDEX chat_log_org ON chat_log (org_id, id)",
    )
