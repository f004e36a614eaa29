"""The table of trials that were had."""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("payments.memberships_trials")


@migrations()
def m001_trials(db: Any) -> None:
    """`mark`: a keyed hash of an address or a card, so that a trial is known again when its account is gone, and
    nobody can be read from it."""
    statements(
        db,
        """CREATE TABLE membership_trials (
            org_id TEXT NOT NULL,
            circle TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('email', 'card')),
            mark BLOB NOT NULL,
            subscription_id TEXT NOT NULL REFERENCES subscriptions (id),
            at INTEGER NOT NULL,
            PRIMARY KEY (org_id, circle, kind, mark)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX membership_trials_at ON membership_trials (at)",
        "CREATE INDEX membership_trials_of ON membership_trials (subscription_id)",
        "ALTER TABLE subscriptions ADD COLUMN no_trial TEXT CHECK (no_trial IN ('had', 'email', 'card'))",
    )
