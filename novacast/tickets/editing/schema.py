"""An order that is paid may come to hold more: what it cost grows by what was paid for that, and by nothing else."""

from typing import Any

from novacast.database import Migrations, statements
from novacast.tickets.schema import append_only, frozen

migrations = Migrations("tickets_editing")


@migrations()
def m001_totals(db: Any) -> None:
    """`total` always is what all of an order's units cost, those that were given back too. A unit may be added to an
    order of which something was given back."""
    statements(
        db,
        "DROP TRIGGER orders_frozen",
        frozen("orders", "id", "code", "org_id", "perf_id", "hold_id", "currency", "test"),
        """CREATE TRIGGER orders_total BEFORE UPDATE OF total ON orders WHEN NEW.total <> OLD.total AND (
            NEW.total < OLD.total OR OLD.state NOT IN ('paid', 'partially_refunded')
            OR NEW.total > (SELECT coalesce(sum(captured), 0) FROM payment_attempts WHERE order_id = NEW.id)
            OR NEW.total <> (SELECT coalesce(sum(price + fee), 0) FROM claims WHERE order_id = NEW.id))
        BEGIN SELECT RAISE(ABORT, 'orders: only what was paid for is added'); END""",
        "DROP TRIGGER claims_paid",
        """CREATE TRIGGER claims_paid BEFORE UPDATE OF state ON claims WHEN NEW.state = 'sold'
        AND NOT EXISTS (SELECT 1 FROM orders WHERE id = NEW.order_id AND state IN ('paid', 'partially_refunded'))
        BEGIN SELECT RAISE(ABORT, 'claims: the order is not paid'); END""",
    )


@migrations()
def m002_trades(db: Any) -> None:
    """A ticket that is given back, with all that was paid for it, once what is in a basket is paid."""
    statements(
        db,
        """CREATE TABLE ticket_trades (
            hold_id TEXT PRIMARY KEY REFERENCES holds (id),
            claim_id TEXT NOT NULL REFERENCES claims (id),
            created_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX ticket_trades_claim ON ticket_trades (claim_id)",
        *append_only("ticket_trades"),
    )
