"""The tables of webhooks. A message is stored once, as it is signed, and has a delivery for each endpoint."""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("notifications.webhooks")


@migrations()
def m001_webhooks(db: Any) -> None:
    statements(
        db,
        """CREATE TABLE webhook_endpoints (
            id TEXT PRIMARY KEY,
            org_id TEXT NOT NULL REFERENCES organizations (id),
            url TEXT NOT NULL,
            description TEXT NOT NULL,
            topics TEXT NOT NULL CHECK (json_valid(topics)),
            state TEXT NOT NULL CHECK (state IN ('enabled', 'paused', 'gone', 'failing')),
            state_at INTEGER NOT NULL,
            failing_since INTEGER,
            created_at INTEGER NOT NULL,
            changed_at INTEGER NOT NULL,
            UNIQUE (org_id, url)
        ) STRICT""",
        """CREATE TABLE webhook_secrets (
            id TEXT PRIMARY KEY,
            endpoint_id TEXT NOT NULL REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
            scheme TEXT NOT NULL CHECK (scheme IN ('v1', 'v1a')),
            sealed BLOB NOT NULL,
            public TEXT NOT NULL CHECK ((public = '') = (scheme = 'v1')),
            created_at INTEGER NOT NULL,
            expires_at INTEGER
        ) STRICT""",
        # Whatever happens, messages are signed with one secret that doesn't run out, and no more than one.
        "CREATE UNIQUE INDEX webhook_secrets_newest ON webhook_secrets (endpoint_id) WHERE expires_at IS NULL",
        "CREATE INDEX webhook_secrets_of ON webhook_secrets (endpoint_id)",
        # `seq`: of the fact it tells. A fact that is heard twice, as after a crash, is one message.
        """CREATE TABLE webhook_messages (
            id TEXT PRIMARY KEY,
            org_id TEXT NOT NULL,
            seq INTEGER,
            type TEXT NOT NULL,
            body TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            UNIQUE (seq, type)
        ) STRICT""",
        "CREATE INDEX webhook_messages_age ON webhook_messages (created_at)",
        """CREATE TABLE webhook_deliveries (
            id TEXT PRIMARY KEY,
            message_id TEXT NOT NULL REFERENCES webhook_messages (id) ON DELETE CASCADE,
            endpoint_id TEXT NOT NULL REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
            state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'failed', 'skipped')),
            attempts INTEGER NOT NULL DEFAULT 0,
            next_at INTEGER NOT NULL,
            begun_at INTEGER,
            status INTEGER,
            error TEXT NOT NULL DEFAULT '',
            created_at INTEGER NOT NULL,
            ended_at INTEGER,
            UNIQUE (message_id, endpoint_id),
            CHECK ((state = 'pending') = (ended_at IS NULL))
        ) STRICT""",
        "CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint_id, next_at) WHERE state = 'pending'",
        "CREATE INDEX webhook_deliveries_of ON webhook_deliveries (endpoint_id, created_at, id)",
        "CREATE INDEX webhook_deliveries_by ON webhook_deliveries (endpoint_id, state, created_at, id)",
        """CREATE TABLE webhook_attempts (
            id INTEGER PRIMARY KEY,
            delivery_id TEXT NOT NULL REFERENCES webhook_deliveries (id) ON DELETE CASCADE,
            at INTEGER NOT NULL,
            took INTEGER NOT NULL,
            url TEXT NOT NULL,
            signature TEXT NOT NULL,
            status INTEGER,
            error TEXT NOT NULL,
            answer TEXT NOT NULL
        ) STRICT""",
        "CREATE INDEX webhook_attempts_of ON webhook_attempts (delivery_id, id)",
    )
