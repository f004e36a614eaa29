"""Tables of the box office. What must never be is refused here, by constraints and triggers, whatever the code above
gets wrong: a seat sold twice, more sold than there is, a move that no state machine has, a ticket that nobody paid.
"""

from collections.abc import Mapping
from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("tickets")

_MACHINES = (
    "claims", "holds", "orders", "payment_attempts", "refunds", "disputes", "tickets", "performances", "waiting",
)  # fmt: skip
GUARDED: Mapping[str, frozenset[str]] = {
    "quotas.used": frozenset(
        {
            "claims_taken",
            "claims_freed",
            "codes_spent",
            "codes_returned",
            "item_quotas_joined",
            "item_quotas_left",
        }
    ),
    "codes.spent": frozenset({"codes_spent", "codes_returned"}),
    "payment_attempts.refunded": frozenset({"refunds_counted"}),
    "moves": frozenset(f"{table}_{when}" for table in _MACHINES for when in ("began", "moved")),
}
"""What only these triggers may write; the writer's connection refuses it to everything else."""


def machine(table: str, name: str, initial: str, moves: str) -> tuple[str, ...]:
    """Triggers that begin a row in `initial`, refuse every move that is not listed, and write down each that is.

    `moves`: `old>new` pairs. Whatever moves a row sets its `changed_at`, the instant that is written down.
    """
    return (
        f"""CREATE TRIGGER {table}_initial BEFORE INSERT ON {table} WHEN NEW.state <> '{initial}'
        BEGIN SELECT RAISE(ABORT, '{table}: must begin {initial}'); END""",
        legal(table, moves),
        f"""CREATE TRIGGER {table}_began AFTER INSERT ON {table}
        BEGIN INSERT INTO moves (at, machine, subject, old, new)
        VALUES (NEW.changed_at, '{name}', NEW.id, NULL, NEW.state); END""",  # noqa: S608 - names of ours
        f"""CREATE TRIGGER {table}_moved AFTER UPDATE OF state ON {table} WHEN OLD.state <> NEW.state
        BEGIN INSERT INTO moves (at, machine, subject, old, new)
        VALUES (NEW.changed_at, '{name}', NEW.id, OLD.state, NEW.state); END""",  # noqa: S608 - names of ours
        f"""CREATE TRIGGER {table}_kept BEFORE DELETE ON {table}
        BEGIN SELECT RAISE(ABORT, '{table}: rows are never deleted'); END""",
    )


def legal(table: str, moves: str) -> str:
    """The trigger that refuses every move that is not listed."""
    listed = " OR ".join("(OLD.state = '{}' AND NEW.state = '{}')".format(*one.split(">")) for one in moves.split())
    return f"""CREATE TRIGGER {table}_moves BEFORE UPDATE OF state ON {table}
        WHEN OLD.state <> NEW.state AND NOT ({listed})
        BEGIN SELECT RAISE(ABORT, '{table}: no such move'); END"""


def frozen(table: str, *columns: str) -> str:
    changed = " OR ".join(f"OLD.{one} IS NOT NEW.{one}" for one in columns)
    return f"""CREATE TRIGGER {table}_frozen BEFORE UPDATE OF {", ".join(columns)} ON {table} WHEN {changed}
        BEGIN SELECT RAISE(ABORT, '{table}: this column never changes'); END"""


def append_only(table: str) -> tuple[str, str]:
    return (
        (
            f"CREATE TRIGGER {table}_unchanged BEFORE UPDATE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table}: is only ever added to'); END"
        ),
        (
            f"CREATE TRIGGER {table}_undeleted BEFORE DELETE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table}: is only ever added to'); END"
        ),
    )


