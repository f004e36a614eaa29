"""Tables of holds, and of claims: one row for each unit that somebody has, seated or not, never deleted."""

from typing import Any

from novacast.database import Migrations, statements
from novacast.tickets.schema import frozen, machine

migrations = Migrations("tickets_holds")

_LIVE_CLAIMS = "SELECT count(*) FROM claims WHERE item_id = {item} AND state <> 'released'"


@migrations()
def m001_claims(db: Any) -> None:
    """Held, paying and sold count together, so that a payment which succeeds never meets "sold out"."""
    statements(
        db,
        """CREATE TABLE holds (
            id TEXT PRIMARY KEY,
            perf_id TEXT NOT NULL REFERENCES performances (id),
            org_id TEXT NOT NULL,
            person_id TEXT,
            buyer TEXT NOT NULL,
            state TEXT NOT NULL,
            expires_at INTEGER NOT NULL,
            limit_at INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            changed_at INTEGER NOT NULL,
            CHECK (expires_at <= limit_at)
        ) STRICT""",
        *machine(
            "holds",
            "hold",
            "active",
            "active>paying active>expired active>released paying>closing paying>converted closing>released "
            "closing>converted",
        ),
        frozen("holds", "id", "perf_id", "org_id", "limit_at"),
        "CREATE INDEX holds_due ON holds (perf_id, expires_at) WHERE state = 'active'",
        "CREATE INDEX holds_expiry ON holds (expires_at) WHERE state = 'active'",
        "CREATE INDEX holds_closing ON holds (id) WHERE state = 'closing'",
        "CREATE INDEX holds_person ON holds (person_id) WHERE person_id IS NOT NULL",
        """CREATE TABLE claims (
            id TEXT PRIMARY KEY,
            perf_id TEXT NOT NULL,
            item_id TEXT NOT NULL,
            seat_id TEXT,
            hold_id TEXT NOT NULL REFERENCES holds (id),
            order_id TEXT REFERENCES orders (id),
            buyer TEXT NOT NULL,
            price INTEGER NOT NULL CHECK (price >= 0),
            fee INTEGER NOT NULL CHECK (fee >= 0),
            tax_bp INTEGER NOT NULL CHECK (tax_bp BETWEEN 0 AND 10000),
            state TEXT NOT NULL CHECK (state IN ('held', 'paying', 'sold', 'released')),
            expires_at INTEGER,
            changed_at INTEGER NOT NULL,
            CHECK ((state IN ('held', 'paying')) = (expires_at IS NOT NULL)),
            CHECK (state NOT IN ('paying', 'sold') OR order_id IS NOT NULL),
            FOREIGN KEY (item_id, perf_id) REFERENCES items (id, perf_id),
            FOREIGN KEY (perf_id, seat_id) REFERENCES seats (perf_id, seat_id)
        ) STRICT""",
        "CREATE UNIQUE INDEX one_claim_per_seat ON claims (perf_id, seat_id) "
        "WHERE seat_id IS NOT NULL AND state <> 'released'",
        "CREATE INDEX claims_hold ON claims (hold_id)",
        "CREATE INDEX claims_order ON claims (order_id) WHERE order_id IS NOT NULL",
        "CREATE INDEX claims_item ON claims (item_id, state)",
        "CREATE INDEX claims_seat ON claims (perf_id, seat_id) WHERE seat_id IS NOT NULL",
        "CREATE INDEX claims_buyer ON claims (perf_id, buyer) WHERE state <> 'released'",
        *machine(
            "claims",
            "claim",
            "held",
            "held>paying held>sold held>released paying>held paying>sold paying>released sold>released",
        ),
        frozen("claims", "id", "perf_id", "item_id", "seat_id", "hold_id", "price", "fee", "tax_bp"),
        """CREATE TRIGGER claims_order_kept BEFORE UPDATE OF order_id ON claims
        WHEN OLD.order_id IS NOT NULL AND NEW.order_id IS NOT OLD.order_id
        BEGIN SELECT RAISE(ABORT, 'claims: belongs to another order'); END""",
        """CREATE TRIGGER claims_allowed BEFORE INSERT ON claims BEGIN
            SELECT RAISE(ABORT, 'claims: a seat exactly where the item is seated')
            WHERE (NEW.seat_id IS NOT NULL) <> (SELECT seated FROM items WHERE id = NEW.item_id);
            SELECT RAISE(ABORT, 'claims: this seat is blocked')
            WHERE EXISTS (SELECT 1 FROM seats WHERE perf_id = NEW.perf_id AND seat_id = NEW.seat_id AND blocked = 1);
            SELECT RAISE(ABORT, 'claims: no quota counts this item')
            WHERE NEW.seat_id IS NULL AND NOT EXISTS (SELECT 1 FROM item_quotas WHERE item_id = NEW.item_id);
            SELECT RAISE(ABORT, 'claims: the hold is over')
            WHERE NOT EXISTS (
                SELECT 1 FROM holds WHERE id = NEW.hold_id AND perf_id = NEW.perf_id AND state = 'active'
            );
            SELECT RAISE(ABORT, 'claims: the performance is cancelled')
            WHERE (SELECT state FROM performances WHERE id = NEW.perf_id) = 'cancelled';
        END""",
        """CREATE TRIGGER claims_taken AFTER INSERT ON claims BEGIN
            UPDATE quotas SET used = used + 1
            WHERE id IN (SELECT quota_id FROM item_quotas WHERE item_id = NEW.item_id);
        END""",
        """CREATE TRIGGER claims_freed AFTER UPDATE OF state ON claims
        WHEN NEW.state = 'released' AND OLD.state <> 'released' BEGIN
            UPDATE quotas SET used = used - 1
            WHERE id IN (SELECT quota_id FROM item_quotas WHERE item_id = NEW.item_id);
        END""",
        f"""CREATE TRIGGER item_quotas_joined AFTER INSERT ON item_quotas BEGIN
            UPDATE quotas SET used = used + ({_LIVE_CLAIMS.format(item="NEW.item_id")}) WHERE id = NEW.quota_id;
        END""",  # noqa: S608 - a text of ours
        f"""CREATE TRIGGER item_quotas_left AFTER DELETE ON item_quotas BEGIN
            UPDATE quotas SET used = used - ({_LIVE_CLAIMS.format(item="OLD.item_id")}) WHERE id = OLD.quota_id;
        END""",  # noqa: S608 - a text of ours
        """CREATE TRIGGER seats_blocked BEFORE UPDATE OF blocked ON seats WHEN NEW.blocked = 1 AND OLD.blocked = 0
        AND EXISTS (SELECT 1 FROM claims WHERE perf_id = OLD.perf_id AND seat_id = OLD.seat_id AND state <> 'released')
        BEGIN SELECT RAISE(ABORT, 'seats: somebody has this one'); END""",
    )
