"""Tables of disputes, and of who watched by a ticket. An order is flagged, and a payment disputed, by triggers: whoever
writes a dispute down can't forget either."""

from typing import Any

from novacast.database import Migrations, statements
from novacast.tickets.schema import frozen, machine

migrations = Migrations("tickets_disputes")

_FLAG = """UPDATE orders SET disputed = EXISTS (SELECT 1 FROM disputes WHERE order_id = NEW.order_id
            AND state IN ('open', 'lost')) WHERE id = NEW.order_id;"""


@migrations()
def m001_disputes(db: Any) -> None:
    """A dispute that is lost leaves its order flagged. `ticket_watches` outlives viewing sessions, for a bank asks
    after weeks."""
    statements(
        db,
        """CREATE TABLE disputes (
            id TEXT PRIMARY KEY,
            order_id TEXT NOT NULL REFERENCES orders (id),
            org_id TEXT NOT NULL,
            attempt_id TEXT NOT NULL REFERENCES payment_attempts (id),
            provider TEXT NOT NULL,
            reference TEXT NOT NULL,
            amount INTEGER NOT NULL CHECK (amount > 0),
            currency TEXT NOT NULL CHECK (length(currency) = 3),
            reason TEXT NOT NULL,
            due_at INTEGER,
            state TEXT NOT NULL CHECK (state IN ('open', 'won', 'lost')),
            created_at INTEGER NOT NULL,
            changed_at INTEGER NOT NULL
        ) STRICT""",
        *machine("disputes", "dispute", "open", "open>won open>lost lost>won"),
        frozen("disputes", "id", "order_id", "org_id", "attempt_id", "provider", "reference", "amount", "currency"),
        "CREATE UNIQUE INDEX one_dispute ON disputes (provider, reference)",
        "CREATE INDEX disputes_order ON disputes (order_id)",
        "CREATE INDEX disputes_attempt ON disputes (attempt_id)",
        "CREATE INDEX disputes_org ON disputes (org_id, created_at, id)",
        f"""CREATE TRIGGER disputes_opened AFTER INSERT ON disputes BEGIN
            {_FLAG}
            UPDATE payment_attempts SET state = 'disputed', changed_at = NEW.changed_at
            WHERE id = NEW.attempt_id AND state <> 'disputed';
        END""",  # noqa: S608 - a text of ours
        f"""CREATE TRIGGER disputes_decided AFTER UPDATE OF state ON disputes WHEN OLD.state <> NEW.state BEGIN
            {_FLAG}
            UPDATE payment_attempts SET changed_at = NEW.changed_at,
            state = CASE refunded WHEN 0 THEN 'captured' WHEN captured THEN 'refunded' ELSE 'partially_refunded' END
            WHERE id = NEW.attempt_id AND state = 'disputed' AND NOT EXISTS (
                SELECT 1 FROM disputes WHERE attempt_id = NEW.attempt_id AND state IN ('open', 'lost'));
        END""",  # noqa: S608 - a text of ours
        """CREATE TABLE ticket_watches (
            ticket_id TEXT NOT NULL REFERENCES tickets (id),
            viewing TEXT NOT NULL,
            device TEXT NOT NULL,
            began_at INTEGER NOT NULL,
            until INTEGER NOT NULL,
            PRIMARY KEY (ticket_id, viewing)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX ticket_watches_until ON ticket_watches (until)",
    )