@migrations()
def m001_books(db: Any) -> None:
    """`moves` is written by triggers, `box_log` by whoever knows who did it and why."""
    statements(
        db,
        """CREATE TABLE moves (
            n INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            machine TEXT NOT NULL,
            subject TEXT NOT NULL,
            old TEXT,
            new TEXT NOT NULL
        ) STRICT""",
        *append_only("moves"),
        """CREATE TABLE box_log (
            n INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            org_id TEXT NOT NULL,
            action TEXT NOT NULL,
            subject TEXT NOT NULL,
            order_id TEXT,
            person_id TEXT,
            detail TEXT NOT NULL
        ) STRICT""",
        "CREATE INDEX box_log_order ON box_log (order_id, n)",
        "CREATE INDEX box_log_subject ON box_log (subject, n)",
        "CREATE INDEX box_log_person ON box_log (person_id)",
        "CREATE TRIGGER box_log_undeleted BEFORE DELETE ON box_log "
        "BEGIN SELECT RAISE(ABORT, 'box_log: is only ever added to'); END",
        frozen("box_log", "n", "at", "org_id", "action", "subject", "order_id", "detail"),
        """CREATE TABLE expiry_freezes (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            frozen_at INTEGER NOT NULL,
            jumped_to INTEGER NOT NULL
        ) STRICT""",
    )


