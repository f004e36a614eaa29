"""The table of the entries that one movement on an account is made of."""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("payments_payout_parts")


@migrations()
def m001_parts(db: Any) -> None:
    """`source` is that of the movement, `part` one of the ledger's."""
    statements(
        db,
        """CREATE TABLE payout_parts (
            provider TEXT NOT NULL,
            source TEXT NOT NULL,
            part TEXT NOT NULL,
            PRIMARY KEY (provider, source, part)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX payout_parts_part ON payout_parts (part)",
    )
