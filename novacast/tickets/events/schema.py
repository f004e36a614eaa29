"""Columns that bound what one order and one person may have, and windows in which a kind of ticket is sold."""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("tickets_items")


@migrations()
def m001_bounds(db: Any) -> None:
    """`hidden`: nobody is shown it but whoever brings a code that opens it."""
    statements(
        db,
        "ALTER TABLE performances ADD COLUMN least_per_order INTEGER NOT NULL DEFAULT 1 CHECK (least_per_order > 0)",
        "ALTER TABLE performances ADD COLUMN most_per_order INTEGER CHECK (most_per_order >= least_per_order)",
        "ALTER TABLE items ADD COLUMN least INTEGER NOT NULL DEFAULT 1 CHECK (least > 0 AND least <= most)",
        "ALTER TABLE items ADD COLUMN most_per_person INTEGER CHECK (most_per_person > 0)",
        "ALTER TABLE items ADD COLUMN sale_from INTEGER",
        "ALTER TABLE items ADD COLUMN sale_until INTEGER "
        "CHECK (sale_until IS NULL OR sale_from IS NULL OR sale_until > sale_from)",
        "ALTER TABLE items ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0 CHECK (hidden IN (0, 1))",
    )
