"""Invoices. Each series counts from 1 without a gap, for an organization and a year; the schema knows the next number,
and takes no other. Nothing of a row ever changes: what was wrong is taken back by another document."""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("payments_invoices")


@migrations()
def m001_invoices(db: Any) -> None:
    """Test mode counts in series of its own. A rolled back transaction leaves no gap, for numbers are those of rows."""
    statements(
        db,
        """CREATE TABLE invoice_sellers (
            org_id TEXT PRIMARY KEY,
            name TEXT NOT NULL CHECK (name <> ''),
            address TEXT NOT NULL CHECK (address <> ''),
            number TEXT NOT NULL CHECK (number <> ''),
            prefix TEXT NOT NULL,
            note TEXT NOT NULL
        ) STRICT, WITHOUT ROWID""",
        """CREATE TABLE invoices (
            id TEXT PRIMARY KEY,
            org_id TEXT NOT NULL,
            test INTEGER NOT NULL CHECK (test IN (0, 1)),
            kind TEXT NOT NULL CHECK (kind IN ('invoice', 'credit_note')),
            year INTEGER NOT NULL CHECK (year BETWEEN 2000 AND 9999),
            number INTEGER NOT NULL CHECK (number > 0),
            source TEXT NOT NULL,
            corrects TEXT REFERENCES invoices (id),
            order_id TEXT NOT NULL,
            currency TEXT NOT NULL CHECK (length(currency) = 3),
            total INTEGER NOT NULL CHECK (total > 0),
            at INTEGER NOT NULL,
            body TEXT NOT NULL CHECK (json_valid(body)),
            CHECK ((kind = 'credit_note') = (corrects IS NOT NULL))
        ) STRICT""",
        "CREATE UNIQUE INDEX one_invoice_number ON invoices (org_id, test, kind, year, number)",
        "CREATE UNIQUE INDEX one_invoice_of ON invoices (kind, source)",
        "CREATE INDEX invoices_order ON invoices (order_id)",
        "CREATE INDEX invoices_corrects ON invoices (corrects) WHERE corrects IS NOT NULL",
        "CREATE INDEX invoices_org ON invoices (org_id, at, id)",
        """CREATE TRIGGER invoices_next BEFORE INSERT ON invoices BEGIN
            SELECT RAISE(ABORT, 'invoices: the next one has the next number') WHERE NEW.number <> 1 + (
                SELECT coalesce(max(number), 0) FROM invoices WHERE org_id = NEW.org_id AND test = NEW.test
                AND kind = NEW.kind AND year = NEW.year);
            SELECT RAISE(ABORT, 'invoices: no later number has an earlier date') WHERE EXISTS (
                SELECT 1 FROM invoices WHERE org_id = NEW.org_id AND test = NEW.test AND kind = NEW.kind
                AND (year > NEW.year OR at > NEW.at));
            SELECT RAISE(ABORT, 'invoices: more is taken back than was charged') WHERE NEW.corrects IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM invoices i WHERE i.id = NEW.corrects AND i.kind = 'invoice'
                AND i.org_id = NEW.org_id AND i.test = NEW.test AND i.currency = NEW.currency
                AND i.total >= NEW.total + (SELECT coalesce(sum(total), 0) FROM invoices WHERE corrects = i.id));
        END""",
        """CREATE TRIGGER invoices_unchanged BEFORE UPDATE ON invoices
        BEGIN SELECT RAISE(ABORT, 'invoices: are never edited'); END""",
        """CREATE TRIGGER invoices_undeleted BEFORE DELETE ON invoices
        BEGIN SELECT RAISE(ABORT, 'invoices: are never deleted'); END""",
    )
