"""The table of incidents. None is ever deleted: that somebody looked at it is written beside it."""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("payments_incidents")


@migrations()
def m001_incidents(db: Any) -> None:
    statements(
        db,
        """CREATE TABLE payment_incidents (
            id INTEGER PRIMARY KEY,
            org_id TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind <> ''),
            subject TEXT NOT NULL,
            code TEXT NOT NULL,
            detail TEXT NOT NULL,
            at INTEGER NOT NULL,
            done_at INTEGER,
            person_id TEXT,
            note TEXT NOT NULL DEFAULT ''
        ) STRICT""",
        "CREATE INDEX payment_incidents_org ON payment_incidents (org_id, at, id)",
        "CREATE INDEX payment_incidents_open ON payment_incidents (org_id, at, id) WHERE done_at IS NULL",
        "CREATE INDEX payment_incidents_person ON payment_incidents (person_id) WHERE person_id IS NOT NULL",
        """CREATE TRIGGER payment_incidents_frozen BEFORE UPDATE ON payment_incidents
        WHEN OLD.id IS NOT NEW.id OR OLD.org_id IS NOT NEW.org_id OR OLD.kind IS NOT NEW.kind
            OR OLD.subject IS NOT NEW.subject OR OLD.detail IS NOT NEW.detail OR OLD.at IS NOT NEW.at
            OR (OLD.done_at IS NOT NULL AND OLD.done_at IS NOT NEW.done_at)
        BEGIN SELECT RAISE(ABORT, 'payment_incidents: what happened never changes'); END""",
        """CREATE TRIGGER payment_incidents_kept BEFORE DELETE ON payment_incidents
        BEGIN SELECT RAISE(ABORT, 'payment_incidents: are never deleted'); END""",
    )
