"""The table of disputes of memberships."""

from typing import Any

from novacast.database import Migrations, statements

migrations = Migrations("payments.memberships_disputes")

_MOVES = "open>won open>lost lost>won"
_LISTED = " OR ".join("(OLD.state = '{}' AND NEW.state = '{}')".format(*one.split(">")) for one in _MOVES.split())
_POSTED = (
    "reference IN (SELECT l.source FROM ledger l JOIN subscription_charges c ON c.id = l.about WHERE l.kind = '{kind}')"
)


@migrations()
def m001_disputes(db: Any) -> None:
    """What the journal knows of already stands in the table as well."""
    statements(
        db,
        """CREATE TABLE subscription_disputes (
            id TEXT PRIMARY KEY,
            charge_id TEXT NOT NULL REFERENCES subscription_charges (id),
            org_id TEXT NOT NULL,
            provider TEXT NOT NULL,
            reference TEXT NOT NULL,
            amount INTEGER NOT NULL CHECK (amount > 0),
            currency TEXT NOT NULL CHECK (length(currency) = 3),
            reason TEXT NOT NULL,
            due_at INTEGER,
            state TEXT NOT NULL CHECK (state IN ('open', 'won', 'lost')),
            created_at INTEGER NOT NULL,
            changed_at INTEGER NOT NULL
        ) STRICT""",
        "CREATE UNIQUE INDEX subscription_disputes_one ON subscription_disputes (provider, reference)",
        "CREATE INDEX subscription_disputes_of ON subscription_disputes (charge_id)",
        """CREATE TRIGGER subscription_disputes_initial BEFORE INSERT ON subscription_disputes WHEN NEW.state <> 'open'
            BEGIN SELECT RAISE(ABORT, 'subscription_disputes: must begin open'); END""",
        f"""CREATE TRIGGER subscription_disputes_moves BEFORE UPDATE OF state ON subscription_disputes
            WHEN OLD.state <> NEW.state AND NOT ({_LISTED})
            BEGIN SELECT RAISE(ABORT, 'subscription_disputes: no such move'); END""",
        """CREATE TRIGGER subscription_disputes_frozen BEFORE UPDATE ON subscription_disputes
            WHEN (OLD.id, OLD.charge_id, OLD.org_id, OLD.provider, OLD.reference, OLD.amount, OLD.currency) IS NOT
                (NEW.id, NEW.charge_id, NEW.org_id, NEW.provider, NEW.reference, NEW.amount, NEW.currency)
            BEGIN SELECT RAISE(ABORT, 'subscription_disputes: this column never changes'); END""",
        """CREATE TRIGGER subscription_disputes_kept BEFORE DELETE ON subscription_disputes
            BEGIN SELECT RAISE(ABORT, 'subscription_disputes: never deleted'); END""",
        """INSERT INTO subscription_disputes
            SELECT l.source, c.id, l.org_id, c.provider, l.source, l.amount, l.currency, '', NULL, 'open', l.at, l.at
            FROM ledger l JOIN subscription_charges c ON c.id = l.about WHERE l.kind = 'disputed' AND l.line = 1""",
        f"UPDATE subscription_disputes SET state = 'lost' WHERE {_POSTED.format(kind='lost')}",  # noqa: S608 - a text of ours
        f"UPDATE subscription_disputes SET state = 'won' WHERE {_POSTED.format(kind='won')}",  # noqa: S608 - a text of ours
        # One that was won after it was lost came off what is disputed, and not off the losses.
        """INSERT INTO ledger (at, org_id, currency, test, source, kind, line, debit, credit, amount, order_id, about,
            memo) SELECT w.at, w.org_id, w.currency, w.test, w.source, 'corrected', 1, 'disputes', 'losses', w.amount,
            w.order_id, w.about, w.memo FROM ledger w JOIN subscription_charges c ON c.id = w.about
            JOIN ledger l ON l.source = w.source AND l.kind = 'lost' AND l.line = 1
            WHERE w.kind = 'won' AND w.credit = 'disputes' ORDER BY w.n""",
    )
