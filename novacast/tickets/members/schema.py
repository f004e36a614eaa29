"""What a membership took off a price, frozen with the claim."""

from typing import Any

from novacast.database import Migrations, statements
from novacast.tickets.schema import append_only

migrations = Migrations("tickets_members")


@migrations()
def m001_prices(db: Any) -> None:
    """What a unit costs is the claim's `price`. It would be so much more without a membership, whose name is `tier`."""
    statements(
        db,
        """CREATE TABLE member_prices (
            claim_id TEXT PRIMARY KEY REFERENCES claims (id),
            off INTEGER NOT NULL CHECK (off > 0),
            tier TEXT NOT NULL
        ) STRICT, WITHOUT ROWID""",
        *append_only("member_prices"),
        """CREATE TABLE member_limits (
            perf_id TEXT PRIMARY KEY REFERENCES performances (id),
            most INTEGER NOT NULL CHECK (most >= 0)
        ) STRICT, WITHOUT ROWID""",
    )
