"""Tables of the door: what a list asks for, devices, everything that was scanned, and what went wrong meanwhile."""

from typing import Any

from novacast.database import Migrations, statements
from novacast.tickets.schema import append_only, frozen

migrations = Migrations("tickets_door")


@migrations()
def m001_door(db: Any) -> None:
    """`door_scans` has a row for each scan under the scanner's own id, also for those that were refused. `door_counts`
    is moved by triggers alone, so that a gate's numbers cost one row to read."""
    statements(
        db,
        "ALTER TABLE checkin_lists ADD COLUMN gates TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(gates))",
        "ALTER TABLE checkin_lists ADD COLUMN categories TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(categories))",
        "ALTER TABLE checkin_lists ADD COLUMN exits INTEGER NOT NULL DEFAULT 1 CHECK (exits IN (0, 1))",
        """CREATE TABLE door_devices (
            id TEXT PRIMARY KEY,
            org_id TEXT NOT NULL,
            perf_id TEXT NOT NULL REFERENCES performances (id),
            list_id TEXT NOT NULL REFERENCES checkin_lists (id),
            name TEXT NOT NULL CHECK (name <> ''),
            gate TEXT NOT NULL,
            code BLOB UNIQUE,
            code_until INTEGER NOT NULL,
            token BLOB UNIQUE,
            about TEXT NOT NULL DEFAULT '',
            person_id TEXT,
            until INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            paired_at INTEGER,
            seen_at INTEGER,
            revoked_at INTEGER,
            CHECK ((token IS NULL) = (paired_at IS NULL)),
            CHECK (code IS NULL OR token IS NULL)
        ) STRICT""",
        "CREATE INDEX door_devices_perf ON door_devices (perf_id, created_at)",
        "CREATE INDEX door_devices_person ON door_devices (person_id)",
        frozen("door_devices", "id", "org_id", "perf_id", "list_id", "until", "created_at"),
        """CREATE TRIGGER door_devices_paired BEFORE UPDATE OF token ON door_devices
        WHEN OLD.token IS NOT NULL AND OLD.token IS NOT NEW.token
        BEGIN SELECT RAISE(ABORT, 'door_devices: it is paired once'); END""",
        """CREATE TRIGGER door_devices_revoked BEFORE UPDATE OF revoked_at ON door_devices
        WHEN OLD.revoked_at IS NOT NULL AND OLD.revoked_at IS NOT NEW.revoked_at
        BEGIN SELECT RAISE(ABORT, 'door_devices: what is revoked stays revoked'); END""",
        append_only("door_devices")[1],
        """CREATE TABLE door_scans (
            list_id TEXT NOT NULL REFERENCES checkin_lists (id),
            id TEXT NOT NULL CHECK (length(id) BETWEEN 1 AND 64),
            ticket_id TEXT REFERENCES tickets (id),
            device_id TEXT REFERENCES door_devices (id),
            person_id TEXT,
            gate TEXT NOT NULL,
            leaving INTEGER NOT NULL CHECK (leaving IN (0, 1)),
            offline INTEGER NOT NULL CHECK (offline IN (0, 1)),
            verdict TEXT NOT NULL,
            before_id TEXT REFERENCES checkins (id),
            checkin_id TEXT REFERENCES checkins (id),
            device_at INTEGER,
            scanned_at INTEGER NOT NULL,
            at INTEGER NOT NULL,
            PRIMARY KEY (list_id, id)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX door_scans_ticket ON door_scans (ticket_id)",
        "CREATE INDEX door_scans_person ON door_scans (person_id) WHERE person_id IS NOT NULL",
        frozen(
            "door_scans",
            "list_id",
            "id",
            "ticket_id",
            "device_id",
            "gate",
            "leaving",
            "offline",
            "verdict",
            "before_id",
            "checkin_id",
            "device_at",
            "scanned_at",
            "at",
        ),
        append_only("door_scans")[1],
        """CREATE TABLE door_incidents (
            id TEXT PRIMARY KEY,
            org_id TEXT NOT NULL,
            list_id TEXT NOT NULL,
            ticket_id TEXT REFERENCES tickets (id),
            scan_id TEXT NOT NULL,
            verdict TEXT NOT NULL,
            gate TEXT NOT NULL,
            at INTEGER NOT NULL,
            other_gate TEXT,
            other_at INTEGER,
            device_id TEXT REFERENCES door_devices (id),
            created_at INTEGER NOT NULL,
            settled_at INTEGER,
            settled_by TEXT,
            UNIQUE (list_id, scan_id),
            FOREIGN KEY (list_id, scan_id) REFERENCES door_scans (list_id, id)
        ) STRICT""",
        "CREATE INDEX door_incidents_list ON door_incidents (list_id, created_at, id)",
        frozen(
            "door_incidents",
            "id",
            "list_id",
            "ticket_id",
            "scan_id",
            "verdict",
            "gate",
            "at",
            "other_gate",
            "other_at",
            "device_id",
        ),
        append_only("door_incidents")[1],
        """CREATE TABLE door_notes (
            perf_id TEXT NOT NULL REFERENCES performances (id),
            ordinal INTEGER NOT NULL,
            note TEXT NOT NULL CHECK (note <> ''),
            PRIMARY KEY (perf_id, ordinal)
        ) STRICT, WITHOUT ROWID""",
        """CREATE TABLE door_counts (
            list_id TEXT NOT NULL REFERENCES checkin_lists (id),
            gate TEXT NOT NULL,
            entries INTEGER NOT NULL DEFAULT 0 CHECK (entries >= 0),
            exits INTEGER NOT NULL DEFAULT 0 CHECK (exits >= 0),
            refused INTEGER NOT NULL DEFAULT 0 CHECK (refused >= 0),
            inside INTEGER NOT NULL DEFAULT 0 CHECK (inside >= 0),
            PRIMARY KEY (list_id, gate)
        ) STRICT, WITHOUT ROWID""",
        """INSERT INTO door_counts SELECT list_id, gate, sum(kind = 'entry'), sum(kind = 'exit'), 0, sum(open)
        FROM checkins GROUP BY list_id, gate""",
        """CREATE TRIGGER checkins_counted AFTER INSERT ON checkins
        BEGIN INSERT INTO door_counts VALUES
            (NEW.list_id, NEW.gate, NEW.kind = 'entry', NEW.kind = 'exit', 0, NEW.open)
        ON CONFLICT (list_id, gate) DO UPDATE SET entries = entries + excluded.entries,
            exits = exits + excluded.exits, inside = inside + excluded.inside; END""",
        """CREATE TRIGGER checkins_left AFTER UPDATE OF open ON checkins WHEN OLD.open > NEW.open
        BEGIN UPDATE door_counts SET inside = inside - 1 WHERE list_id = OLD.list_id AND gate = OLD.gate; END""",
        """CREATE TRIGGER door_scans_refused AFTER INSERT ON door_scans WHEN NEW.checkin_id IS NULL
        BEGIN INSERT INTO door_counts VALUES (NEW.list_id, NEW.gate, 0, 0, 1, 0)
        ON CONFLICT (list_id, gate) DO UPDATE SET refused = refused + 1; END""",
    )
