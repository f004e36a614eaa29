"""SQL that holds payments, refunds and the ledger against each other, and SQL that attacks them. It reads the ledger's
table itself: what the port says of it proves nothing about it."""

from novacast.tickets.proof.attacks import Attack

SCENE = (
    ("INSERT INTO cancellations VALUES ('!k', '!1', '!o', '[]', 4, 4, 'EUR', '', 0, NULL, 1)"),
    (
        "INSERT INTO refunds (id, order_id, org_id, attempt_id, cancellation_id, why, provider, key, amount, currency, "
        "due_at, state, created_at, changed_at) VALUES "
        "('!r', '!1', '!o', '!a', '!k', 'cancelled', 'cash', '!r', 3, 'EUR', 1, 'requested', 1, 1)"
    ),
    "UPDATE refunds SET state = 'submitted' WHERE id = '!r'",
    "UPDATE refunds SET state = 'succeeded' WHERE id = '!r'",
    (
        "INSERT INTO ledger (at, org_id, currency, test, source, kind, line, debit, credit, amount, order_id, about, "
        "memo) VALUES (1, '!o', 'EUR', 0, '!a', 'sold', 1, 'cash', 'deferred:0', 5, '!1', '!p', '')"
    ),
    (
        "INSERT INTO ledger (at, org_id, currency, test, source, kind, line, debit, credit, amount, order_id, about, "
        "memo) VALUES (1, '!o', 'EUR', 0, '!k', 'owed', 1, 'deferred:0', 'refunds_owed', 4, '!1', '!p', '')"
    ),
)
"""Five were paid, four are owed back, three are given back."""

_REFUND = (
    "INSERT INTO refunds (id, order_id, org_id, attempt_id, cancellation_id, again_of, why, provider, key, amount, "
    "currency, due_at, state, created_at, changed_at) VALUES ('!x', '!1', '!o', '!a', {of}, {again}, '{why}', 'cash', "
    "'{key}', {amount}, 'EUR', 1, '{state}', 1, 1)"
)
_LEDGER = (
    "INSERT INTO ledger (n, at, org_id, currency, test, source, kind, line, debit, credit, amount, order_id, about, "
    "memo) VALUES ({n}, 1, '!o', 'EUR', 0, '{source}', '{kind}', {line}, '{debit}', 'fees', {amount}, '!1', '!p', '')"
)


def _refund(amount: int, *, of: str = "NULL", again: str = "NULL", key: str = "!x", state: str = "requested") -> str:
    why = "surplus" if of == "NULL" else "cancelled"
    return _REFUND.format(of=of, again=again, why=why, key=key, amount=amount, state=state)


def _line(
    n: str = "NULL", source: str = "!x", kind: str = "fee", line: int = 1, debit: str = "cash", amount: int = 1
) -> str:
    return _LEDGER.format(n=n, source=source, kind=kind, line=line, debit=debit, amount=amount)


ATTACKS = (
    Attack("give back more than was captured", _refund(3), "more than was captured"),
    Attack("give back more than is owed", _refund(2, of="'!k'"), "more than is owed"),
    Attack("give back with a used key", _refund(1, of="'!k'", key="!r"), "refunds.key"),
    Attack("begin a refund as given back", _refund(1, of="'!k'", state="succeeded"), "must begin requested"),
    Attack("repeat a refund that has not failed", _refund(1, of="'!k'", again="'!r'"), "has not failed"),
    Attack("give back another amount", "UPDATE refunds SET amount = 1 WHERE id = '!r'", "never changes"),
    Attack("give back another way", "UPDATE refunds SET provider = 'transfer' WHERE id = '!r'", "on its way"),
    Attack("take a refund back", "UPDATE refunds SET state = 'requested' WHERE id = '!r'", "no such move"),
    Attack("delete a refund", "DELETE FROM refunds WHERE id = '!r'", "never deleted"),
    Attack("count a refund that was not", "UPDATE payment_attempts SET refunded = 4 WHERE id = '!a'", "not authorized"),
    Attack(
        "owe back more than an order cost",
        "INSERT INTO cancellations VALUES ('!x', '!1', '!o', '[]', 2, 2, 'EUR', '', 0, NULL, 1)",
        "more than the order cost",
    ),
    Attack("change the ledger", "UPDATE ledger SET amount = 6 WHERE source = '!a'", "only ever added to"),
    Attack("delete of the ledger", "DELETE FROM ledger WHERE source = '!a'", "only ever added to"),
    Attack(
        "put a line in place of another",
        _line("(SELECT max(n) FROM ledger)").replace("INSERT", "INSERT OR REPLACE", 1),
        "only ever added to",
    ),
    Attack("write a posting twice", _line(source="!k", kind="owed"), "ledger.source"),
    Attack("add to a posting later", _line(source="!a", kind="sold", line=2), "posting is closed"),
    Attack("leave a gap in the ledger", _line("(SELECT max(n) + 2 FROM ledger)"), "the next number"),
    Attack("move nothing", _line(amount=0), "amount > 0"),
    Attack("debit what is credited", _line(debit="fees"), "debit <> credit"),
    Attack("invent an account", _line(debit="pocket"), "CHECK constraint failed"),
    Attack("change a balance", "UPDATE ledger_balances SET amount = 0 WHERE org_id = '!o'", "not authorized"),
    Attack("invent a balance", "INSERT INTO ledger_balances VALUES ('!o', 'EUR', 0, 'bank', '', 5)", "not authorized"),
    Attack("forget a balance", "DELETE FROM ledger_balances WHERE org_id = '!o'", "never deleted"),
)

