"""Tables of what seat maps were, of what is drawn and not published yet, and of seats that are kept back."""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("tickets_maps")


@migrations()
def m001_versions(db: Any) -> None:
    """Which version of its map a performance has was not written down before; the newest one is taken for it."""
    statements(
        db,
        """CREATE TABLE seat_map_versions (
            map_id TEXT NOT NULL REFERENCES seat_maps (id),
            version INTEGER NOT NULL CHECK (version > 0),
            name TEXT NOT NULL,
            seats INTEGER NOT NULL,
            document TEXT NOT NULL CHECK (json_valid(document)),
            created_at INTEGER NOT NULL,
            UNIQUE (map_id, version)
        ) STRICT""",
        "INSERT INTO seat_map_versions SELECT id, version, name, seats, document, changed_at FROM seat_maps",
        """CREATE TABLE performance_maps (
            perf_id TEXT PRIMARY KEY REFERENCES performances (id),
            map_id TEXT NOT NULL,
            version INTEGER NOT NULL,
            FOREIGN KEY (map_id, version) REFERENCES seat_map_versions (map_id, version)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX performance_maps_map ON performance_maps (map_id, version)",
        """INSERT INTO performance_maps SELECT p.id, m.id, m.version
            FROM performances p JOIN seat_maps m ON m.id = p.map_id""",
        """CREATE TABLE seat_map_drafts (
            map_id TEXT PRIMARY KEY REFERENCES seat_maps (id),
            base INTEGER NOT NULL CHECK (base > 0),
            name TEXT NOT NULL,
            document TEXT NOT NULL CHECK (json_valid(document)),
            changed_at INTEGER NOT NULL
        ) STRICT""",
        """CREATE TABLE seat_blocks (
            perf_id TEXT NOT NULL,
            seat_id TEXT NOT NULL,
            note TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            PRIMARY KEY (perf_id, seat_id),
            FOREIGN KEY (perf_id, seat_id) REFERENCES seats (perf_id, seat_id) ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX seats_blocked_now ON seats (perf_id, seat_id) WHERE blocked = 1",
    )


@migrations()
def m002_copies(db: Any) -> None:
    """What was copied or repeated had seats, and no version of its map written down: it has that of another performance
    of its event, or else the newest one."""
    statements(
        db,
        """INSERT INTO performance_maps SELECT p.id, m.id, coalesce(
                (SELECT max(u.version) FROM performances o JOIN performance_maps u ON u.perf_id = o.id
                    WHERE o.event_id = p.event_id AND u.map_id = m.id), m.version)
            FROM performances p JOIN seat_maps m ON m.id = p.map_id
            WHERE p.id NOT IN (SELECT perf_id FROM performance_maps)""",
    )
