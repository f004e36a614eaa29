"""The table of inquiries. Nothing in the books follows from one."""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("payments.inquiries")

_MOVES = "asked>answered asked>closed asked>disputed answered>asked answered>closed answered>disputed closed>disputed"
_LISTED = " OR ".join("(OLD.state = '{}' AND NEW.state = '{}')".format(*one.split(">")) for one in _MOVES.split())


@migrations()
def m001_inquiries(db: Any) -> None:
    """An order, or a membership. What became a dispute is one by its own row."""
    statements(
        db,
        """CREATE TABLE payment_inquiries (
            id TEXT PRIMARY KEY,
            org_id TEXT NOT NULL,
            provider TEXT NOT NULL,
            reference TEXT NOT NULL,
            order_id TEXT,
            subscription_id TEXT,
            code TEXT NOT NULL,
            amount INTEGER NOT NULL CHECK (amount > 0),
            currency TEXT NOT NULL CHECK (length(currency) = 3),
            reason TEXT NOT NULL,
            due_at INTEGER,
            state TEXT NOT NULL CHECK (state IN ('asked', 'answered', 'closed', 'disputed')),
            created_at INTEGER NOT NULL,
            changed_at INTEGER NOT NULL,
            CHECK ((order_id IS NULL) <> (subscription_id IS NULL))
        ) STRICT""",
        "CREATE UNIQUE INDEX payment_inquiries_one ON payment_inquiries (provider, reference)",
        "CREATE INDEX payment_inquiries_org ON payment_inquiries (org_id, created_at, id)",
        "CREATE INDEX payment_inquiries_order ON payment_inquiries (order_id) WHERE order_id IS NOT NULL",
        """CREATE INDEX payment_inquiries_subscription ON payment_inquiries (subscription_id)
            WHERE subscription_id IS NOT NULL""",
        """CREATE TRIGGER payment_inquiries_initial BEFORE INSERT ON payment_inquiries WHEN NEW.state <> 'asked'
            BEGIN SELECT RAISE(ABORT, 'payment_inquiries: must begin asked'); END""",
        f"""CREATE TRIGGER payment_inquiries_moves BEFORE UPDATE OF state ON payment_inquiries
            WHEN OLD.state <> NEW.state AND NOT ({_LISTED})
            BEGIN SELECT RAISE(ABORT, 'payment_inquiries: no such move'); END""",
        """CREATE TRIGGER payment_inquiries_frozen BEFORE UPDATE ON payment_inquiries
            WHEN (OLD.id, OLD.org_id, OLD.provider, OLD.reference, OLD.order_id, OLD.subscription_id, OLD.amount,
                OLD.currency) IS NOT (NEW.id, NEW.org_id, NEW.provider, NEW.reference, NEW.order_id,
                NEW.subscription_id, NEW.amount, NEW.currency)
            BEGIN SELECT RAISE(ABORT, 'payment_inquiries: this column never changes'); END""",
        """CREATE TRIGGER payment_inquiries_kept BEFORE DELETE ON payment_inquiries
            BEGIN SELECT RAISE(ABORT, 'payment_inquiries: never deleted'); END""",
    )
