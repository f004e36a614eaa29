"""Tables of tickets, the keys that sign them, and who was let in where."""

from typing import Any

from novacast.database import Migrations, statements
from novacast.tickets.schema import append_only, frozen, machine

migrations = Migrations("tickets_admission")


@migrations()
def m001_tickets(db: Any) -> None:
    """`ordinal` counts the units sold of a performance, and is that of all tickets made for one claim."""
    statements(
        db,
        """CREATE TABLE tickets (
            id TEXT PRIMARY KEY,
            claim_id TEXT NOT NULL REFERENCES claims (id),
            order_id TEXT NOT NULL REFERENCES orders (id),
            org_id TEXT NOT NULL,
            perf_id TEXT NOT NULL,
            item_id TEXT NOT NULL,
            person_id TEXT,
            name TEXT NOT NULL,
            ordinal INTEGER NOT NULL CHECK (ordinal BETWEEN 1 AND 16777215),
            serial INTEGER NOT NULL CHECK (serial BETWEEN 1 AND 65535),
            test INTEGER NOT NULL CHECK (test IN (0, 1)),
            state TEXT NOT NULL CHECK (state IN ('valid', 'reissued', 'void')),
            created_at INTEGER NOT NULL,
            changed_at INTEGER NOT NULL,
            UNIQUE (perf_id, ordinal, serial),
            UNIQUE (claim_id, serial)
        ) STRICT""",
        *machine("tickets", "ticket", "valid", "valid>reissued valid>void"),
        frozen("tickets", "id", "claim_id", "order_id", "org_id", "perf_id", "item_id", "ordinal", "serial", "test"),
        "CREATE UNIQUE INDEX one_live_ticket ON tickets (claim_id) WHERE state = 'valid'",
        "CREATE INDEX tickets_order ON tickets (order_id)",
        "CREATE INDEX tickets_person ON tickets (person_id, perf_id) WHERE person_id IS NOT NULL",
        """CREATE TRIGGER tickets_sold BEFORE INSERT ON tickets WHEN NOT EXISTS (
            SELECT 1 FROM claims WHERE id = NEW.claim_id AND state = 'sold' AND order_id = NEW.order_id
            AND perf_id = NEW.perf_id AND item_id = NEW.item_id)
        BEGIN SELECT RAISE(ABORT, 'tickets: what it is for is not sold'); END""",
        """CREATE TRIGGER claims_ticketed BEFORE UPDATE OF state ON claims WHEN NEW.state = 'released'
        AND EXISTS (SELECT 1 FROM tickets WHERE claim_id = OLD.id AND state = 'valid')
        BEGIN SELECT RAISE(ABORT, 'claims: its ticket is still valid'); END""",
        """CREATE TABLE ticket_keys (
            id INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 4294967295),
            org_id TEXT NOT NULL,
            public BLOB NOT NULL CHECK (length(public) = 32),
            sealed BLOB NOT NULL,
            created_at INTEGER NOT NULL,
            retired_at INTEGER
        ) STRICT""",
        "CREATE UNIQUE INDEX ticket_keys_signing ON ticket_keys (org_id) WHERE retired_at IS NULL",
    )


@migrations()
def m002_checkins(db: Any) -> None:
    """An entry is open until an exit closes it. `forced`: somebody let them in although the list said no."""
    statements(
        db,
        """CREATE TABLE checkin_lists (
            id TEXT PRIMARY KEY,
            org_id TEXT NOT NULL,
            perf_id TEXT NOT NULL REFERENCES performances (id),
            name TEXT NOT NULL CHECK (name <> ''),
            items TEXT NOT NULL CHECK (json_valid(items)),
            reentry INTEGER NOT NULL CHECK (reentry IN (0, 1)),
            opens_at INTEGER,
            closes_at INTEGER,
            created_at INTEGER NOT NULL
        ) STRICT""",
        "CREATE INDEX checkin_lists_perf ON checkin_lists (perf_id, created_at, id)",
        """CREATE TABLE checkins (
            id TEXT PRIMARY KEY,
            ticket_id TEXT NOT NULL REFERENCES tickets (id),
            list_id TEXT NOT NULL REFERENCES checkin_lists (id),
            kind TEXT NOT NULL CHECK (kind IN ('entry', 'exit')),
            open INTEGER NOT NULL CHECK (open IN (0, 1)),
            forced INTEGER NOT NULL CHECK (forced IN (0, 1)),
            gate TEXT NOT NULL,
            person_id TEXT,
            at INTEGER NOT NULL,
            CHECK (kind = 'entry' OR open = 0)
        ) STRICT""",
        "CREATE UNIQUE INDEX one_entry ON checkins (ticket_id, list_id) "
        "WHERE kind = 'entry' AND open = 1 AND forced = 0",
        "CREATE INDEX checkins_list ON checkins (list_id, at, id)",
        "CREATE INDEX checkins_ticket ON checkins (ticket_id, list_id, at)",
        "CREATE INDEX checkins_person ON checkins (person_id)",
        frozen("checkins", "id", "ticket_id", "list_id", "kind", "forced", "gate", "at"),
        append_only("checkins")[1],
        """CREATE TRIGGER checkins_closed BEFORE UPDATE OF open ON checkins WHEN NEW.open > OLD.open
        BEGIN SELECT RAISE(ABORT, 'checkins: an entry that is over stays over'); END""",
        """CREATE TRIGGER checkins_valid BEFORE INSERT ON checkins WHEN NEW.kind = 'entry' AND NEW.forced = 0
        AND NOT EXISTS (
            SELECT 1 FROM tickets t JOIN checkin_lists l ON l.id = NEW.list_id
            WHERE t.id = NEW.ticket_id AND t.state = 'valid' AND t.perf_id = l.perf_id)
        BEGIN SELECT RAISE(ABORT, 'checkins: this ticket does not open this list'); END""",
    )
