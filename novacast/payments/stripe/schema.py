"""Tables of what was asked of Stripe, on disk before it is asked: each request can be repeated as it was."""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("payments_stripe")


@migrations()
def m001_stripe(db: Any) -> None:
    """`params` are JSON, as they are sent; never changed, for a key stands for them."""
    statements(
        db,
        """CREATE TABLE stripe_sessions (
            key TEXT PRIMARY KEY,
            params TEXT,
            session TEXT UNIQUE,
            url TEXT,
            payment TEXT,
            closed INTEGER NOT NULL DEFAULT 0 CHECK (closed IN (0, 1)),
            created_at INTEGER NOT NULL,
            CHECK (params IS NOT NULL OR (closed AND session IS NULL))
        ) STRICT""",
        "CREATE INDEX stripe_sessions_payment ON stripe_sessions (payment) WHERE payment IS NOT NULL",
        """CREATE TRIGGER stripe_sessions_frozen BEFORE UPDATE ON stripe_sessions
        WHEN OLD.key IS NOT NEW.key OR OLD.params IS NOT NEW.params OR OLD.closed > NEW.closed
            OR (OLD.session IS NOT NULL AND OLD.session IS NOT NEW.session)
        BEGIN SELECT RAISE(ABORT, 'stripe_sessions: what was asked never changes'); END""",
        """CREATE TABLE stripe_refunds (
            key TEXT PRIMARY KEY,
            payment TEXT NOT NULL,
            params TEXT NOT NULL,
            refund TEXT UNIQUE,
            created_at INTEGER NOT NULL
        ) STRICT""",
        """CREATE TRIGGER stripe_refunds_frozen BEFORE UPDATE ON stripe_refunds
        WHEN OLD.key IS NOT NEW.key OR OLD.params IS NOT NEW.params OR OLD.payment IS NOT NEW.payment
            OR (OLD.refund IS NOT NULL AND OLD.refund IS NOT NEW.refund)
        BEGIN SELECT RAISE(ABORT, 'stripe_refunds: what was asked never changes'); END""",
    )
