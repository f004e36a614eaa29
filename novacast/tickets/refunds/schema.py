"""Money on its way back. More than was captured can't be, and what is refunded of a payment is counted by triggers."""

from typing import Any

from novacast.database import Migrations, statements
from novacast.tickets.schema import frozen, legal, machine

migrations = Migrations("tickets_refunds")

_LIVE = "state NOT IN ('failed', 'cancelled')"
_GIVEN = "SELECT coalesce(sum(amount), 0) FROM refunds WHERE attempt_id = {attempt} AND state = 'succeeded'"


@migrations()
def m001_refunds(db: Any) -> None:
    """A payment goes back to what it was where a refund of it fails after all."""
    statements(
        db,
        """CREATE TABLE refunds (
            id TEXT PRIMARY KEY,
            order_id TEXT NOT NULL REFERENCES orders (id),
            org_id TEXT NOT NULL,
            attempt_id TEXT NOT NULL REFERENCES payment_attempts (id),
            cancellation_id TEXT REFERENCES cancellations (id),
            again_of TEXT UNIQUE REFERENCES refunds (id),
            why TEXT NOT NULL CHECK (why IN ('cancelled', 'surplus', 'late')),
            provider TEXT NOT NULL,
            key TEXT NOT NULL,
            amount INTEGER NOT NULL CHECK (amount > 0),
            currency TEXT NOT NULL CHECK (length(currency) = 3),
            reference TEXT,
            reason TEXT,
            person_id TEXT,
            tries INTEGER NOT NULL DEFAULT 0,
            due_at INTEGER NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('requested', 'submitted', 'pending', 'succeeded', 'failed',
                'cancelled')),
            created_at INTEGER NOT NULL,
            changed_at INTEGER NOT NULL,
            CHECK ((why = 'cancelled') = (cancellation_id IS NOT NULL))
        ) STRICT""",
        *machine(
            "refunds",
            "refund",
            "requested",
            "requested>submitted requested>cancelled submitted>pending submitted>succeeded submitted>failed "
            "submitted>cancelled pending>succeeded pending>failed pending>cancelled succeeded>failed",
        ),
        frozen(
            "refunds",
            "id",
            "order_id",
            "org_id",
            "attempt_id",
            "cancellation_id",
            "again_of",
            "why",
            "key",
            "amount",
            "currency",
            "created_at",
        ),
        "CREATE UNIQUE INDEX one_refund_per_key ON refunds (key)",
        "CREATE INDEX refunds_order ON refunds (order_id)",
        "CREATE INDEX refunds_attempt ON refunds (attempt_id)",
        "CREATE INDEX refunds_cancellation ON refunds (cancellation_id) WHERE cancellation_id IS NOT NULL",
        "CREATE INDEX refunds_org ON refunds (org_id, state, created_at, id)",
        "CREATE INDEX refunds_due ON refunds (due_at) WHERE state IN ('requested', 'submitted', 'pending')",
        "CREATE INDEX refunds_person ON refunds (person_id) WHERE person_id IS NOT NULL",
        """CREATE TRIGGER refunds_way BEFORE UPDATE OF provider ON refunds
        WHEN NEW.provider <> OLD.provider AND OLD.state <> 'requested'
        BEGIN SELECT RAISE(ABORT, 'refunds: it is on its way'); END""",
        f"""CREATE TRIGGER refunds_bounded BEFORE INSERT ON refunds BEGIN
            SELECT RAISE(ABORT, 'refunds: more than was captured') WHERE NOT EXISTS (
                SELECT 1 FROM payment_attempts a WHERE a.id = NEW.attempt_id AND a.order_id = NEW.order_id
                AND a.currency = NEW.currency AND a.captured >= NEW.amount +
                (SELECT coalesce(sum(amount), 0) FROM refunds WHERE attempt_id = a.id AND {_LIVE}));
            SELECT RAISE(ABORT, 'refunds: more than is owed') WHERE NEW.cancellation_id IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM cancellations c WHERE c.id = NEW.cancellation_id AND c.order_id = NEW.order_id
                AND c.back >= NEW.amount +
                (SELECT coalesce(sum(amount), 0) FROM refunds WHERE cancellation_id = c.id AND {_LIVE}));
            SELECT RAISE(ABORT, 'refunds: the one before it has not failed') WHERE NEW.again_of IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM refunds WHERE id = NEW.again_of AND state IN ('failed', 'cancelled')
                AND amount = NEW.amount AND attempt_id = NEW.attempt_id);
        END""",  # noqa: S608 - a text of ours
        f"""CREATE TRIGGER refunds_counted AFTER UPDATE OF state ON refunds
        WHEN (OLD.state = 'succeeded') <> (NEW.state = 'succeeded') BEGIN
            UPDATE payment_attempts SET refunded = ({_GIVEN.format(attempt="NEW.attempt_id")}),
            changed_at = NEW.changed_at WHERE id = NEW.attempt_id;
            UPDATE payment_attempts SET state = CASE refunded WHEN 0 THEN 'captured' WHEN captured THEN 'refunded'
            ELSE 'partially_refunded' END WHERE id = NEW.attempt_id AND state <> 'disputed';
        END""",  # noqa: S608 - a text of ours
        "DROP TRIGGER payment_attempts_moves",
        legal(
            "payment_attempts",
            "created>submitted created>failed created>cancelled submitted>requires_action submitted>processing "
            "submitted>captured submitted>failed submitted>cancelled requires_action>processing "
            "requires_action>captured requires_action>failed requires_action>cancelled processing>captured "
            "processing>failed processing>cancelled captured>partially_refunded captured>refunded captured>disputed "
            "partially_refunded>captured partially_refunded>refunded partially_refunded>disputed refunded>captured "
            "refunded>partially_refunded refunded>disputed disputed>captured disputed>partially_refunded "
            "disputed>refunded",
        ),
        "DROP TRIGGER payment_attempts_keep_money",
        """CREATE TRIGGER payment_attempts_keep_money BEFORE UPDATE OF captured ON payment_attempts
        WHEN NEW.captured < OLD.captured
        BEGIN SELECT RAISE(ABORT, 'payment_attempts: money does not vanish'); END""",
        f"""CREATE TRIGGER payment_attempts_refunded BEFORE UPDATE OF refunded ON payment_attempts
        WHEN NEW.refunded <> ({_GIVEN.format(attempt="NEW.id")})
        BEGIN SELECT RAISE(ABORT, 'payment_attempts: so much was not given back'); END""",
        """CREATE TRIGGER payment_attempts_fresh BEFORE INSERT ON payment_attempts
        WHEN NEW.captured <> 0 OR NEW.refunded <> 0
        BEGIN SELECT RAISE(ABORT, 'payment_attempts: must begin without money'); END""",
        """CREATE TRIGGER cancellations_bounded BEFORE INSERT ON cancellations
        WHEN NEW.back + (SELECT coalesce(sum(back), 0) FROM cancellations WHERE order_id = NEW.order_id)
        > (SELECT total FROM orders WHERE id = NEW.order_id)
        BEGIN SELECT RAISE(ABORT, 'cancellations: more than the order cost'); END""",
    )


@migrations()
def m002_runs(db: Any) -> None:
    """Performances of which everything is given back; and whether what was sold before there was a ledger is in it."""
    statements(
        db,
        """CREATE TABLE refund_runs (
            perf_id TEXT PRIMARY KEY REFERENCES performances (id),
            org_id TEXT NOT NULL,
            person_id TEXT,
            begun_at INTEGER NOT NULL,
            done_at INTEGER
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX refund_runs_open ON refund_runs (begun_at) WHERE done_at IS NULL",
        "CREATE TABLE books_filled (id INTEGER PRIMARY KEY CHECK (id = 1), at INTEGER NOT NULL) STRICT",
    )


@migrations()
def m003_seats_of_what_is_left(db: Any) -> None:
    """What is left of an order of which something was given back gets other seats, as that of any paid one."""
    statements(
        db,
        "DROP TRIGGER claims_paid",
        """CREATE TRIGGER claims_paid BEFORE UPDATE OF state ON claims WHEN NEW.state = 'sold'
        AND NOT EXISTS (SELECT 1 FROM orders WHERE id = NEW.order_id AND state IN ('paid', 'partially_refunded'))
        BEGIN SELECT RAISE(ABORT, 'claims: the order is not paid'); END""",
    )
