"""That the box office is shut, and the payments that a restored database does not know."""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("tickets_reopening")


@migrations()
def m001_shut(db: Any) -> None:
    """`since`: the instant that the restored database shows. `proved_at`: when all payments since then were gone
    through; from there on a person decides, where some are strays."""
    statements(
        db,
        """CREATE TABLE sales_shut (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            reason TEXT NOT NULL CHECK (reason IN ('restored', 'hand')),
            at INTEGER NOT NULL,
            since INTEGER NOT NULL,
            proved_at INTEGER
        ) STRICT""",
        """CREATE TABLE stray_payments (
            provider TEXT NOT NULL,
            key TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('paid', 'processing')),
            amount INTEGER NOT NULL,
            currency TEXT NOT NULL,
            reference TEXT NOT NULL,
            begun_at INTEGER NOT NULL,
            PRIMARY KEY (provider, key)
        ) STRICT, WITHOUT ROWID""",
    )


@migrations()
def m002_movers(db: Any) -> None:
    """Whoever outside could have moved money, whether or not they had by the time of a backup; and `by_hand`: somebody
    shut it as well, and only somebody opens it."""
    statements(
        db,
        "CREATE TABLE sales_movers (provider TEXT PRIMARY KEY, since INTEGER NOT NULL) STRICT, WITHOUT ROWID",
        "ALTER TABLE sales_shut ADD COLUMN by_hand INTEGER NOT NULL DEFAULT 0 CHECK (by_hand IN (0, 1))",
        "UPDATE sales_shut SET by_hand = 1 WHERE reason = 'hand'",
    )
