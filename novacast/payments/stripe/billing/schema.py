"""What was made at Stripe, once for each thing here. A row is there before it is asked for."""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("payments_stripe_billing")


@migrations()
def m001_made(db: Any) -> None:
    statements(
        db,
        """CREATE TABLE stripe_made (
            name TEXT PRIMARY KEY,
            key TEXT NOT NULL UNIQUE,
            params TEXT NOT NULL CHECK (json_valid(params)),
            id TEXT UNIQUE,
            created_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID""",
        """CREATE TRIGGER stripe_made_frozen BEFORE UPDATE ON stripe_made
        WHEN OLD.name IS NOT NEW.name OR OLD.key IS NOT NEW.key OR OLD.params IS NOT NEW.params OR OLD.id IS NOT NULL
        BEGIN SELECT RAISE(ABORT, 'stripe_made: what was asked never changes'); END""",
    )
