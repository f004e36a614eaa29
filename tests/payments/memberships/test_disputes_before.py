"""Disputes of memberships that were in the journal before they had rows of their own."""

import sqlite3
from contextlib import closing

from novacast import outbox
from novacast.accounts import schema as accounts
from novacast.database import migrate
from novacast.folder import DataFolder
from novacast.payments import tables
from novacast.payments.memberships.disputes import schema
from novacast.tickets.proof.memberships.store import CONTRADICTIONS
from tests.databases import migrated
from tests.fakes.clock import FakeClock

CHARGE = (
    "INSERT INTO subscription_charges (id, subscription_id, number, amount, currency, tax, state, provider, reference, "
    "created_at, paid_at) VALUES ('{0}', 's', {1}, 900, 'EUR', 0, 'paid', 'stripe', 'in_{0}', 1, 1)"
)
LINE = (
    "INSERT INTO ledger (at, org_id, currency, test, source, kind, line, debit, credit, amount, order_id, about, memo) "
    "VALUES ({at}, 'o', 'EUR', 0, '{source}', '{kind}', 1, '{debit}', '{credit}', 900, 'b', '{about}', '')"
)
MOVES = {
    "disputed": ("disputes", "clearing:stripe"),
    "lost": ("losses", "disputes"),
    "won": ("clearing:stripe", "disputes"),
}
BEFORE = {"open": ("disputed",), "won": ("disputed", "won"), "lost": ("disputed", "lost"), "after": (*MOVES,)}
"""As they were written: what was won after it was lost came off what is disputed."""


def test_what_the_journal_has_of_disputes_gets_rows_and_is_put_right(folder: DataFolder, clock: FakeClock) -> None:
    older = [one for one in tables.MIGRATIONS if one is not schema.migrations]
    migrated(folder.database, [outbox.migrations, accounts.migrations, *older])
    with closing(sqlite3.connect(folder.database)) as db, db:
        at = 0
        for number, (name, kinds) in enumerate(BEFORE.items(), 1):
            db.execute(CHARGE.format(name, number))
            for kind in kinds:
                debit, credit = MOVES[kind]
                at += 1
                db.execute(LINE.format(at=at, source=f"dp_{name}", kind=kind, debit=debit, credit=credit, about=name))
    every = [outbox.migrations, accounts.migrations, *tables.MIGRATIONS]
    migrate(folder.database, every, clock, backups=folder.backups)
    with closing(sqlite3.connect(folder.database)) as db:
        rows = db.execute("SELECT charge_id, state, amount, reference FROM subscription_disputes").fetchall()
        assert {one[0]: one[1] for one in rows} == {"open": "open", "won": "won", "lost": "lost", "after": "won"}
        assert {one[2] for one in rows} == {900}
        assert {one[3] for one in rows} == {f"dp_{name}" for name in BEFORE}
        sums = "SELECT account, sum(amount) FROM ledger_balances WHERE account IN ('disputes', 'losses') GROUP BY 1"
        assert dict(db.execute(sums).fetchall()) == {"disputes": 900, "losses": 900}
        for sql in CONTRADICTIONS[-2:]:
            assert db.execute(sql).fetchall() == []
