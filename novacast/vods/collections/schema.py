"""Tables of collections and what is in them. Places are 0, 1, 2 … without gaps, but for what was removed since."""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("vods_collections")


@migrations()
def m001_collections(db: Any) -> None:
    statements(
        db,
        """CREATE TABLE collections (
            n INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            org_id TEXT NOT NULL,
            owner_id TEXT,
            title TEXT NOT NULL CHECK (title <> ''),
            description TEXT NOT NULL,
            visibility TEXT NOT NULL
                CHECK (visibility IN ('public', 'unlisted', 'signed_in', 'organization', 'private')),
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL
        ) STRICT""",
        "CREATE INDEX collections_library ON collections (visibility, created_at, id)",
        "CREATE INDEX collections_studio ON collections (org_id, created_at, id)",
        "CREATE INDEX collections_org_library ON collections (org_id, visibility, created_at, id)",
        "CREATE INDEX collections_owner ON collections (owner_id)",
        """CREATE TABLE collection_items (
            collection_id TEXT NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
            video_id TEXT NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
            place INTEGER NOT NULL CHECK (place >= 0),
            added_at INTEGER NOT NULL,
            PRIMARY KEY (collection_id, video_id)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX collection_items_order ON collection_items (collection_id, place)",
        "CREATE INDEX collection_items_video ON collection_items (video_id)",
    )


@migrations()
def m002_search(db: Any) -> None:
    statements(
        db,
        """CREATE VIRTUAL TABLE collections_search USING fts5(
            title, description, content='collections', content_rowid='n',
            tokenize="unicode61 remove_diacritics 2", prefix='2 3 4 5')""",
        """CREATE TRIGGER collections_search_added AFTER INSERT ON collections BEGIN
            INSERT INTO collections_search (rowid, title, description) VALUES (new.n, new.title, new.description);
        END""",
        """CREATE TRIGGER collections_search_removed AFTER DELETE ON collections BEGIN
            INSERT INTO collections_search (collections_search, rowid, title, description)
            VALUES ('delete', old.n, old.title, old.description);
        END""",
        """CREATE TRIGGER collections_search_changed AFTER UPDATE OF title, description ON collections BEGIN
            INSERT INTO collections_search (collections_search, rowid, title, description)
            VALUES ('delete', old.n, old.title, old.description);
            INSERT INTO collections_search (rowid, title, description) VALUES (new.n, new.title, new.description);
        END""",
    )
