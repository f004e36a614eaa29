"""The table of those who wait. An offer is a hold in the books, so that what is offered is nobody else's; the database
lets nobody be offered what is not held, or stand in one line twice.
"""

from typing import Any

from novacast.database import Migrations, statements
from novacast.tickets.schema import frozen, machine

migrations = Migrations("tickets_waiting")


@migrations()
def m001_waiting(db: Any) -> None:
    """`buyer`: whose share an offer counts to, as with claims. `since`: from when on they stand in line, by which they
    are served: no two of one performance have the same. `told`: whether a mail about the state is on its way."""
    statements(
        db,
        """CREATE TABLE waiting (
            id TEXT PRIMARY KEY,
            org_id TEXT NOT NULL,
            perf_id TEXT NOT NULL REFERENCES performances (id),
            item_id TEXT NOT NULL,
            person_id TEXT,
            email TEXT NOT NULL,
            buyer TEXT NOT NULL,
            language TEXT NOT NULL,
            quantity INTEGER NOT NULL CHECK (quantity > 0),
            fewer INTEGER NOT NULL CHECK (fewer IN (0, 1)),
            state TEXT NOT NULL
                CHECK (state IN ('unconfirmed', 'waiting', 'offered', 'taken', 'lapsed', 'left')),
            since INTEGER,
            hold_id TEXT UNIQUE REFERENCES holds (id),
            told INTEGER NOT NULL CHECK (told IN (0, 1)),
            created_at INTEGER NOT NULL,
            changed_at INTEGER NOT NULL,
            FOREIGN KEY (item_id, perf_id) REFERENCES items (id, perf_id),
            CHECK (state NOT IN ('waiting', 'offered', 'taken') OR since IS NOT NULL),
            CHECK (state NOT IN ('offered', 'taken') OR hold_id IS NOT NULL)
        ) STRICT""",
        *machine(
            "waiting",
            "waiting",
            "unconfirmed",
            "unconfirmed>waiting unconfirmed>lapsed unconfirmed>left waiting>offered waiting>lapsed waiting>left "
            "offered>taken offered>lapsed offered>left",
        ),
        frozen("waiting", "id", "org_id", "perf_id", "item_id", "quantity"),
        """CREATE TRIGGER waiting_in_order BEFORE UPDATE OF since ON waiting
        WHEN OLD.since IS NOT NULL AND NEW.since IS NOT OLD.since
        BEGIN SELECT RAISE(ABORT, 'waiting: nobody changes their place in the line'); END""",
        """CREATE TRIGGER waiting_held BEFORE UPDATE OF state ON waiting
        WHEN NEW.state = 'offered' AND OLD.state <> 'offered' AND NOT EXISTS (
            SELECT 1 FROM holds h JOIN claims c ON c.hold_id = h.id WHERE h.id = NEW.hold_id
            AND h.perf_id = NEW.perf_id AND h.state = 'active' AND c.item_id = NEW.item_id AND c.state = 'held'
        ) BEGIN SELECT RAISE(ABORT, 'waiting: what is offered is not held'); END""",
        "CREATE UNIQUE INDEX waiting_once ON waiting (item_id, buyer) "
        "WHERE state IN ('unconfirmed', 'waiting', 'offered')",
        "CREATE INDEX waiting_line ON waiting (perf_id, since) WHERE state = 'waiting'",
        "CREATE UNIQUE INDEX waiting_since ON waiting (perf_id, since) WHERE since IS NOT NULL",
        "CREATE INDEX waiting_offered ON waiting (perf_id) WHERE state = 'offered'",
        "CREATE INDEX waiting_unconfirmed ON waiting (created_at) WHERE state = 'unconfirmed'",
        "CREATE INDEX waiting_untold ON waiting (changed_at) WHERE told = 0",
        "CREATE INDEX waiting_listed ON waiting (perf_id, created_at, id)",
        "CREATE INDEX waiting_person ON waiting (person_id) WHERE person_id IS NOT NULL",
    )
