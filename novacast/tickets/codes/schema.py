"""Tables of codes. A code is never spent more often than it may be: its counter moves by triggers on claims alone, as
those of quotas do, and comes back when a claim is released.
"""

from typing import Any

from novacast.database import Migrations, statements
from novacast.tickets.schema import frozen

migrations = Migrations("tickets_codes")

_OWN_QUOTA = "EXISTS (SELECT 1 FROM codes WHERE id = {code} AND quota_id IS NOT NULL)"
_LIVE_CLAIMS = (
    "SELECT count(*) FROM claims WHERE item_id = {item} AND state <> 'released' "
    "AND NOT EXISTS (SELECT 1 FROM codes WHERE id = claims.code_id AND quota_id IS NOT NULL)"
)
_COUNTED = "SELECT quota_id FROM item_quotas WHERE item_id = {row}.item_id"


@migrations()
def m001_codes(db: Any) -> None:
    """`event_id` and `perf_id`: where it is good, all performances or one. `code_key`: by which one code is the same
    however it is written. `quota_id`: a quota of its own, in which units bought with it count instead of any other."""
    statements(
        db,
        """CREATE TABLE codes (
            id TEXT PRIMARY KEY,
            org_id TEXT NOT NULL,
            event_id TEXT NOT NULL REFERENCES events (id),
            perf_id TEXT REFERENCES performances (id),
            code TEXT NOT NULL CHECK (code <> ''),
            code_key TEXT NOT NULL CHECK (code_key <> ''),
            note TEXT NOT NULL,
            percent_bp INTEGER NOT NULL CHECK (percent_bp BETWEEN 0 AND 10000),
            amount_off INTEGER NOT NULL CHECK (amount_off >= 0),
            opens_hidden INTEGER NOT NULL CHECK (opens_hidden IN (0, 1)),
            opens_early INTEGER NOT NULL CHECK (opens_early IN (0, 1)),
            quota_id TEXT UNIQUE,
            capacity INTEGER,
            most_per_order INTEGER CHECK (most_per_order > 0),
            most_per_person INTEGER CHECK (most_per_person > 0),
            from_at INTEGER,
            until_at INTEGER,
            active INTEGER NOT NULL CHECK (active IN (0, 1)),
            spent INTEGER NOT NULL DEFAULT 0,
            created_at INTEGER NOT NULL,
            changed_at INTEGER NOT NULL,
            UNIQUE (event_id, code_key),
            FOREIGN KEY (quota_id, perf_id) REFERENCES quotas (id, perf_id),
            CHECK (percent_bp = 0 OR amount_off = 0),
            CHECK (quota_id IS NULL OR perf_id IS NOT NULL),
            CHECK (until_at IS NULL OR from_at IS NULL OR until_at > from_at),
            CONSTRAINT code_never_below_nothing CHECK (spent >= 0),
            CONSTRAINT code_limit CHECK (capacity IS NULL OR spent <= capacity)
        ) STRICT""",
        "CREATE INDEX codes_event ON codes (event_id, created_at, id)",
        frozen("codes", "id", "org_id", "event_id", "perf_id", "code", "code_key", "quota_id"),
        """CREATE TRIGGER codes_fresh BEFORE INSERT ON codes BEGIN
            SELECT RAISE(ABORT, 'codes: must begin unspent') WHERE NEW.spent <> 0;
            SELECT RAISE(ABORT, 'codes: its quota counts something else')
            WHERE EXISTS (SELECT 1 FROM item_quotas WHERE quota_id = NEW.quota_id);
        END""",
        "CREATE TRIGGER codes_kept BEFORE DELETE ON codes BEGIN SELECT RAISE(ABORT, 'codes: never deleted'); END",
        """CREATE TABLE code_items (
            code_id TEXT NOT NULL REFERENCES codes (id),
            item_id TEXT NOT NULL REFERENCES items (id),
            PRIMARY KEY (code_id, item_id)
        ) STRICT, WITHOUT ROWID""",
        """CREATE TRIGGER item_quotas_of_no_code BEFORE INSERT ON item_quotas
        WHEN EXISTS (SELECT 1 FROM codes WHERE quota_id = NEW.quota_id)
        BEGIN SELECT RAISE(ABORT, 'quotas: this one is kept for a code'); END""",
    )


