"""Tables of people, their credentials and organizations.

Only digests of bearer secrets are stored. `*_key` columns hold addresses as they are compared, not as they are shown.
"""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("accounts")


@migrations()
def m001_people(db: Any) -> None:
    statements(
        db,
        """CREATE TABLE people (
            id TEXT PRIMARY KEY,
            email TEXT,
            email_key TEXT UNIQUE,
            name TEXT NOT NULL,
            language TEXT NOT NULL,
            password TEXT,
            totp_secret BLOB,
            totp_pending BLOB,
            totp_counter INTEGER NOT NULL DEFAULT 0,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            erased_at INTEGER,
            CHECK ((erased_at IS NULL) = (email IS NOT NULL)),
            CHECK ((email IS NULL) = (email_key IS NULL)),
            CHECK ((email IS NULL) = (password IS NULL))
        ) STRICT""",
        "CREATE INDEX people_created ON people (created_at, id)",
        """CREATE TABLE sign_ups (
            digest BLOB PRIMARY KEY,
            email TEXT NOT NULL,
            email_key TEXT NOT NULL,
            name TEXT NOT NULL,
            language TEXT NOT NULL,
            password TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL
        ) STRICT""",
        "CREATE INDEX sign_ups_email ON sign_ups (email_key, created_at)",
        "CREATE INDEX sign_ups_expiry ON sign_ups (expires_at)",
        """CREATE TABLE mail_tokens (
            digest BLOB PRIMARY KEY,
            person_id TEXT NOT NULL REFERENCES people (id),
            purpose TEXT NOT NULL CHECK (purpose IN ('reset', 'change')),
            email TEXT NOT NULL,
            email_key TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL
        ) STRICT""",
        "CREATE INDEX mail_tokens_person ON mail_tokens (person_id, purpose)",
        "CREATE INDEX mail_tokens_expiry ON mail_tokens (expires_at)",
        """CREATE TABLE recovery_codes (
            person_id TEXT NOT NULL REFERENCES people (id),
            digest BLOB NOT NULL,
            used_at INTEGER,
            PRIMARY KEY (person_id, digest)
        ) STRICT, WITHOUT ROWID""",
    )


