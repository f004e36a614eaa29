"""The table of who watched by a membership: it outlives viewing sessions, for a bank asks after weeks."""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("payments.memberships_evidence")


@migrations()
def m001_watches(db: Any) -> None:
    statements(
        db,
        """CREATE TABLE subscription_watches (
            subscription_id TEXT NOT NULL REFERENCES subscriptions (id),
            viewing TEXT NOT NULL,
            media_id TEXT NOT NULL,
            device TEXT NOT NULL,
            began_at INTEGER NOT NULL,
            until INTEGER NOT NULL,
            PRIMARY KEY (subscription_id, viewing)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX subscription_watches_until ON subscription_watches (until)",
    )
