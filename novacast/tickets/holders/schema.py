"""Tables of tickets that people hand on."""

from typing import Any

from novacast.database import Migrations, statements
from novacast.tickets.schema import frozen

migrations = Migrations("tickets_holders")


@migrations()
def m001_transfers(db: Any) -> None:
    """One open offer of a unit at a time. Who has the unit by now is whoever accepted it last."""
    statements(
        db,
        """CREATE TABLE ticket_transfers (
            id TEXT PRIMARY KEY,
            claim_id TEXT NOT NULL REFERENCES claims (id),
            ticket_id TEXT NOT NULL REFERENCES tickets (id),
            order_id TEXT NOT NULL REFERENCES orders (id),
            org_id TEXT NOT NULL,
            perf_id TEXT NOT NULL,
            from_person TEXT,
            person_id TEXT,
            name TEXT NOT NULL,
            email TEXT NOT NULL,
            email_key TEXT NOT NULL,
            language TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('offered', 'accepted', 'withdrawn')),
            expires_at INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            changed_at INTEGER NOT NULL
        ) STRICT""",
        "CREATE UNIQUE INDEX one_offer ON ticket_transfers (claim_id) WHERE state = 'offered'",
        "CREATE INDEX ticket_transfers_claim ON ticket_transfers (claim_id, changed_at)",
        "CREATE INDEX ticket_transfers_order ON ticket_transfers (order_id)",
        "CREATE INDEX ticket_transfers_person ON ticket_transfers (person_id) WHERE person_id IS NOT NULL",
        "CREATE INDEX ticket_transfers_from ON ticket_transfers (from_person) WHERE from_person IS NOT NULL",
        frozen("ticket_transfers", "id", "claim_id", "ticket_id", "order_id", "org_id", "perf_id"),
        """CREATE TRIGGER ticket_transfers_began BEFORE INSERT ON ticket_transfers WHEN NEW.state <> 'offered'
        BEGIN SELECT RAISE(ABORT, 'ticket_transfers: must begin offered'); END""",
        """CREATE TRIGGER ticket_transfers_moves BEFORE UPDATE OF state ON ticket_transfers
        WHEN OLD.state <> NEW.state AND OLD.state <> 'offered'
        BEGIN SELECT RAISE(ABORT, 'ticket_transfers: what was taken stays so'); END""",
        """CREATE TRIGGER ticket_transfers_kept BEFORE DELETE ON ticket_transfers
        BEGIN SELECT RAISE(ABORT, 'ticket_transfers: rows are never deleted'); END""",
    )
