"""Tables of chat. A room has the id of what is watched, which is a row of another slice or two: no foreign key leads
there; `endings.py` removes the room of what is gone.

`changed_seq` makes catching up one read: what changed since a number is every row above it, as it is now.
"""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("chat")


@migrations()
def m001_rooms(db: Any) -> None:
    statements(
        db,
        """CREATE TABLE chat_rooms (
            id TEXT PRIMARY KEY,
            org_id TEXT NOT NULL,
            seq INTEGER NOT NULL DEFAULT 0,
            slow_seconds INTEGER NOT NULL DEFAULT 0 CHECK (slow_seconds BETWEEN 0 AND 3600),
            pinned TEXT,
            poll TEXT,
            created_at INTEGER NOT NULL
        ) STRICT""",
        "CREATE INDEX chat_rooms_org ON chat_rooms (org_id)",
        """CREATE TABLE chat_messages (
            id TEXT PRIMARY KEY,
            room_id TEXT NOT NULL REFERENCES chat_rooms (id),
            seq INTEGER NOT NULL,
            changed_seq INTEGER NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('message', 'action', 'announcement', 'poll')),
            state TEXT NOT NULL CHECK (state IN ('shown', 'held', 'deleted')),
            person_id TEXT,
            name TEXT NOT NULL,
            badges TEXT NOT NULL CHECK (json_valid(badges)),
            text TEXT NOT NULL,
            mentions TEXT CHECK (mentions IS NULL OR json_valid(mentions)),
            reply_to TEXT,
            at INTEGER CHECK (at >= 0),
            sent_at INTEGER NOT NULL,
            edited_at INTEGER,
            deleted_at INTEGER,
            deleted_by TEXT,
            reactions TEXT CHECK (reactions IS NULL OR json_valid(reactions)),
            poll TEXT CHECK (poll IS NULL OR json_valid(poll)),
            key TEXT,
            CHECK ((state = 'deleted') = (deleted_at IS NOT NULL)),
            CHECK ((kind = 'poll') = (poll IS NOT NULL))
        ) STRICT""",
        "CREATE UNIQUE INDEX chat_messages_seq ON chat_messages (room_id, seq)",
        "CREATE UNIQUE INDEX chat_messages_changed ON chat_messages (room_id, changed_seq)",
        "CREATE INDEX chat_messages_at ON chat_messages (room_id, at, seq) WHERE at IS NOT NULL",
        "CREATE INDEX chat_messages_person ON chat_messages (person_id, room_id, seq)",
        "CREATE UNIQUE INDEX chat_messages_key ON chat_messages (person_id, key) WHERE key IS NOT NULL",
        """CREATE TABLE chat_mentions (
            person_id TEXT NOT NULL,
            message_id TEXT NOT NULL REFERENCES chat_messages (id) ON DELETE CASCADE,
            PRIMARY KEY (person_id, message_id)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX chat_mentions_message ON chat_mentions (message_id)",
        """CREATE TABLE chat_reactions (
            message_id TEXT NOT NULL REFERENCES chat_messages (id) ON DELETE CASCADE,
            person_id TEXT NOT NULL,
            reaction TEXT NOT NULL,
            PRIMARY KEY (message_id, person_id, reaction)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX chat_reactions_person ON chat_reactions (person_id)",
        """CREATE TABLE chat_votes (
            message_id TEXT NOT NULL REFERENCES chat_messages (id) ON DELETE CASCADE,
            person_id TEXT NOT NULL,
            choice INTEGER NOT NULL CHECK (choice >= 0),
            PRIMARY KEY (message_id, person_id)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX chat_votes_person ON chat_votes (person_id)",
        """CREATE TABLE chat_log (
            id INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            room_id TEXT NOT NULL,
            org_id TEXT NOT NULL,
            actor_id TEXT,
            action TEXT NOT NULL,
            message_id TEXT,
            person_id TEXT,
            detail TEXT NOT NULL CHECK (json_valid(detail))
        ) STRICT""",
        "CREATE INDEX chat_log_room ON chat_log (room_id, id)",
        "CREATE INDEX chat_log_actor ON chat_log (actor_id)",
        "CREATE INDEX chat_log_person ON chat_log (person_id)",
    )


@migrations()
def m002_notices(db: Any) -> None:
    statements(
        db,
        "ALTER TABLE chat_messages ADD COLUMN notice TEXT CHECK (notice IN ('interrupted', 'resumed', 'ended'))",
    )