_LIVE = "r.state NOT IN ('failed', 'cancelled')"
_WRITTEN = "SELECT coalesce(sum(amount), 0) FROM ledger l WHERE l.source = {source} AND l.kind IN ({kinds})"


def _written(source: str, *kinds: str) -> str:
    return _WRITTEN.format(source=source, kinds=", ".join(f"'{one}'" for one in kinds))


CONTRADICTIONS = (
    (
        "SELECT 'invoice' AS what, org_id || ' ' || kind || ' ' || year AS subject, 'numbers up to ' || max(number) || "
        "', and there are ' || count(*) AS detail FROM invoices GROUP BY org_id, test, kind, year "
        "HAVING max(number) <> count(*)"
    ),
    (
        "SELECT 'dispute' AS what, o.id AS subject, o.code || ': flagged ' || o.disputed AS detail FROM orders o "
        "WHERE o.disputed <> EXISTS (SELECT 1 FROM disputes WHERE order_id = o.id AND state IN ('open', 'lost'))"
    ),
    (
        "SELECT 'dispute' AS what, b.org_id AS subject, 'the ledger has ' || b.says || ' in disputes, counted ' || "
        "b.counted AS detail FROM (SELECT d.org_id, d.currency, o.test, (SELECT coalesce(sum(amount * "
        "((l.debit = 'disputes') - (l.credit = 'disputes'))), 0) FROM ledger l JOIN orders x ON x.id = l.order_id "
        "WHERE x.org_id = d.org_id AND x.currency = d.currency AND x.test = o.test) AS says, "
        "sum(d.amount * (d.state = 'open')) AS counted FROM disputes d "
        "JOIN orders o ON o.id = d.order_id GROUP BY 1, 2, 3) b WHERE b.says <> b.counted"
    ),
    (
        "WITH told AS (SELECT org_id, currency, test, account, about, sum(amount) AS amount FROM ("
        "SELECT org_id, currency, test, debit AS account, about, amount FROM ledger UNION ALL "
        "SELECT org_id, currency, test, credit, about, -amount FROM ledger) GROUP BY 1, 2, 3, 4, 5) "
        "SELECT 'balance' AS what, b.org_id || ' ' || b.account AS subject, 'says ' || b.amount || ', the journal ' || "
        "coalesce(t.amount, 0) AS detail FROM ledger_balances b LEFT JOIN told t "
        "USING (org_id, currency, test, account, about) WHERE b.amount IS NOT t.amount UNION ALL "
        "SELECT 'balance', t.org_id || ' ' || t.account, 'is missing' FROM told t LEFT JOIN ledger_balances b "
        "USING (org_id, currency, test, account, about) WHERE b.amount IS NULL"
    ),
    (
        "SELECT 'ledger' AS what, org_id AS subject, currency || ' is ' || sum(amount) || ' out of balance' AS detail "
        "FROM ledger_balances GROUP BY org_id, currency, test HAVING sum(amount) <> 0"
    ),
    (
        "SELECT 'payment' AS what, a.id AS subject, a.captured || ' came, the ledger has ' || "  # noqa: S608 - a text of ours
        f"({_written('a.id', 'sold', 'surplus')}) AS detail FROM payment_attempts a "
        f"WHERE a.captured <> ({_written('a.id', 'sold', 'surplus')})"
    ),
    (
        "SELECT 'refund' AS what, r.id AS subject, r.state || ', the ledger has ' || "  # noqa: S608 - a text of ours
        f"({_written('r.id', 'repaid')}) || ' less ' || ({_written('r.id', 'returned')}) AS detail FROM refunds r "
        f"WHERE r.amount * (r.state = 'succeeded') <> ({_written('r.id', 'repaid')}) - ({_written('r.id', 'returned')})"
    ),
    (
        "SELECT 'cancellation' AS what, c.id AS subject, c.back || ' is owed, the ledger has ' || "  # noqa: S608 - a text of ours
        f"({_written('c.id', 'owed')}) AS detail FROM cancellations c WHERE c.back <> ({_written('c.id', 'owed')})"
    ),
    (
        "SELECT 'payment' AS what, a.id AS subject, 'says ' || a.refunded || ' given back, counted ' || "
        "coalesce(sum(r.amount), 0) AS detail FROM payment_attempts a "
        "LEFT JOIN refunds r ON r.attempt_id = a.id AND r.state = 'succeeded' GROUP BY a.id "
        "HAVING a.refunded <> coalesce(sum(r.amount), 0)"
    ),
    # Each cent that came is for tickets, or for a cancellation's share that the house keeps, or on its way back, or
    # waits for somebody; whoever failed to get it back is found by the refund that nothing took the place of.
    (
        "SELECT 'money' AS what, m.id AS subject, m.code || ': ' || m.came || ' came, ' || m.kept || ' is kept, ' || "
        "m.back || ' goes back' AS detail FROM (SELECT o.id, o.code, o.state, "
        "(SELECT coalesce(sum(captured), 0) FROM payment_attempts WHERE order_id = o.id) AS came, "
        "CASE WHEN EXISTS (SELECT 1 FROM tickets WHERE order_id = o.id) THEN o.total - "
        "(SELECT coalesce(sum(back), 0) FROM cancellations WHERE order_id = o.id) ELSE 0 END AS kept, "
        "(SELECT coalesce(sum(amount), 0) FROM refunds r WHERE r.order_id = o.id "
        "AND NOT EXISTS (SELECT 1 FROM refunds x WHERE x.again_of = r.id)) AS back FROM orders o) m "
        "WHERE m.came <> m.kept + m.back AND NOT (m.state = 'paid_unfulfillable' AND m.back = 0)"
    ),
    (
        "SELECT 'owed' AS what, b.org_id AS subject, b.currency || ': the ledger owes ' || b.owed || ', counted ' || "
        "b.counted AS detail FROM (SELECT o.org_id, o.currency, o.test, sum((SELECT coalesce(sum(l.amount * "
        "((l.credit = 'refunds_owed') - (l.debit = 'refunds_owed'))), 0) FROM ledger l WHERE l.order_id = o.id)) "
        "AS owed, sum((SELECT coalesce(sum(back), 0) FROM cancellations "
        "WHERE order_id = o.id) + (SELECT coalesce(sum(captured - refunded), 0) FROM payment_attempts "
        "WHERE order_id = o.id) - CASE WHEN EXISTS (SELECT 1 FROM tickets WHERE order_id = o.id) THEN o.total "
        "ELSE 0 END) AS counted FROM orders o GROUP BY 1, 2, 3) b WHERE b.owed <> b.counted"
    ),
    (
        "SELECT 'receivable' AS what, b.org_id AS subject, 'says ' || b.says || ', counted ' || b.counted AS detail "
        "FROM (SELECT o.org_id, o.currency, o.test, (SELECT coalesce(sum(amount), 0) FROM ledger_balances l "
        "WHERE l.org_id = o.org_id AND l.currency = o.currency AND l.test = o.test AND l.account = 'receivable') "
        "AS says, sum(o.total * (o.state = 'awaiting_payment' AND o.method = 'transfer')) AS counted FROM orders o "
        "GROUP BY 1, 2, 3) b WHERE b.says <> b.counted"
    ),
)

WAITING = (
    "SELECT 'refund' AS what, r.id AS subject, o.code || ': ' || r.amount || ' ' || r.currency || ' ' || r.state || "
    "', and owed still: ' || coalesce(r.reason, '') AS detail FROM refunds r JOIN orders o ON o.id = r.order_id "
    "WHERE r.state IN ('failed', 'cancelled') AND NOT EXISTS (SELECT 1 FROM refunds x WHERE x.again_of = r.id) "
    "UNION ALL SELECT 'dispute', d.id, o.code || ': disputed, ' || d.reason FROM disputes d "
    "JOIN orders o ON o.id = d.order_id WHERE d.state = 'open' "
    "UNION ALL SELECT 'inquiry', coalesce(order_id, subscription_id), code || ' ' || reference || "
    "': a bank asks, and waits for an answer: ' || reason FROM payment_inquiries WHERE state = 'asked'"
)
"""What is in order, and needs a person."""
