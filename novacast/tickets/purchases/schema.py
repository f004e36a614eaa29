"""Tables of what is bought together. A joint payment is whole before anybody outside hears of it, and never changes."""

from typing import Any

from novacast.database import Migrations, statements
from novacast.tickets.schema import append_only, frozen

migrations = Migrations("tickets_purchases")


@migrations()
def m001_purchases(db: Any) -> None:
    """`wanted` says what it was made of, so that the same wish finds it again. A joint payment is `sealed` once its
    shares are there, and what is `beside` them: the membership's part."""
    statements(
        db,
        """CREATE TABLE purchases (
            id TEXT PRIMARY KEY,
            code TEXT NOT NULL UNIQUE,
            org_id TEXT NOT NULL,
            person_id TEXT,
            email_key TEXT NOT NULL,
            method TEXT NOT NULL,
            total INTEGER NOT NULL CHECK (total >= 0),
            currency TEXT NOT NULL CHECK (length(currency) = 3),
            test INTEGER NOT NULL CHECK (test IN (0, 1)),
            subscription_id TEXT UNIQUE,
            wanted TEXT NOT NULL,
            created_at INTEGER NOT NULL
        ) STRICT""",
        frozen("purchases", "id", "code", "org_id", "method", "total", "currency", "test", "subscription_id"),
        """CREATE TRIGGER purchases_kept BEFORE DELETE ON purchases
        BEGIN SELECT RAISE(ABORT, 'purchases: rows are never deleted'); END""",
        "CREATE INDEX purchases_org ON purchases (org_id, created_at, id)",
        "CREATE INDEX purchases_person ON purchases (person_id) WHERE person_id IS NOT NULL",
        "CREATE INDEX purchases_wanted ON purchases (wanted) WHERE wanted <> ''",
        """CREATE TABLE purchase_orders (
            order_id TEXT PRIMARY KEY REFERENCES orders (id),
            purchase_id TEXT NOT NULL REFERENCES purchases (id),
            place INTEGER NOT NULL,
            UNIQUE (purchase_id, place)
        ) STRICT, WITHOUT ROWID""",
        *append_only("purchase_orders"),
        """CREATE TRIGGER purchase_orders_alike BEFORE INSERT ON purchase_orders WHEN NOT EXISTS (
            SELECT 1 FROM purchases p JOIN orders o ON o.id = NEW.order_id WHERE p.id = NEW.purchase_id
            AND (o.org_id, o.currency, o.test) = (p.org_id, p.currency, p.test))
        BEGIN SELECT RAISE(ABORT, 'purchase_orders: of another house, currency or mode'); END""",
        """CREATE TABLE joint_payments (
            key TEXT PRIMARY KEY,
            purchase_id TEXT NOT NULL REFERENCES purchases (id),
            number INTEGER NOT NULL CHECK (number > 0),
            provider TEXT NOT NULL,
            mode TEXT NOT NULL CHECK (mode IN ('live', 'test')),
            instance TEXT NOT NULL,
            amount INTEGER NOT NULL CHECK (amount >= 0),
            beside INTEGER NOT NULL CHECK (beside BETWEEN 0 AND amount),
            currency TEXT NOT NULL CHECK (length(currency) = 3),
            what TEXT NOT NULL,
            back TEXT NOT NULL,
            until INTEGER NOT NULL,
            sealed INTEGER NOT NULL DEFAULT 0 CHECK (sealed IN (0, 1)),
            created_at INTEGER NOT NULL,
            UNIQUE (purchase_id, number)
        ) STRICT""",
        frozen(
            "joint_payments",
            "key",
            "purchase_id",
            "number",
            "provider",
            "mode",
            "instance",
            "amount",
            "beside",
            "currency",
            "what",
            "back",
            "until",
        ),
        """CREATE TRIGGER joint_payments_kept BEFORE DELETE ON joint_payments
        BEGIN SELECT RAISE(ABORT, 'joint_payments: rows are never deleted'); END""",
        """CREATE TRIGGER joint_payments_fresh BEFORE INSERT ON joint_payments WHEN NEW.sealed <> 0
        BEGIN SELECT RAISE(ABORT, 'joint_payments: must begin without shares'); END""",
        """CREATE TABLE payment_shares (
            attempt_key TEXT PRIMARY KEY REFERENCES payment_attempts (key),
            joint_key TEXT NOT NULL REFERENCES joint_payments (key),
            amount INTEGER NOT NULL CHECK (amount >= 0)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX payment_shares_joint ON payment_shares (joint_key)",
        *append_only("payment_shares"),
        """CREATE TRIGGER payment_shares_open BEFORE INSERT ON payment_shares
        WHEN (SELECT sealed FROM joint_payments WHERE key = NEW.joint_key) <> 0
        BEGIN SELECT RAISE(ABORT, 'payment_shares: the payment is divided already'); END""",
        """CREATE TRIGGER payment_shares_alike BEFORE INSERT ON payment_shares WHEN NOT EXISTS (
            SELECT 1 FROM payment_attempts a JOIN joint_payments j ON j.key = NEW.joint_key
            JOIN purchase_orders o ON o.order_id = a.order_id AND o.purchase_id = j.purchase_id
            WHERE a.key = NEW.attempt_key AND a.amount = NEW.amount AND (a.provider, a.mode, a.instance, a.currency) =
            (j.provider, j.mode, j.instance, j.currency))
        BEGIN SELECT RAISE(ABORT, 'payment_shares: no part of this payment'); END""",
        """CREATE TRIGGER joint_payments_whole BEFORE UPDATE OF sealed ON joint_payments
        WHEN NEW.sealed = 0 OR NEW.amount <> NEW.beside +
        (SELECT coalesce(sum(amount), 0) FROM payment_shares WHERE joint_key = NEW.key)
        BEGIN SELECT RAISE(ABORT, 'joint_payments: the shares are not the whole'); END""",
    )