@migrations()
def m002_claims(db: Any) -> None:
    """What a claim costs is `price`, and would be `price + discount` without its code: both are frozen with it."""
    statements(
        db,
        "ALTER TABLE claims ADD COLUMN code_id TEXT REFERENCES codes (id)",
        "ALTER TABLE claims ADD COLUMN discount INTEGER NOT NULL DEFAULT 0 "
        "CHECK (discount >= 0 AND (discount = 0 OR code_id IS NOT NULL))",
        "CREATE INDEX claims_code ON claims (code_id, buyer) WHERE code_id IS NOT NULL",
        """CREATE TRIGGER claims_code_frozen BEFORE UPDATE OF code_id, discount ON claims
        WHEN OLD.code_id IS NOT NEW.code_id OR OLD.discount <> NEW.discount
        BEGIN SELECT RAISE(ABORT, 'claims: this column never changes'); END""",
        "ALTER TABLE holds ADD COLUMN next_id TEXT REFERENCES holds (id)",
        "DROP TRIGGER claims_allowed",
        f"""CREATE TRIGGER claims_allowed BEFORE INSERT ON claims BEGIN
            SELECT RAISE(ABORT, 'claims: a seat exactly where the item is seated')
            WHERE (NEW.seat_id IS NOT NULL) <> (SELECT seated FROM items WHERE id = NEW.item_id);
            SELECT RAISE(ABORT, 'claims: this seat is blocked')
            WHERE EXISTS (SELECT 1 FROM seats WHERE perf_id = NEW.perf_id AND seat_id = NEW.seat_id AND blocked = 1);
            SELECT RAISE(ABORT, 'claims: no quota counts this item')
            WHERE NEW.seat_id IS NULL AND NOT EXISTS (SELECT 1 FROM item_quotas WHERE item_id = NEW.item_id)
            AND NOT {_OWN_QUOTA.format(code="NEW.code_id")};
            SELECT RAISE(ABORT, 'claims: the hold is over')
            WHERE NOT EXISTS (
                SELECT 1 FROM holds WHERE id = NEW.hold_id AND perf_id = NEW.perf_id AND state = 'active'
            );
            SELECT RAISE(ABORT, 'claims: the performance is cancelled')
            WHERE (SELECT state FROM performances WHERE id = NEW.perf_id) = 'cancelled';
            SELECT RAISE(ABORT, 'claims: the code is of another performance') WHERE NEW.code_id IS NOT NULL
            AND NOT EXISTS (
                SELECT 1 FROM codes JOIN performances p ON p.id = NEW.perf_id WHERE codes.id = NEW.code_id
                AND codes.event_id = p.event_id AND (codes.perf_id IS NULL OR codes.perf_id = p.id)
            );
        END""",  # noqa: S608 - a text of ours
        "DROP TRIGGER claims_taken",
        f"""CREATE TRIGGER claims_taken AFTER INSERT ON claims
        WHEN NEW.code_id IS NULL OR NOT {_OWN_QUOTA.format(code="NEW.code_id")} BEGIN
            UPDATE quotas SET used = used + 1 WHERE id IN ({_COUNTED.format(row="NEW")});
        END""",  # noqa: S608 - a text of ours
        """CREATE TRIGGER codes_spent AFTER INSERT ON claims WHEN NEW.code_id IS NOT NULL BEGIN
            UPDATE codes SET spent = spent + 1 WHERE id = NEW.code_id;
            UPDATE quotas SET used = used + 1 WHERE id = (SELECT quota_id FROM codes WHERE id = NEW.code_id);
        END""",
        "DROP TRIGGER claims_freed",
        f"""CREATE TRIGGER claims_freed AFTER UPDATE OF state ON claims
        WHEN NEW.state = 'released' AND OLD.state <> 'released'
        AND (NEW.code_id IS NULL OR NOT {_OWN_QUOTA.format(code="NEW.code_id")}) BEGIN
            UPDATE quotas SET used = used - 1 WHERE id IN ({_COUNTED.format(row="NEW")});
        END""",  # noqa: S608 - a text of ours
        """CREATE TRIGGER codes_returned AFTER UPDATE OF state ON claims
        WHEN NEW.state = 'released' AND OLD.state <> 'released' AND NEW.code_id IS NOT NULL BEGIN
            UPDATE codes SET spent = spent - 1 WHERE id = NEW.code_id;
            UPDATE quotas SET used = used - 1 WHERE id = (SELECT quota_id FROM codes WHERE id = NEW.code_id);
        END""",
        "DROP TRIGGER item_quotas_joined",
        f"""CREATE TRIGGER item_quotas_joined AFTER INSERT ON item_quotas BEGIN
            UPDATE quotas SET used = used + ({_LIVE_CLAIMS.format(item="NEW.item_id")}) WHERE id = NEW.quota_id;
        END""",  # noqa: S608 - a text of ours
        "DROP TRIGGER item_quotas_left",
        f"""CREATE TRIGGER item_quotas_left AFTER DELETE ON item_quotas BEGIN
            UPDATE quotas SET used = used - ({_LIVE_CLAIMS.format(item="OLD.item_id")}) WHERE id = OLD.quota_id;
        END""",  # noqa: S608 - a text of ours
    )
