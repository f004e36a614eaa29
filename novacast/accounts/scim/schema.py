"""Tables of what provisioning clients know people and groups by."""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("accounts_scim")


@migrations()
def m001_scim(db: Any) -> None:
    """Everybody is a user; a row is there for whom a client has said something of. `gone`: it has deleted them, which
    shuts the account."""
    statements(
        db,
        """CREATE TABLE scim_users (
            person_id TEXT PRIMARY KEY REFERENCES people (id),
            user_name TEXT NOT NULL,
            user_key TEXT NOT NULL UNIQUE,
            external_id TEXT,
            extra TEXT NOT NULL CHECK (json_valid(extra)),
            gone INTEGER NOT NULL DEFAULT 0 CHECK (gone IN (0, 1)),
            changed_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX scim_users_external ON scim_users (external_id)",
        """CREATE TABLE scim_groups (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            external_id TEXT,
            org_id TEXT REFERENCES organizations (id),
            role TEXT,
            created_at INTEGER NOT NULL,
            changed_at INTEGER NOT NULL,
            CHECK ((org_id IS NULL) = (role IS NULL))
        ) STRICT""",
        "CREATE INDEX scim_groups_created ON scim_groups (created_at, id)",
        """CREATE TABLE scim_members (
            group_id TEXT NOT NULL REFERENCES scim_groups (id) ON DELETE CASCADE,
            person_id TEXT NOT NULL REFERENCES people (id),
            PRIMARY KEY (group_id, person_id)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX scim_members_person ON scim_members (person_id)",
    )
