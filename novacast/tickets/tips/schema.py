"""Tables of tips: what a house allows, and what was given with which words."""

from typing import Any

from novacast.database import Migrations, statements
from novacast.tickets.schema import frozen

migrations = Migrations("tickets_tips")


@migrations()
def m001_tips(db: Any) -> None:
    """`message_id`: of what stands in the room since it is paid. `name`: as it was when they gave. `at`: the media's
    own time, microseconds. `said`: it stands in the room, or did; `shown`: its amount does."""
    statements(
        db,
        """CREATE TABLE tip_rules (
            org_id TEXT PRIMARY KEY,
            enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
            currency TEXT NOT NULL CHECK (length(currency) = 3),
            least INTEGER NOT NULL CHECK (least > 0),
            most INTEGER NOT NULL CHECK (most >= least),
            suggestions TEXT NOT NULL CHECK (json_valid(suggestions)),
            tax_bp INTEGER NOT NULL CHECK (tax_bp BETWEEN 0 AND 10000),
            changed_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID""",
        """CREATE TABLE tips (
            id TEXT PRIMARY KEY,
            media_id TEXT NOT NULL,
            org_id TEXT NOT NULL,
            order_id TEXT NOT NULL UNIQUE REFERENCES orders (id),
            person_id TEXT,
            name TEXT NOT NULL,
            message_id TEXT UNIQUE,
            words TEXT NOT NULL,
            at INTEGER,
            amount INTEGER NOT NULL CHECK (amount > 0),
            currency TEXT NOT NULL CHECK (length(currency) = 3),
            said INTEGER NOT NULL DEFAULT 0 CHECK (said IN (0, 1)),
            shown INTEGER NOT NULL DEFAULT 0 CHECK (shown IN (0, 1)),
            created_at INTEGER NOT NULL
        ) STRICT""",
        frozen("tips", "id", "media_id", "org_id", "order_id", "at", "amount", "currency"),
        "CREATE INDEX tips_media ON tips (media_id, created_at, id)",
        "CREATE INDEX tips_person ON tips (person_id, created_at) WHERE person_id IS NOT NULL",
        "CREATE INDEX tips_org ON tips (org_id, created_at, id)",
    )
