"""All SQL of the ledger."""

from collections.abc import Sequence

from novacast.database import Query, Row, Transaction
from novacast.money import Entry
from novacast.payments.ledger.models import Balance, Line, Transfer

_LINE = (
    "n", "at", "org_id", "currency", "source", "kind", "line", "debit", "credit", "amount", "order_id", "about", "memo",
)  # fmt: skip


def posted(source: str, kind: str) -> Query[bool]:
    return Query("SELECT 1 FROM ledger WHERE source = ? AND kind = ? LIMIT 1", (source, kind), lambda row: True)


def known(source: str) -> Query[bool]:
    return Query("SELECT 1 FROM ledger WHERE source = ? LIMIT 1", (source,), lambda row: True)


def entry(source: str) -> Query[Entry]:
    return Query("SELECT * FROM ledger WHERE source = ? ORDER BY n LIMIT 1", (source,), _entry)


def add(
    tx: Transaction,
    posting: tuple[int, str, str, int, str, str],
    transfers: Sequence[Transfer],
    order_id: str,
    about: str,
    memo: str,
) -> None:
    """`posting`: at, organization, currency, test, source, kind."""
    for line, one in enumerate(transfers, 1):
        tx.run(
            "INSERT INTO ledger (at, org_id, currency, test, source, kind, line, debit, credit, amount, order_id, "
            "about, memo) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*posting, line, one.debit, one.credit, one.amount, order_id, about, memo),
        )


def sold_of(order_id: str) -> Query[tuple[int, int]]:
    """Rate, and the gross that an order has bought at it and is not owed back, earned or not."""
    return Query(
        "SELECT substr(account, instr(account, ':') + 1) + 0 AS rate, sum(amount) AS gross FROM ("
        "SELECT credit AS account, amount FROM ledger WHERE order_id = :order UNION ALL "
        "SELECT debit, -amount FROM ledger WHERE order_id = :order) "
        "WHERE account GLOB 'deferred:*' OR account GLOB 'revenue:*' OR account GLOB 'tax:*' GROUP BY 1 "
        "HAVING gross > 0",
        {"order": order_id},
        lambda row: (row["rate"], row["gross"]),
    )


def unearned() -> Query[str]:
    return Query(
        "SELECT DISTINCT about FROM ledger_balances "
        "WHERE account >= 'deferred:' AND account < 'deferred;' AND amount <> 0",
        (),
        lambda row: str(row["about"]),
    )


def unearned_of(about: str) -> Query[tuple[str, str, bool, int, int]]:
    """Organization, currency, test, rate and net."""
    return Query(
        "SELECT org_id, currency, test, substr(account, 10) + 0 AS rate, -amount AS net FROM ledger_balances "
        "WHERE about = ? AND account >= 'deferred:' AND account < 'deferred;' AND amount <> 0 "
        "ORDER BY org_id, currency, test, rate",
        (about,),
        lambda row: (row["org_id"], row["currency"], bool(row["test"]), row["rate"], row["net"]),
    )


def balance(entry: Entry, account: str) -> Query[int]:
    """Debits less credits of what an entry is about, on one account."""
    return Query(
        "SELECT amount FROM ledger_balances WHERE org_id = ? AND currency = ? AND test = ? AND account = ? "
        "AND about = ?",
        (entry.org_id, entry.currency, int(entry.test), account, entry.about),
        lambda row: int(row["amount"]),
    )


def times_earned(about: str) -> Query[int]:
    return Query(
        "SELECT count(DISTINCT kind) FROM ledger WHERE source = ? AND kind GLOB 'earned:*'",
        (about,),
        lambda row: int(row[0]),
    )


def paid_out(source: str) -> Query[tuple[int, int]]:
    """How often a payout was written down, and how much of it is at the bank by that."""
    return Query(
        "SELECT count(DISTINCT kind) AS times, coalesce(sum(CASE debit WHEN 'bank' THEN amount ELSE -amount END), 0) "
        "AS total FROM ledger WHERE source = ? AND kind GLOB 'paid_out:*'",
        (source,),
        lambda row: (row["times"], row["total"]),
    )


def balances(org_id: str, *, test: bool) -> Query[Balance]:
    """Of all that was ever written down."""
    return Query(
        "SELECT currency, account, sum(amount) AS amount FROM ledger_balances WHERE org_id = ? AND test = ? "
        "GROUP BY currency, account ORDER BY currency, account",
        (org_id, int(test)),
        lambda row: Balance(row["currency"], row["account"], row["amount"]),
    )


def moved(org_id: str, since: int, until: int, *, test: bool) -> Query[tuple[str, str, int, int]]:
    """Currency, account, debits and credits from `since` until `until`."""
    return Query(
        "SELECT currency, account, sum(debit) AS debits, sum(credit) AS credits FROM ("
        "SELECT currency, debit AS account, amount AS debit, 0 AS credit FROM ledger "
        "WHERE org_id = :org AND test = :test AND at >= :since AND at < :until UNION ALL "
        "SELECT currency, credit, 0, amount FROM ledger "
        "WHERE org_id = :org AND test = :test AND at >= :since AND at < :until) "
        "GROUP BY currency, account ORDER BY currency, account",
        {"org": org_id, "test": int(test), "since": since, "until": until},
        lambda row: (row["currency"], row["account"], row["debits"], row["credits"]),
    )


def lines(org_id: str, start: tuple[int, int], since: int, until: int, limit: int, *, test: bool) -> Query[Line]:
    """In the order of their instants; `start`: instant and number of the one before."""
    return Query(
        "SELECT * FROM ledger WHERE org_id = :org AND test = :test AND at >= :since AND at < :until "
        "AND (at, n) > (:at, :n) ORDER BY at, n LIMIT :limit",
        {
            "org": org_id, "test": int(test), "since": since, "until": until, "at": start[0], "n": start[1],
            "limit": limit,
        },
        _line,
    )  # fmt: skip


def _line(row: Row) -> Line:
    return Line(**{name: row[name] for name in _LINE}, test=bool(row["test"]))


def _entry(row: Row) -> Entry:
    return Entry(
        source=row["source"],
        org_id=row["org_id"],
        currency=row["currency"],
        test=bool(row["test"]),
        order_id=row["order_id"],
        about=row["about"],
        memo=row["memo"],
        at=row["at"],
    )
