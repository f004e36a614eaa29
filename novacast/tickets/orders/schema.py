"""Tables of orders and of what was tried to pay them. No ticket without an order, no paid order without the money."""

from typing import Any

from novacast.database import Migrations, statements
from novacast.tickets.schema import frozen, machine

migrations = Migrations("tickets_orders")


@migrations()
def m001_orders(db: Any) -> None:
    """An attempt's row is there, with its amount and key, before any provider hears of it, and outlives its failure."""
    statements(
        db,
        """CREATE TABLE orders (
            id TEXT PRIMARY KEY,
            code TEXT NOT NULL UNIQUE,
            org_id TEXT NOT NULL,
            perf_id TEXT NOT NULL REFERENCES performances (id),
            hold_id TEXT NOT NULL UNIQUE REFERENCES holds (id),
            person_id TEXT,
            name TEXT NOT NULL,
            email TEXT NOT NULL,
            email_key TEXT NOT NULL,
            language TEXT NOT NULL,
            method TEXT NOT NULL,
            channel TEXT NOT NULL CHECK (channel IN ('web', 'box_office')),
            total INTEGER NOT NULL CHECK (total >= 0),
            currency TEXT NOT NULL CHECK (length(currency) = 3),
            test INTEGER NOT NULL CHECK (test IN (0, 1)),
            disputed INTEGER NOT NULL DEFAULT 0 CHECK (disputed IN (0, 1)),
            note TEXT NOT NULL DEFAULT '',
            state TEXT NOT NULL CHECK (state IN ('draft', 'awaiting_payment', 'paid', 'partially_refunded', 'refunded',
                'expired', 'cancelled', 'paid_unfulfillable')),
            due_at INTEGER,
            created_at INTEGER NOT NULL,
            changed_at INTEGER NOT NULL,
            CHECK (state <> 'awaiting_payment' OR due_at IS NOT NULL)
        ) STRICT""",
        *machine(
            "orders",
            "order",
            "draft",
            "draft>awaiting_payment awaiting_payment>paid awaiting_payment>expired paid>partially_refunded "
            "paid>refunded paid>cancelled partially_refunded>refunded expired>paid_unfulfillable "
            "paid_unfulfillable>paid paid_unfulfillable>refunded",
        ),
        frozen("orders", "id", "code", "org_id", "perf_id", "hold_id", "total", "currency", "test"),
        "CREATE INDEX orders_org ON orders (org_id, created_at, id)",
        "CREATE INDEX orders_person ON orders (person_id, created_at, id) WHERE person_id IS NOT NULL",
        "CREATE INDEX orders_email ON orders (email_key)",
        "CREATE INDEX orders_due ON orders (due_at) WHERE state = 'awaiting_payment'",
        "CREATE INDEX orders_odd ON orders (id) WHERE state = 'paid_unfulfillable'",
        """CREATE TABLE payment_attempts (
            id TEXT PRIMARY KEY,
            order_id TEXT NOT NULL REFERENCES orders (id),
            provider TEXT NOT NULL,
            mode TEXT NOT NULL CHECK (mode IN ('live', 'test')),
            instance TEXT NOT NULL,
            key TEXT NOT NULL UNIQUE,
            amount INTEGER NOT NULL CHECK (amount >= 0),
            currency TEXT NOT NULL CHECK (length(currency) = 3),
            reference TEXT,
            url TEXT,
            captured INTEGER NOT NULL DEFAULT 0,
            refunded INTEGER NOT NULL DEFAULT 0,
            mismatch TEXT,
            state TEXT NOT NULL CHECK (state IN ('created', 'submitted', 'requires_action', 'processing', 'captured',
                'partially_refunded', 'refunded', 'disputed', 'failed', 'cancelled')),
            created_at INTEGER NOT NULL,
            changed_at INTEGER NOT NULL,
            CHECK (captured BETWEEN 0 AND amount),
            CHECK (refunded BETWEEN 0 AND captured),
            CHECK (state NOT IN ('captured', 'partially_refunded', 'refunded', 'disputed') OR captured = amount)
        ) STRICT""",
        *machine(
            "payment_attempts",
            "attempt",
            "created",
            "created>submitted created>failed created>cancelled submitted>requires_action submitted>processing "
            "submitted>captured submitted>failed submitted>cancelled requires_action>processing "
            "requires_action>captured requires_action>failed requires_action>cancelled processing>captured "
            "processing>failed processing>cancelled captured>partially_refunded captured>refunded captured>disputed "
            "partially_refunded>refunded partially_refunded>disputed",
        ),
        frozen("payment_attempts", "id", "order_id", "provider", "mode", "instance", "key", "amount", "currency"),
        "CREATE INDEX payment_attempts_order ON payment_attempts (order_id)",
        "CREATE INDEX payment_attempts_open ON payment_attempts (created_at) "
        "WHERE state IN ('created', 'submitted', 'requires_action', 'processing')",
        """CREATE TRIGGER payment_attempts_keep_money BEFORE UPDATE OF captured, refunded ON payment_attempts
        WHEN NEW.captured < OLD.captured OR NEW.refunded < OLD.refunded
        BEGIN SELECT RAISE(ABORT, 'payment_attempts: money does not vanish'); END""",
        """CREATE TRIGGER orders_paid BEFORE UPDATE OF state ON orders WHEN NEW.state = 'paid'
        AND NEW.total > (SELECT coalesce(sum(captured), 0) FROM payment_attempts WHERE order_id = NEW.id)
        BEGIN SELECT RAISE(ABORT, 'orders: the money is not there'); END""",
        """CREATE TRIGGER claims_paid BEFORE UPDATE OF state ON claims WHEN NEW.state = 'sold'
        AND NOT EXISTS (SELECT 1 FROM orders WHERE id = NEW.order_id AND state = 'paid')
        BEGIN SELECT RAISE(ABORT, 'claims: the order is not paid'); END""",
        """CREATE TABLE sandbox_payments (
            key TEXT PRIMARY KEY,
            amount INTEGER NOT NULL,
            currency TEXT NOT NULL,
            instance TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('open', 'paid', 'unpaid')),
            created_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID""",
    )


@migrations()
def m002_sandbox_gives_back(db: Any) -> None:
    statements(
        db,
        """CREATE TABLE sandbox_repayments (
            key TEXT PRIMARY KEY,
            payment TEXT NOT NULL REFERENCES sandbox_payments (key),
            amount INTEGER NOT NULL CHECK (amount > 0),
            state TEXT NOT NULL CHECK (state IN ('succeeded', 'failed')),
            created_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX sandbox_repayments_payment ON sandbox_repayments (payment)",
    )
