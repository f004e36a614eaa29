"""Tables of an account at a provider, as the provider tells it. What it says is kept, whatever the books say."""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("payments_payouts")


@migrations()
def m001_payouts(db: Any) -> None:
    """`source` is that of the ledger's postings about the same thing. `exchanged`: the provider counts it in another
    currency than it was paid in, and nothing can be compared or written down."""
    statements(
        db,
        """CREATE TABLE payout_movements (
            provider TEXT NOT NULL,
            id TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('payment', 'refund', 'dispute', 'payout', 'fee', 'other')),
            reference TEXT NOT NULL,
            key TEXT NOT NULL,
            amount INTEGER NOT NULL,
            fee INTEGER NOT NULL,
            currency TEXT NOT NULL CHECK (length(currency) = 3),
            at INTEGER NOT NULL,
            payout TEXT,
            org_id TEXT,
            source TEXT,
            order_id TEXT NOT NULL DEFAULT '',
            memo TEXT NOT NULL DEFAULT '',
            exchanged INTEGER NOT NULL DEFAULT 0 CHECK (exchanged IN (0, 1)),
            PRIMARY KEY (provider, id),
            CHECK ((org_id IS NULL) = (source IS NULL))
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX payout_movements_source ON payout_movements (source) WHERE source IS NOT NULL",
        "CREATE INDEX payout_movements_payout ON payout_movements (payout, org_id) WHERE payout IS NOT NULL",
        "CREATE INDEX payout_movements_org ON payout_movements (org_id, at) WHERE org_id IS NOT NULL",
        "CREATE INDEX payout_movements_nobodys ON payout_movements (at) WHERE org_id IS NULL AND kind <> 'payout'",
        """CREATE TRIGGER payout_movements_frozen BEFORE UPDATE ON payout_movements
        WHEN OLD.id IS NOT NEW.id OR OLD.amount IS NOT NEW.amount OR OLD.fee IS NOT NEW.fee
            OR OLD.currency IS NOT NEW.currency OR (OLD.source IS NOT NULL AND OLD.source IS NOT NEW.source)
        BEGIN SELECT RAISE(ABORT, 'payout_movements: what moved never changes'); END""",
        """CREATE TABLE payouts (
            provider TEXT NOT NULL,
            id TEXT NOT NULL,
            amount INTEGER NOT NULL,
            currency TEXT NOT NULL CHECK (length(currency) = 3),
            state TEXT NOT NULL CHECK (state IN ('pending', 'in_transit', 'paid', 'failed', 'canceled')),
            complete INTEGER NOT NULL CHECK (complete IN (0, 1)),
            created_at INTEGER NOT NULL,
            arrives_at INTEGER NOT NULL,
            checked_at INTEGER,
            PRIMARY KEY (provider, id)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX payouts_at ON payouts (created_at, id)",
        "CREATE INDEX payouts_unchecked ON payouts (created_at) WHERE checked_at IS NULL",
        """CREATE TABLE payouts_seen (
            provider TEXT PRIMARY KEY,
            until INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID""",
        """CREATE TABLE payout_mismatches_told (
            what TEXT NOT NULL,
            subject TEXT NOT NULL,
            at INTEGER NOT NULL,
            PRIMARY KEY (what, subject)
        ) STRICT, WITHOUT ROWID""",
    )
