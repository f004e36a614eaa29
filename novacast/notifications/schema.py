"""The table of mails. `context` is emptied once a mail is through or given up: it holds links that open accounts."""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("notifications")


@migrations()
def m001_mail(db: Any) -> None:
    statements(
        db,
        """CREATE TABLE mail (
            id TEXT PRIMARY KEY,
            person_id TEXT REFERENCES people (id),
            to_address TEXT NOT NULL,
            template TEXT NOT NULL,
            language TEXT NOT NULL,
            context TEXT NOT NULL CHECK (json_valid(context)),
            state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'failed')),
            attempts INTEGER NOT NULL DEFAULT 0,
            next_at INTEGER NOT NULL,
            error TEXT NOT NULL DEFAULT '',
            created_at INTEGER NOT NULL,
            ended_at INTEGER
        ) STRICT""",
        "CREATE INDEX mail_due ON mail (next_at) WHERE state IN ('queued', 'sending')",
        "CREATE INDEX mail_ended ON mail (ended_at) WHERE ended_at IS NOT NULL",
        "CREATE INDEX mail_person ON mail (person_id)",
        "CREATE INDEX mail_to ON mail (to_address)",
    )


@migrations()
def m002_patient(db: Any) -> None:
    """A patient mail is one of many that go out together: it waits for its turn, and never before one that somebody
    waits for."""
    statements(
        db,
        "ALTER TABLE mail ADD COLUMN patient INTEGER NOT NULL DEFAULT 0 CHECK (patient IN (0, 1))",
        "CREATE INDEX mail_patient ON mail (next_at) WHERE patient = 1 AND state IN ('queued', 'sending')",
        "CREATE TABLE mail_pace (one INTEGER PRIMARY KEY CHECK (one = 1), next_at INTEGER NOT NULL) STRICT",
        "INSERT INTO mail_pace VALUES (1, 0)",
    )
