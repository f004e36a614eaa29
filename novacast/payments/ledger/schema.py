"""The journal, and what stands on each account by it.

A row is one transfer: an amount, the account it is debited to and the one it is credited to. So no row, and no set of
rows, can be out of balance, and nothing has to be checked at the end of a transaction, where SQLite checks nothing.
"""

from typing import Any

from novacast.database import Guards, Migrations, statements

migrations = Migrations("payments_ledger")

GUARDED: Guards = {
    "ledger_balances": frozenset({"ledger_counted"}),
    "ledger_balances.amount": frozenset({"ledger_counted"}),
}
"""What only these triggers may write."""

_SINGLE = "'cash', 'bank', 'card_terminal', 'receivable', 'ordered', 'refunds_owed', 'fees', 'disputes', 'losses'"


def _account(column: str) -> str:
    by_rate = " OR ".join(f"{column} GLOB '{one}:[0-9]*'" for one in ("deferred", "revenue", "tax"))
    return f"CHECK ({column} IN ({_SINGLE}) OR {column} GLOB 'clearing:[a-z]*' OR {by_rate})"


def _count(account: str, amount: str) -> str:
    return (
        "INSERT INTO ledger_balances (org_id, currency, test, account, about, amount) "  # noqa: S608 - names of ours
        f"VALUES (NEW.org_id, NEW.currency, NEW.test, NEW.{account}, NEW.about, {amount}) "
        "ON CONFLICT DO UPDATE SET amount = amount + excluded.amount;"
    )


@migrations()
def m001_ledger(db: Any) -> None:
    """`source` and `kind` name a posting, which is written at one go: its lines follow one another at the journal's
    end, and nothing is added to it later. `line` counts them."""
    statements(
        db,
        f"""CREATE TABLE ledger (
            n INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            org_id TEXT NOT NULL,
            currency TEXT NOT NULL CHECK (length(currency) = 3),
            test INTEGER NOT NULL CHECK (test IN (0, 1)),
            source TEXT NOT NULL CHECK (source <> ''),
            kind TEXT NOT NULL CHECK (kind <> ''),
            line INTEGER NOT NULL CHECK (line > 0),
            debit TEXT NOT NULL {_account("debit")},
            credit TEXT NOT NULL {_account("credit")},
            amount INTEGER NOT NULL CHECK (amount > 0),
            order_id TEXT NOT NULL,
            about TEXT NOT NULL,
            memo TEXT NOT NULL,
            CHECK (debit <> credit)
        ) STRICT""",
        "CREATE UNIQUE INDEX one_posting ON ledger (source, kind, line)",
        "CREATE INDEX ledger_org ON ledger (org_id, test, at, n)",
        "CREATE INDEX ledger_order ON ledger (order_id) WHERE order_id <> ''",
        """CREATE TABLE ledger_balances (
            org_id TEXT NOT NULL,
            currency TEXT NOT NULL,
            test INTEGER NOT NULL,
            account TEXT NOT NULL,
            about TEXT NOT NULL,
            amount INTEGER NOT NULL,
            PRIMARY KEY (org_id, currency, test, account, about)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX ledger_unearned ON ledger_balances (about) "
        "WHERE account >= 'deferred:' AND account < 'deferred;' AND amount <> 0",
        """CREATE TRIGGER ledger_unchanged BEFORE UPDATE ON ledger
        BEGIN SELECT RAISE(ABORT, 'ledger: is only ever added to'); END""",
        """CREATE TRIGGER ledger_undeleted BEFORE DELETE ON ledger
        BEGIN SELECT RAISE(ABORT, 'ledger: is only ever added to'); END""",
        """CREATE TRIGGER ledger_closed BEFORE INSERT ON ledger WHEN NEW.line > 1 AND NOT EXISTS (
            SELECT 1 FROM ledger WHERE n = (SELECT max(n) FROM ledger) AND source = NEW.source AND kind = NEW.kind
            AND line = NEW.line - 1 AND at = NEW.at AND org_id = NEW.org_id AND currency = NEW.currency
            AND test = NEW.test)
        BEGIN SELECT RAISE(ABORT, 'ledger: this posting is closed'); END""",
        """CREATE TRIGGER ledger_numbered AFTER INSERT ON ledger
        WHEN NEW.n <> 1 AND NOT EXISTS (SELECT 1 FROM ledger WHERE n = NEW.n - 1)
        BEGIN SELECT RAISE(ABORT, 'ledger: the next row has the next number'); END""",
        f"""CREATE TRIGGER ledger_counted AFTER INSERT ON ledger BEGIN
            {_count("debit", "NEW.amount")}
            {_count("credit", "-NEW.amount")}
        END""",
        """CREATE TRIGGER ledger_balances_kept BEFORE DELETE ON ledger_balances
        BEGIN SELECT RAISE(ABORT, 'ledger_balances: rows are never deleted'); END""",
        """CREATE TRIGGER ledger_balances_frozen BEFORE UPDATE OF org_id, currency, test, account, about
        ON ledger_balances BEGIN SELECT RAISE(ABORT, 'ledger_balances: this column never changes'); END""",
    )
