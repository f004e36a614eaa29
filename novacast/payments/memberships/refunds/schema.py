"""The table of what was given back of memberships, and not by us."""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("payments.memberships_refunds")


@migrations()
def m001_elsewhere(db: Any) -> None:
    """So that each is told once, however many events are about it."""
    statements(
        db,
        """CREATE TABLE subscription_refunds_elsewhere (
            provider TEXT NOT NULL,
            reference TEXT NOT NULL,
            charge_id TEXT NOT NULL REFERENCES subscription_charges (id),
            amount INTEGER NOT NULL,
            at INTEGER NOT NULL,
            PRIMARY KEY (provider, reference)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX subscription_refunds_elsewhere_of ON subscription_refunds_elsewhere (charge_id)",
    )