@migrations()
def m002_events(db: Any) -> None:
    """`performances.number` and `items.number` stand for them in tickets, where every byte counts. `version` counts
    what was changed of a performance and of what is sold of it."""
    statements(
        db,
        """CREATE TABLE seat_maps (
            id TEXT PRIMARY KEY,
            org_id TEXT NOT NULL,
            name TEXT NOT NULL CHECK (name <> ''),
            version INTEGER NOT NULL CHECK (version > 0),
            seats INTEGER NOT NULL CHECK (seats > 0),
            document TEXT NOT NULL CHECK (json_valid(document)),
            created_at INTEGER NOT NULL,
            changed_at INTEGER NOT NULL
        ) STRICT""",
        "CREATE INDEX seat_maps_org ON seat_maps (org_id, created_at, id)",
        """CREATE TABLE events (
            id TEXT PRIMARY KEY,
            org_id TEXT NOT NULL,
            title TEXT NOT NULL CHECK (title <> ''),
            description TEXT NOT NULL,
            venue TEXT NOT NULL,
            timezone TEXT NOT NULL,
            currency TEXT NOT NULL CHECK (length(currency) = 3),
            published INTEGER NOT NULL CHECK (published IN (0, 1)),
            created_at INTEGER NOT NULL,
            changed_at INTEGER NOT NULL
        ) STRICT""",
        "CREATE INDEX events_org ON events (org_id, created_at, id)",
        "CREATE INDEX events_listed ON events (created_at, id) WHERE published = 1",
        """CREATE TABLE performances (
            id TEXT PRIMARY KEY,
            number INTEGER NOT NULL UNIQUE CHECK (number BETWEEN 1 AND 281474976710655),
            event_id TEXT NOT NULL REFERENCES events (id),
            org_id TEXT NOT NULL,
            starts_at INTEGER NOT NULL,
            ends_at INTEGER NOT NULL,
            sale_from INTEGER,
            sale_until INTEGER,
            most_per_person INTEGER NOT NULL CHECK (most_per_person > 0),
            programme_id TEXT,
            map_id TEXT REFERENCES seat_maps (id),
            map_version INTEGER NOT NULL DEFAULT 0,
            version INTEGER NOT NULL DEFAULT 0,
            state TEXT NOT NULL CHECK (state IN ('draft', 'on_sale', 'closed', 'cancelled')),
            created_at INTEGER NOT NULL,
            changed_at INTEGER NOT NULL,
            CHECK (ends_at > starts_at)
        ) STRICT""",
        *machine(
            "performances",
            "performance",
            "draft",
            "draft>on_sale draft>cancelled on_sale>closed on_sale>cancelled closed>on_sale closed>cancelled",
        ),
        frozen("performances", "id", "number", "event_id", "org_id"),
        "CREATE INDEX performances_event ON performances (event_id, starts_at, id)",
        "CREATE INDEX performances_programme ON performances (programme_id) WHERE programme_id IS NOT NULL",
        "CREATE INDEX performances_org ON performances (org_id)",
        """CREATE TABLE items (
            id TEXT PRIMARY KEY,
            number INTEGER NOT NULL CHECK (number BETWEEN 1 AND 65535),
            perf_id TEXT NOT NULL REFERENCES performances (id),
            name TEXT NOT NULL CHECK (name <> ''),
            kind TEXT NOT NULL CHECK (kind IN ('seated', 'general', 'online', 'replay', 'bundle', 'add_on')),
            seated INTEGER NOT NULL CHECK (seated IN (0, 1)),
            price INTEGER NOT NULL CHECK (price >= 0),
            open_price INTEGER NOT NULL CHECK (open_price IN (0, 1)),
            fee INTEGER NOT NULL CHECK (fee >= 0),
            tax_bp INTEGER NOT NULL CHECK (tax_bp BETWEEN 0 AND 10000),
            most INTEGER NOT NULL CHECK (most > 0),
            opens_live INTEGER NOT NULL CHECK (opens_live IN (0, 1)),
            replay_until INTEGER,
            on_sale INTEGER NOT NULL CHECK (on_sale IN (0, 1)),
            created_at INTEGER NOT NULL,
            UNIQUE (id, perf_id),
            UNIQUE (perf_id, number),
            CHECK (seated = 0 OR kind IN ('seated', 'bundle')),
            CHECK (kind <> 'seated' OR seated = 1),
            CHECK (kind <> 'online' OR opens_live = 1),
            CHECK (kind NOT IN ('replay', 'bundle') OR replay_until IS NOT NULL)
        ) STRICT""",
        frozen("items", "id", "number", "perf_id", "kind", "seated"),
        """CREATE TABLE prices (
            id TEXT PRIMARY KEY,
            item_id TEXT NOT NULL REFERENCES items (id) ON DELETE CASCADE,
            category TEXT NOT NULL,
            amount INTEGER NOT NULL CHECK (amount >= 0),
            from_at INTEGER,
            until_at INTEGER,
            CHECK (until_at IS NULL OR from_at IS NULL OR until_at > from_at)
        ) STRICT""",
        "CREATE INDEX prices_item ON prices (item_id, category)",
        """CREATE TABLE quotas (
            id TEXT PRIMARY KEY,
            perf_id TEXT NOT NULL REFERENCES performances (id),
            name TEXT NOT NULL CHECK (name <> ''),
            capacity INTEGER NOT NULL CHECK (capacity >= 0),
            used INTEGER NOT NULL DEFAULT 0,
            created_at INTEGER NOT NULL,
            UNIQUE (id, perf_id),
            CHECK (used >= 0),
            CHECK (used <= capacity)
        ) STRICT""",
        "CREATE INDEX quotas_perf ON quotas (perf_id)",
        frozen("quotas", "id", "perf_id"),
        """CREATE TRIGGER quotas_fresh BEFORE INSERT ON quotas WHEN NEW.used <> 0
        BEGIN SELECT RAISE(ABORT, 'quotas: must begin unused'); END""",
        """CREATE TRIGGER quotas_kept BEFORE DELETE ON quotas
        WHEN EXISTS (SELECT 1 FROM item_quotas WHERE quota_id = OLD.id)
        BEGIN SELECT RAISE(ABORT, 'quotas: one that counts something is never deleted'); END""",
        """CREATE TABLE item_quotas (
            item_id TEXT NOT NULL,
            quota_id TEXT NOT NULL,
            perf_id TEXT NOT NULL,
            PRIMARY KEY (item_id, quota_id),
            FOREIGN KEY (item_id, perf_id) REFERENCES items (id, perf_id),
            FOREIGN KEY (quota_id, perf_id) REFERENCES quotas (id, perf_id)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX item_quotas_quota ON item_quotas (quota_id)",
        frozen("item_quotas", "item_id", "quota_id", "perf_id"),
        """CREATE TABLE seats (
            perf_id TEXT NOT NULL REFERENCES performances (id),
            seat_id TEXT NOT NULL,
            section TEXT NOT NULL,
            row TEXT NOT NULL,
            number TEXT NOT NULL,
            place INTEGER NOT NULL,
            rank INTEGER NOT NULL,
            category TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('normal', 'wheelchair', 'companion')),
            x INTEGER NOT NULL,
            y INTEGER NOT NULL,
            blocked INTEGER NOT NULL DEFAULT 0 CHECK (blocked IN (0, 1)),
            PRIMARY KEY (perf_id, seat_id)
        ) STRICT, WITHOUT ROWID""",
        frozen("seats", "perf_id", "seat_id"),
    )
