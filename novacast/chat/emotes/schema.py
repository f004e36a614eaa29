"""Tables of emotes. Their pixels are rows too: an emote and its name come, go and are backed up as one thing."""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("chat.emotes")


@migrations()
def m001_emotes(db: Any) -> None:
    statements(
        db,
        """CREATE TABLE chat_emotes (
            id TEXT PRIMARY KEY,
            org_id TEXT NOT NULL,
            name TEXT NOT NULL CHECK (length(name) BETWEEN 2 AND 32),
            pixels BLOB NOT NULL,
            digest TEXT NOT NULL,
            animation BLOB,
            moving TEXT,
            added_by TEXT,
            added_at INTEGER NOT NULL,
            removed_at INTEGER,
            CHECK ((animation IS NULL) = (moving IS NULL))
        ) STRICT""",
        "CREATE UNIQUE INDEX chat_emotes_name ON chat_emotes (org_id, name) WHERE removed_at IS NULL",
        "CREATE INDEX chat_emotes_org ON chat_emotes (org_id)",
        "CREATE INDEX chat_emotes_removed ON chat_emotes (removed_at) WHERE removed_at IS NOT NULL",
        "CREATE INDEX chat_emotes_added_by ON chat_emotes (added_by)",
        """CREATE TABLE chat_emote_log (
            id INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            org_id TEXT NOT NULL,
            actor_id TEXT,
            action TEXT NOT NULL,
            name TEXT NOT NULL,
            detail TEXT NOT NULL CHECK (json_valid(detail))
        ) STRICT""",
        "CREATE INDEX chat_emote_log_org ON chat_emote_log (org_id, id)",
        "CREATE INDEX chat_emote_log_actor ON chat_emote_log (actor_id)",
    )