@migrations()
def m002_sessions(db: Any) -> None:
    statements(
        db,
        # browser: `secret` is in a cookie; api: refresh_tokens holds the secrets; token: `secret` was shown once.
        """CREATE TABLE sessions (
            id TEXT PRIMARY KEY,
            person_id TEXT NOT NULL REFERENCES people (id),
            kind TEXT NOT NULL CHECK (kind IN ('browser', 'api', 'token')),
            secret BLOB UNIQUE,
            name TEXT NOT NULL DEFAULT '',
            scopes TEXT CHECK (scopes IS NULL OR json_valid(scopes)),
            device TEXT NOT NULL,
            address TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            seen_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            revoked_at INTEGER,
            CHECK ((secret IS NULL) = (kind = 'api')),
            CHECK ((scopes IS NULL) = (kind <> 'token'))
        ) STRICT""",
        "CREATE INDEX sessions_person ON sessions (person_id, created_at, id)",
        "CREATE INDEX sessions_expiry ON sessions (expires_at)",
        """CREATE TABLE refresh_tokens (
            digest BLOB PRIMARY KEY,
            session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
            created_at INTEGER NOT NULL,
            used_at INTEGER
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id)",
    )


@migrations()
def m003_organizations(db: Any) -> None:
    statements(
        db,
        """CREATE TABLE organizations (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            slug TEXT NOT NULL UNIQUE,
            description TEXT NOT NULL DEFAULT '',
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            deleted_at INTEGER
        ) STRICT""",
        """CREATE TABLE memberships (
            org_id TEXT NOT NULL REFERENCES organizations (id),
            person_id TEXT NOT NULL REFERENCES people (id),
            role TEXT NOT NULL
                CHECK (role IN ('owner', 'manager', 'producer', 'moderator', 'box_office', 'door')),
            created_at INTEGER NOT NULL,
            PRIMARY KEY (org_id, person_id)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX memberships_person ON memberships (person_id)",
        "CREATE INDEX memberships_joined ON memberships (org_id, created_at, person_id)",
        """CREATE TABLE invitations (
            id TEXT PRIMARY KEY,
            org_id TEXT NOT NULL REFERENCES organizations (id),
            email TEXT NOT NULL,
            email_key TEXT NOT NULL,
            role TEXT NOT NULL
                CHECK (role IN ('owner', 'manager', 'producer', 'moderator', 'box_office', 'door')),
            digest BLOB NOT NULL UNIQUE,
            invited_by TEXT REFERENCES people (id),
            created_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL
        ) STRICT""",
        "CREATE UNIQUE INDEX invitations_once ON invitations (org_id, email_key)",
        "CREATE INDEX invitations_email ON invitations (email_key)",
        "CREATE INDEX invitations_open ON invitations (org_id, created_at, id)",
        "CREATE INDEX invitations_expiry ON invitations (expires_at)",
    )


@migrations()
def m004_sign_ups_without_passwords(db: Any) -> None:
    """Waiting sign-ups stay good: their passwords are chosen behind the link."""
    statements(db, "ALTER TABLE sign_ups DROP COLUMN password")


@migrations()
def m005_operators(db: Any) -> None:
    """Those who run the server, and people who are shut out."""
    statements(
        db,
        """CREATE TABLE operators (
            person_id TEXT PRIMARY KEY REFERENCES people (id),
            granted_by TEXT NOT NULL,
            granted_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID""",
        """CREATE TABLE suspensions (
            person_id TEXT PRIMARY KEY REFERENCES people (id),
            reason TEXT NOT NULL,
            suspended_by TEXT NOT NULL,
            at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID""",
    )


@migrations()
def m006_passkeys(db: Any) -> None:
    """`credential` is the authenticator's id of the key. Challenges are signed and not stored; only those that were
    answered are, until they have run out, so that none is answered twice."""
    statements(
        db,
        """CREATE TABLE passkeys (
            id TEXT PRIMARY KEY,
            person_id TEXT NOT NULL REFERENCES people (id),
            credential BLOB NOT NULL UNIQUE,
            public_key BLOB NOT NULL,
            sign_count INTEGER NOT NULL CHECK (sign_count >= 0),
            name TEXT NOT NULL,
            transports TEXT NOT NULL CHECK (json_valid(transports)),
            synced INTEGER NOT NULL CHECK (synced IN (0, 1)),
            created_at INTEGER NOT NULL,
            used_at INTEGER,
            suspected_at INTEGER
        ) STRICT""",
        "CREATE INDEX passkeys_person ON passkeys (person_id, created_at, id)",
        """CREATE TABLE answered_challenges (
            digest BLOB PRIMARY KEY,
            expires_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX answered_challenges_expiry ON answered_challenges (expires_at)",
        """CREATE TABLE session_proofs (
            session_id TEXT PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
            at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID""",
        """CREATE TABLE account_events (
            n INTEGER PRIMARY KEY AUTOINCREMENT,
            person_id TEXT NOT NULL REFERENCES people (id),
            at INTEGER NOT NULL,
            kind TEXT NOT NULL,
            detail TEXT NOT NULL,
            device TEXT NOT NULL,
            address TEXT NOT NULL
        ) STRICT""",
        "CREATE INDEX account_events_person ON account_events (person_id, n)",
        "CREATE INDEX account_events_at ON account_events (at)",
    )


@migrations()
def m007_identities(db: Any) -> None:
    """Who people are at the log-in provider. `provided_roles` are those that its groups gave, so that they alone are
    taken away when a group is left."""
    statements(
        db,
        """CREATE TABLE identities (
            issuer TEXT NOT NULL,
            subject TEXT NOT NULL,
            person_id TEXT NOT NULL REFERENCES people (id),
            email TEXT NOT NULL,
            linked_at INTEGER NOT NULL,
            used_at INTEGER NOT NULL,
            PRIMARY KEY (issuer, subject)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX identities_person ON identities (person_id)",
        """CREATE TABLE provided_roles (
            person_id TEXT NOT NULL REFERENCES people (id),
            org_id TEXT NOT NULL REFERENCES organizations (id),
            role TEXT NOT NULL,
            PRIMARY KEY (person_id, org_id)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX provided_roles_org ON provided_roles (org_id)",
        """CREATE TABLE provider_sessions (
            session_id TEXT PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID""",
    )
