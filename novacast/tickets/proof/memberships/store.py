"""SQL that holds what was paid for memberships against the journal."""

_LEDGER = "SELECT coalesce(sum(amount), 0) FROM ledger l WHERE l.source = {source} AND l.kind IN ({kinds})"


def _written(source: str, *kinds: str) -> str:
    return _LEDGER.format(source=source, kinds=", ".join(f"'{one}'" for one in kinds))


def _stands(account: str) -> str:
    """What a dispute has left on an account."""
    return (
        f"(SELECT coalesce(sum(l.amount * ((l.debit = '{account}') - (l.credit = '{account}'))), 0) "  # noqa: S608 - names of ours
        "FROM ledger l WHERE l.source = s.reference AND l.about = s.charge_id)"
    )


CONTRADICTIONS = (
    (
        "SELECT 'membership' AS what, c.id AS subject, c.amount || ' came, the ledger has ' || "  # noqa: S608 - a text of ours
        f"({_written('c.id', 'sold', 'surplus')}) AS detail FROM subscription_charges c WHERE c.since IS NOT NULL "
        f"AND c.amount * (c.state = 'paid') <> ({_written('c.id', 'sold', 'surplus')})"
    ),
    (
        "SELECT 'membership' AS what, r.id AS subject, r.state || ', the ledger has ' || "  # noqa: S608 - a text of ours
        f"({_written('r.id', 'repaid')}) || ' less ' || ({_written('r.id', 'returned')}) AS detail "
        f"FROM subscription_refunds r WHERE r.amount * (r.state = 'succeeded') <> "
        f"({_written('r.id', 'repaid')}) - ({_written('r.id', 'returned')})"
    ),
    (
        "SELECT 'membership' AS what, c.id AS subject, 'says ' || c.refunded || ' given back, counted ' || "
        "coalesce(sum(r.amount), 0) AS detail FROM subscription_charges c "
        "LEFT JOIN subscription_refunds r ON r.charge_id = c.id AND r.state = 'succeeded' GROUP BY c.id "
        "HAVING c.refunded <> coalesce(sum(r.amount), 0)"
    ),
    (
        "SELECT 'membership' AS what, d.id AS subject, 'a dispute is ' || d.state || ', the ledger keeps ' || "  # noqa: S608 - a text of ours
        "d.kept || ' of it and has lost ' || d.gone || ' of ' || d.amount AS detail FROM (SELECT s.*, "
        f"{_stands('disputes')} AS kept, {_stands('losses')} AS gone FROM subscription_disputes s) d "
        "WHERE d.kept <> d.amount * (d.state = 'open') OR d.gone <> d.amount * (d.state = 'lost')"
    ),
    (
        "SELECT 'membership' AS what, l.about AS subject, 'the ledger has a dispute ' || l.source || "
        "' that nothing tells of' AS detail FROM ledger l JOIN subscription_charges c ON c.id = l.about "
        "WHERE l.kind = 'disputed' AND NOT EXISTS (SELECT 1 FROM subscription_disputes d "
        "WHERE d.reference = l.source AND d.charge_id = c.id)"
    ),
)

WAITING = (
    "SELECT 'membership' AS what, id AS subject, mismatch AS detail FROM subscriptions WHERE mismatch IS NOT NULL "
    "UNION ALL SELECT 'membership', r.id, r.amount || ' could not be given back: ' || coalesce(r.reason, '') "
    "FROM subscription_refunds r JOIN subscription_charges c ON c.id = r.charge_id WHERE r.state = 'failed' "
    "AND c.refunded < (SELECT sum(owes) FROM subscription_refunds WHERE charge_id = c.id) "
    "UNION ALL SELECT 'membership', c.id, c.amount || ' was paid too late, and is not given back' "
    "FROM subscription_charges c WHERE c.late = 1 AND c.state = 'paid' AND c.refunded < c.amount "
    "UNION ALL SELECT 'membership', charge_id, amount || ' is disputed, ' || reason FROM subscription_disputes "
    "WHERE state = 'open' UNION ALL SELECT 'membership', id, 'given back otherwise than asked for, ' || reason "
    "FROM subscription_refunds WHERE state IN ('submitted', 'pending') AND reason GLOB 'amount:*'"
)
"""What is in order, and needs a person."""
