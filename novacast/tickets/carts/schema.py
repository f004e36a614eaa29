"""Tables of what is collected."""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("tickets_carts")


@migrations()
def m001_carts(db: Any) -> None:
    """A cart is a browser's or an account's. `purchase_id`: what was bought last out of it. `ref`: a hold, the item of
    a video's offer, or a plan, which is another slice's."""
    statements(
        db,
        """CREATE TABLE carts (
            id TEXT PRIMARY KEY,
            browser TEXT,
            person_id TEXT,
            org_id TEXT NOT NULL,
            currency TEXT NOT NULL CHECK (length(currency) = 3),
            purchase_id TEXT,
            created_at INTEGER NOT NULL,
            changed_at INTEGER NOT NULL,
            CHECK ((browser IS NULL) <> (person_id IS NULL))
        ) STRICT""",
        "CREATE UNIQUE INDEX one_cart_of_browser ON carts (browser, org_id, currency) WHERE browser IS NOT NULL",
        "CREATE UNIQUE INDEX one_cart_of_person ON carts (person_id, org_id, currency) WHERE person_id IS NOT NULL",
        "CREATE INDEX carts_changed ON carts (changed_at)",
        """CREATE TABLE cart_lines (
            id TEXT PRIMARY KEY,
            cart_id TEXT NOT NULL REFERENCES carts (id) ON DELETE CASCADE,
            kind TEXT NOT NULL CHECK (kind IN ('hold', 'film', 'plan')),
            ref TEXT NOT NULL,
            media_id TEXT,
            price INTEGER NOT NULL CHECK (price >= 0),
            added_at INTEGER NOT NULL,
            CHECK ((kind = 'film') = (media_id IS NOT NULL)),
            UNIQUE (cart_id, kind, ref)
        ) STRICT""",
        "CREATE UNIQUE INDEX one_plan_a_cart ON cart_lines (cart_id) WHERE kind = 'plan'",
        "CREATE INDEX cart_lines_ref ON cart_lines (ref, kind)",
    )
