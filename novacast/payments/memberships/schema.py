"""Tables of memberships. What must never be is refused here: two of one circle, a move that no machine has, one period
charged twice."""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("payments.memberships")

_MOVES = (
    "pending>active pending>cancelled pending>expired active>past_due active>paused active>cancelled active>expired "
    "past_due>active past_due>cancelled past_due>expired paused>active paused>cancelled paused>expired"
)
_LISTED = " OR ".join("(OLD.state = '{}' AND NEW.state = '{}')".format(*one.split(">")) for one in _MOVES.split())


@migrations()
def m001_memberships(db: Any) -> None:
    statements(
        db,
        """CREATE TABLE member_tiers (
            id TEXT PRIMARY KEY,
            org_id TEXT NOT NULL REFERENCES organizations (id),
            circle TEXT NOT NULL,
            name TEXT NOT NULL,
            description TEXT NOT NULL,
            badge TEXT NOT NULL,
            discount INTEGER NOT NULL CHECK (discount BETWEEN 0 AND 10000),
            presale_hours INTEGER NOT NULL CHECK (presale_hours BETWEEN 0 AND 8760),
            position INTEGER NOT NULL,
            archived INTEGER NOT NULL DEFAULT 0 CHECK (archived IN (0, 1)),
            created_at INTEGER NOT NULL,
            changed_at INTEGER NOT NULL,
            UNIQUE (id, org_id, circle)
        ) STRICT""",
        "CREATE INDEX member_tiers_org ON member_tiers (org_id, position, id)",
        """CREATE TABLE member_media (
            tier_id TEXT NOT NULL REFERENCES member_tiers (id),
            media_id TEXT NOT NULL,
            PRIMARY KEY (tier_id, media_id)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX member_media_of ON member_media (media_id)",
        """CREATE TABLE member_plans (
            id TEXT PRIMARY KEY,
            tier_id TEXT NOT NULL REFERENCES member_tiers (id),
            org_id TEXT NOT NULL,
            interval TEXT NOT NULL CHECK (interval IN ('month', 'year')),
            price INTEGER NOT NULL CHECK (price > 0),
            currency TEXT NOT NULL CHECK (length(currency) = 3),
            tax INTEGER NOT NULL CHECK (tax BETWEEN 0 AND 10000),
            grace_days INTEGER NOT NULL CHECK (grace_days BETWEEN 0 AND 60),
            offered INTEGER NOT NULL CHECK (offered IN (0, 1)),
            created_at INTEGER NOT NULL
        ) STRICT""",
        "CREATE INDEX member_plans_tier ON member_plans (tier_id, created_at, id)",
        """CREATE TABLE subscriptions (
            id TEXT PRIMARY KEY,
            org_id TEXT NOT NULL,
            circle TEXT NOT NULL,
            tier_id TEXT NOT NULL,
            plan_id TEXT REFERENCES member_plans (id),
            person_id TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('paid', 'comp')),
            state TEXT NOT NULL CHECK (state IN ('pending', 'active', 'past_due', 'paused', 'cancelled', 'expired')),
            provider TEXT NOT NULL,
            price INTEGER NOT NULL CHECK (price >= 0),
            currency TEXT NOT NULL,
            tax INTEGER NOT NULL,
            interval TEXT CHECK (interval IN ('month', 'year')),
            grace_days INTEGER NOT NULL,
            anchor INTEGER,
            periods INTEGER NOT NULL DEFAULT 0 CHECK (periods >= 0),
            ends_at INTEGER,
            stops INTEGER NOT NULL DEFAULT 0 CHECK (stops IN (0, 1)),
            left INTEGER CHECK (left > 0),
            created_at INTEGER NOT NULL,
            changed_at INTEGER NOT NULL,
            FOREIGN KEY (tier_id, org_id, circle) REFERENCES member_tiers (id, org_id, circle),
            CHECK ((kind = 'paid') = (plan_id IS NOT NULL)),
            CHECK ((kind = 'paid') = (interval IS NOT NULL)),
            CHECK (state NOT IN ('active', 'past_due') OR ends_at IS NOT NULL),
            CHECK ((state = 'paused') = (left IS NOT NULL))
        ) STRICT""",
        # Nobody pays twice for the same thing.
        """CREATE UNIQUE INDEX subscriptions_one ON subscriptions (person_id, org_id, circle)
            WHERE state NOT IN ('cancelled', 'expired')""",
        "CREATE INDEX subscriptions_person ON subscriptions (person_id, created_at, id)",
        "CREATE INDEX subscriptions_org ON subscriptions (org_id, created_at, id)",
        "CREATE INDEX subscriptions_ends ON subscriptions (ends_at) WHERE state IN ('active', 'past_due')",
        "CREATE INDEX subscriptions_pending ON subscriptions (created_at) WHERE state = 'pending'",
        """CREATE TRIGGER subscriptions_initial BEFORE INSERT ON subscriptions
            WHEN NEW.state <> 'pending' AND NOT (NEW.kind = 'comp' AND NEW.state = 'active')
            BEGIN SELECT RAISE(ABORT, 'subscriptions: must begin pending'); END""",
        f"""CREATE TRIGGER subscriptions_moves BEFORE UPDATE OF state ON subscriptions
            WHEN OLD.state <> NEW.state AND NOT ({_LISTED})
            BEGIN SELECT RAISE(ABORT, 'subscriptions: no such move'); END""",
        """CREATE TRIGGER subscriptions_frozen BEFORE UPDATE ON subscriptions
            WHEN OLD.id <> NEW.id OR OLD.org_id <> NEW.org_id OR OLD.circle <> NEW.circle OR OLD.kind <> NEW.kind
                OR OLD.person_id <> NEW.person_id
            BEGIN SELECT RAISE(ABORT, 'subscriptions: this column never changes'); END""",
        """CREATE TABLE subscription_charges (
            id TEXT PRIMARY KEY,
            subscription_id TEXT NOT NULL REFERENCES subscriptions (id),
            number INTEGER NOT NULL CHECK (number > 0),
            amount INTEGER NOT NULL CHECK (amount > 0),
            currency TEXT NOT NULL CHECK (length(currency) = 3),
            tax INTEGER NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('due', 'paid', 'void')),
            provider TEXT NOT NULL,
            reference TEXT,
            created_at INTEGER NOT NULL,
            paid_at INTEGER,
            late INTEGER NOT NULL DEFAULT 0 CHECK (late IN (0, 1)),
            UNIQUE (subscription_id, number),
            CHECK ((state = 'paid') = (paid_at IS NOT NULL))
        ) STRICT""",
        # Void can still be paid: whoever was slow has paid nevertheless, and that has to be seen.
        """CREATE TRIGGER subscription_charges_moves BEFORE UPDATE OF state ON subscription_charges
            WHEN OLD.state <> NEW.state AND NOT (OLD.state = 'due' OR (OLD.state = 'void' AND NEW.state = 'paid'))
            BEGIN SELECT RAISE(ABORT, 'subscription_charges: no such move'); END""",
        """CREATE TRIGGER subscription_charges_frozen BEFORE UPDATE OF subscription_id, number, amount, currency, tax
            ON subscription_charges
            BEGIN SELECT RAISE(ABORT, 'subscription_charges: this column never changes'); END""",
        "CREATE INDEX subscription_charges_due ON subscription_charges (created_at) WHERE state = 'due'",
    )


@migrations()
def m002_billed(db: Any) -> None:
    """Memberships whose periods a provider counts. What is asked of it is a row before it is asked."""
    subscriptions = (
        "billed INTEGER NOT NULL DEFAULT 0 CHECK (billed IN (0, 1))",
        "reference TEXT",
        "gone INTEGER NOT NULL DEFAULT 0 CHECK (gone IN (0, 1))",
        "trial_until INTEGER",
        "next_at INTEGER",
        "suspended_at INTEGER",
        "reminded_at INTEGER",
        "mismatch TEXT",
    )
    charges = (
        "since INTEGER",
        "until INTEGER",
        "rows TEXT",
        "url TEXT",
        "earned INTEGER NOT NULL DEFAULT 0 CHECK (earned >= 0)",
        "earn_at INTEGER",
        "refunded INTEGER NOT NULL DEFAULT 0 CHECK (refunded >= 0)",
    )
    statements(
        db,
        "ALTER TABLE member_plans ADD COLUMN trial_days INTEGER NOT NULL DEFAULT 0 CHECK (trial_days BETWEEN 0 AND 90)",
        *(f"ALTER TABLE subscriptions ADD COLUMN {one}" for one in subscriptions),
        *(f"ALTER TABLE subscription_charges ADD COLUMN {one}" for one in charges),
        "CREATE UNIQUE INDEX subscriptions_reference ON subscriptions (reference) WHERE reference IS NOT NULL",
        "CREATE INDEX subscriptions_there ON subscriptions (created_at, id) WHERE billed = 1 AND gone = 0",
        "CREATE INDEX subscriptions_trials ON subscriptions (trial_until) WHERE reminded_at IS NULL",
        """CREATE TRIGGER subscriptions_billed BEFORE UPDATE OF billed, reference, gone ON subscriptions
            WHEN OLD.billed <> NEW.billed OR OLD.gone > NEW.gone
                OR (OLD.reference IS NOT NULL AND OLD.reference IS NOT NEW.reference)
            BEGIN SELECT RAISE(ABORT, 'subscriptions: this column never changes'); END""",
        """CREATE UNIQUE INDEX subscription_charges_reference ON subscription_charges (provider, reference)
            WHERE reference IS NOT NULL AND provider <> 'offline'""",
        "CREATE INDEX subscription_charges_earn ON subscription_charges (earn_at) WHERE earn_at IS NOT NULL",
        """CREATE TABLE subscription_changes (
            id TEXT PRIMARY KEY,
            subscription_id TEXT NOT NULL REFERENCES subscriptions (id),
            kind TEXT NOT NULL CHECK (kind IN ('plan', 'stop', 'keep', 'pause', 'resume', 'end')),
            plan_id TEXT REFERENCES member_plans (id),
            at INTEGER NOT NULL,
            left INTEGER,
            state TEXT NOT NULL DEFAULT 'asked' CHECK (state IN ('asked', 'done', 'refused')),
            reason TEXT,
            created_at INTEGER NOT NULL,
            CHECK ((kind = 'plan') = (plan_id IS NOT NULL)),
            CHECK (kind <> 'pause' OR left > 0)
        ) STRICT""",
        # Nothing is asked while it is not known what became of what was asked before.
        "CREATE UNIQUE INDEX subscription_changes_one ON subscription_changes (subscription_id) WHERE state = 'asked'",
        "CREATE INDEX subscription_changes_of ON subscription_changes (subscription_id, created_at)",
        "CREATE INDEX subscription_changes_asked ON subscription_changes (created_at) WHERE state = 'asked'",
        """CREATE TRIGGER subscription_changes_frozen BEFORE UPDATE ON subscription_changes
            WHEN OLD.state <> 'asked' OR (OLD.id, OLD.subscription_id, OLD.kind, OLD.at) IS NOT
                (NEW.id, NEW.subscription_id, NEW.kind, NEW.at) OR OLD.plan_id IS NOT NEW.plan_id
                OR OLD.left IS NOT NEW.left
            BEGIN SELECT RAISE(ABORT, 'subscription_changes: what was asked never changes'); END""",
    )


@migrations()
def m003_refunds(db: Any) -> None:
    statements(
        db,
        # `owes`: so much is owed by this one; the rest was owed already, by one that failed or as money that came late.
        """CREATE TABLE subscription_refunds (
            id TEXT PRIMARY KEY,
            charge_id TEXT NOT NULL REFERENCES subscription_charges (id),
            org_id TEXT NOT NULL,
            provider TEXT NOT NULL,
            amount INTEGER NOT NULL CHECK (amount > 0),
            owes INTEGER NOT NULL CHECK (owes BETWEEN 0 AND amount),
            why TEXT NOT NULL CHECK (why IN ('wish', 'late')),
            state TEXT NOT NULL CHECK (state IN ('submitted', 'pending', 'succeeded', 'failed')),
            reference TEXT,
            reason TEXT,
            tries INTEGER NOT NULL DEFAULT 0,
            due_at INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            changed_at INTEGER NOT NULL
        ) STRICT""",
        "CREATE INDEX subscription_refunds_of ON subscription_refunds (charge_id)",
        """CREATE INDEX subscription_refunds_due ON subscription_refunds (due_at)
            WHERE state IN ('submitted', 'pending')""",
        """CREATE TRIGGER subscription_refunds_initial BEFORE INSERT ON subscription_refunds BEGIN
            SELECT RAISE(ABORT, 'subscription_refunds: must begin submitted') WHERE NEW.state <> 'submitted';
            SELECT RAISE(ABORT, 'subscription_refunds: more than was paid') WHERE NOT EXISTS (
                SELECT 1 FROM subscription_charges c WHERE c.id = NEW.charge_id AND c.state = 'paid' AND c.amount >=
                NEW.amount + (SELECT coalesce(sum(amount), 0) FROM subscription_refunds
                    WHERE charge_id = c.id AND state <> 'failed'));
        END""",
        """CREATE TRIGGER subscription_refunds_moves BEFORE UPDATE OF state ON subscription_refunds
            WHEN OLD.state <> NEW.state AND NOT ((OLD.state = 'submitted')
                OR (OLD.state = 'pending' AND NEW.state IN ('succeeded', 'failed'))
                OR (OLD.state = 'succeeded' AND NEW.state = 'failed'))
            BEGIN SELECT RAISE(ABORT, 'subscription_refunds: no such move'); END""",
        """CREATE TRIGGER subscription_refunds_frozen BEFORE UPDATE OF id, charge_id, provider, amount, owes, why
            ON subscription_refunds
            BEGIN SELECT RAISE(ABORT, 'subscription_refunds: this column never changes'); END""",
        """CREATE TRIGGER subscription_refunds_kept BEFORE DELETE ON subscription_refunds
            BEGIN SELECT RAISE(ABORT, 'subscription_refunds: never deleted'); END""",
        """CREATE TRIGGER subscription_refunds_counted AFTER UPDATE OF state ON subscription_refunds
            WHEN OLD.state <> NEW.state AND 'succeeded' IN (OLD.state, NEW.state) BEGIN
            UPDATE subscription_charges SET refunded = refunded +
                CASE NEW.state WHEN 'succeeded' THEN NEW.amount ELSE -NEW.amount END WHERE id = NEW.charge_id;
        END""",
        """CREATE TABLE membership_mails (
            subject TEXT NOT NULL,
            period INTEGER NOT NULL,
            at INTEGER NOT NULL,
            PRIMARY KEY (subject, period)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX membership_mails_at ON membership_mails (at)",
    )
