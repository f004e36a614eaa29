"""SQL of what a movement is made of."""

from novacast.database import Transaction
from novacast.money import Entry


def add(tx: Transaction, provider: str, entry: Entry) -> None:
    """Once, however often."""
    for part in entry.parts:
        tx.run("INSERT INTO payout_parts VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (provider, entry.source, part))


SOURCES = (
    "SELECT m.source UNION ALL SELECT part FROM payout_parts p WHERE p.provider = m.provider AND p.source = m.source"
)
"""Under which the ledger has a movement `m`."""
NO_PART = "NOT EXISTS (SELECT 1 FROM payout_parts WHERE part = l.source)"
"""An entry `l` that is of no movement with others."""
