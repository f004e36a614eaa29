"""Tables of what is given back, by which rules, and of accounts that transfers go to."""

from typing import Any

from novacast.database import Migrations, statements
from novacast.tickets.schema import frozen

migrations = Migrations("tickets_cancelling")


@migrations()
def m001_cancelling(db: Any) -> None:
    """A cancellation names its tickets by their ids. `seat_moves`: what a unit cost that took another's place."""
    statements(
        db,
        """CREATE TABLE cancel_policies (
            event_id TEXT PRIMARY KEY REFERENCES events (id),
            hours INTEGER NOT NULL CHECK (hours >= 0),
            fee_bp INTEGER NOT NULL CHECK (fee_bp BETWEEN 0 AND 10000),
            fee_amount INTEGER NOT NULL CHECK (fee_amount >= 0),
            returns_fees INTEGER NOT NULL CHECK (returns_fees IN (0, 1))
        ) STRICT, WITHOUT ROWID""",
        """CREATE TABLE bank_accounts (
            org_id TEXT PRIMARY KEY,
            holder TEXT NOT NULL CHECK (holder <> ''),
            iban TEXT NOT NULL CHECK (iban <> ''),
            bic TEXT NOT NULL,
            bank TEXT NOT NULL
        ) STRICT, WITHOUT ROWID""",
        """CREATE TABLE cancellations (
            id TEXT PRIMARY KEY,
            order_id TEXT NOT NULL REFERENCES orders (id),
            org_id TEXT NOT NULL,
            tickets TEXT NOT NULL CHECK (json_valid(tickets)),
            paid INTEGER NOT NULL CHECK (paid >= 0),
            back INTEGER NOT NULL CHECK (back BETWEEN 0 AND paid),
            currency TEXT NOT NULL CHECK (length(currency) = 3),
            reason TEXT NOT NULL,
            by_buyer INTEGER NOT NULL CHECK (by_buyer IN (0, 1)),
            person_id TEXT,
            at INTEGER NOT NULL
        ) STRICT""",
        "CREATE INDEX cancellations_order ON cancellations (order_id, at)",
        "CREATE INDEX cancellations_person ON cancellations (person_id) WHERE person_id IS NOT NULL",
        frozen("cancellations", "id", "order_id", "org_id", "tickets", "paid", "back", "currency", "by_buyer", "at"),
        """CREATE TRIGGER cancellations_kept BEFORE DELETE ON cancellations
        BEGIN SELECT RAISE(ABORT, 'cancellations: rows are never deleted'); END""",
        """CREATE TABLE seat_moves (
            claim_id TEXT PRIMARY KEY REFERENCES claims (id),
            before_id TEXT NOT NULL UNIQUE REFERENCES claims (id),
            price INTEGER NOT NULL CHECK (price >= 0),
            fee INTEGER NOT NULL CHECK (fee >= 0)
        ) STRICT, WITHOUT ROWID""",
    )
