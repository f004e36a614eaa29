"""The book of what operators did. Nothing in it refers to a row: it outlives what it is about."""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("operations_audit")


@migrations()
def m001_audit(db: Any) -> None:
    """A deed without an outcome is one whose server ended before it was answered. `chain` is the digest of the line and
    of the `chain` before it: whoever changes a line with another program breaks all that follow."""
    statements(
        db,
        """CREATE TABLE audit_deeds (
            n INTEGER PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,
            actor TEXT NOT NULL CHECK (actor <> ''),
            name TEXT NOT NULL,
            address TEXT NOT NULL,
            action TEXT NOT NULL CHECK (action <> ''),
            subject TEXT NOT NULL CHECK (json_valid(subject)),
            details TEXT NOT NULL CHECK (json_valid(details)),
            request_id TEXT NOT NULL,
            chain BLOB NOT NULL
        ) STRICT""",
        "CREATE INDEX audit_deeds_actor ON audit_deeds (actor, n)",
        "CREATE INDEX audit_deeds_at ON audit_deeds (at)",
        """CREATE TABLE audit_outcomes (
            n INTEGER PRIMARY KEY REFERENCES audit_deeds (n),
            at INTEGER NOT NULL,
            status INTEGER NOT NULL
        ) STRICT""",
        *_appended("audit_deeds"),
        *_appended("audit_outcomes"),
    )


def _appended(table: str) -> tuple[str, ...]:
    refused = f"BEGIN SELECT RAISE(ABORT, '{table}: what is written stays'); END"
    return tuple(
        f"CREATE TRIGGER {table}_no_{what} BEFORE {what} ON {table} {refused}" for what in ("update", "delete")
    )
