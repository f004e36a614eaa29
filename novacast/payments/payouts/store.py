"""All SQL of accounts at providers. What the books have is read from the ledger's own rows."""

from dataclasses import fields

from novacast.database import Query, Row, Transaction
from novacast.money import Entry
from novacast.payments.payouts.models import GRACE, SOON, Kind, Mismatch, Movement, Payout, PayoutState, Share
from novacast.payments.payouts.parts.store import NO_PART, SOURCES

Key = tuple[int, str]
START: Key = (2**62, "")
_MOVEMENT = ("id", "reference", "key", "amount", "fee", "currency", "at")
_PAYOUT = ("id", "amount", "currency", "created_at", "arrives_at")


def add(tx: Transaction, provider: str, one: Movement, *, test: bool) -> None:
    """Once, however often it is told."""
    values = {name: getattr(one, name) for name in _MOVEMENT}
    columns = ("provider", "kind", "test", *values)
    marks = ", ".join(f":{name}" for name in columns)
    tx.run(
        f"INSERT INTO payout_movements ({', '.join(columns)}) VALUES ({marks}) ON CONFLICT DO NOTHING",  # noqa: S608 - names from our code
        {"provider": provider, "kind": one.kind, "test": int(test), **values},
    )


def nobodys(provider: str, limit: int, *, test: bool) -> Query[Movement]:
    """What may be somebody's, and is not known yet as anybody's; the newest first."""
    return Query(
        "SELECT * FROM payout_movements WHERE provider = ? AND test = ? AND org_id IS NULL "
        "AND kind NOT IN ('payout', 'other') "
        "ORDER BY at DESC LIMIT ?",
        (provider, int(test), limit),
        _movement,
    )


def sole(provider: str, *, test: bool) -> Query[str]:
    """The organization whose account it is, where there is only one; two rows where there are more."""
    return Query(
        "SELECT DISTINCT org_id FROM payout_movements WHERE provider = ? AND test = ? AND org_id IS NOT NULL LIMIT 2",
        (provider, int(test)),
        lambda row: str(row["org_id"]),
    )


def attribute(tx: Transaction, provider: str, movement: Movement, entry: Entry) -> bool:
    """Whether it was nobody's until now."""
    return bool(
        tx.run(
            "UPDATE payout_movements SET org_id = ?, source = ?, order_id = ?, memo = ?, exchanged = ? "
            "WHERE provider = ? AND id = ? AND org_id IS NULL",
            (
                entry.org_id, entry.source, entry.order_id, entry.memo, int(entry.currency != movement.currency),
                provider, movement.id,
            ),
        )
    )  # fmt: skip


def keep(tx: Transaction, provider: str, one: Payout, *, test: bool) -> None:
    tx.run(
        "INSERT INTO payouts (provider, id, test, amount, currency, state, complete, created_at, arrives_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT DO UPDATE SET state = excluded.state, arrives_at = excluded.arrives_at",
        (
            provider,
            one.id,
            int(test),
            one.amount,
            one.currency,
            one.state,
            int(one.complete),
            one.created_at,
            one.arrives_at,
        ),
    )


def unchecked(provider: str, limit: int, *, test: bool) -> Query[Payout]:
    """Whose movements were not asked for since they left."""
    return Query(
        "SELECT * FROM payouts WHERE provider = ? AND test = ? AND checked_at IS NULL AND complete = 1 "
        "AND state IN ('in_transit', 'paid') ORDER BY created_at LIMIT ?",
        (provider, int(test), limit),
        _payout,
    )


def place(tx: Transaction, provider: str, payout_id: str, movement: Movement, *, test: bool) -> None:
    add(tx, provider, movement, test=test)
    tx.run("UPDATE payout_movements SET payout = ? WHERE provider = ? AND id = ?", (payout_id, provider, movement.id))


def check(tx: Transaction, provider: str, payout_id: str) -> None:
    tx.run("UPDATE payouts SET checked_at = ? WHERE provider = ? AND id = ?", (tx.now, provider, payout_id))


def due(provider: str, since: int, limit: int, *, test: bool) -> Query[Payout]:
    """Payouts whose end the books may not have; those that failed after they were paid among them."""
    return Query(
        "SELECT * FROM payouts WHERE provider = ? AND test = ? AND checked_at IS NOT NULL AND created_at >= ? "
        "ORDER BY created_at DESC LIMIT ?",
        (provider, int(test), since, limit),
        _payout,
    )


def shares(provider: str, payout_id: str) -> Query[tuple[str, int]]:
    """Organization, and what of a payout is theirs after fees. One that failed comes again within a later one."""
    return Query(
        "SELECT org_id, sum(amount - fee) AS net FROM payout_movements WHERE provider = ?2 AND (payout = ?1 OR payout "
        "IN (SELECT reference FROM payout_movements WHERE payout = ?1 AND provider = ?2 AND kind = 'payout')) "
        "AND org_id IS NOT NULL AND exchanged = 0 GROUP BY org_id",
        (payout_id, provider),
        lambda row: (row["org_id"], row["net"]),
    )


def seen(provider: str, *, test: bool) -> Query[int]:
    return Query(
        "SELECT until FROM payouts_seen WHERE provider = ? AND test = ?",
        (provider, int(test)),
        lambda row: int(row["until"]),
    )


def see(tx: Transaction, provider: str, until: int, *, test: bool) -> None:
    tx.run(
        "INSERT INTO payouts_seen VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET until = excluded.until",
        (provider, int(test), until),
    )


def first_booked(provider: str, *, test: bool) -> Query[int]:
    """When money first came to this account, by the books."""
    return Query(
        "SELECT at FROM ledger WHERE debit = ? AND test = ? ORDER BY n LIMIT 1",
        (f"clearing:{provider}", int(test)),
        lambda row: int(row["at"]),
    )


def of_org(org_id: str, start: Key, limit: int, *, test: bool) -> Query[Share]:
    """Newest first."""
    return Query(
        "SELECT p.*, sum(m.amount) AS share, sum(m.fee) AS fees, count(*) AS n, NOT EXISTS (SELECT 1 FROM "
        "payout_movements x WHERE x.payout = p.id AND x.provider = p.provider AND x.org_id <> ?1) AS alone "
        "FROM payouts p JOIN payout_movements m ON m.payout = p.id AND m.provider = p.provider AND m.org_id = ?1 "
        "AND m.exchanged = 0 WHERE p.test = ?5 AND (p.created_at, p.id) < (?2, ?3) GROUP BY p.provider, p.id "
        "ORDER BY p.created_at DESC, p.id DESC LIMIT ?4",
        (org_id, *start, limit, int(test)),
        lambda row: Share(_payout(row), row["provider"], row["share"], row["fees"], row["n"], bool(row["alone"])),
    )


def waiting(org_id: str, *, test: bool) -> Query[tuple[str, int]]:
    """Currency, and what has come of an organization's and was not paid out."""
    return Query(
        "SELECT m.currency, sum(m.amount - m.fee) AS net FROM payout_movements m "
        "LEFT JOIN payouts p ON p.provider = m.provider AND p.id = m.payout "
        "WHERE m.org_id = ? AND m.test = ? AND m.exchanged = 0 AND (p.id IS NULL OR p.state <> 'paid') "
        "GROUP BY 1 HAVING net <> 0",
        (org_id, int(test)),
        lambda row: (row["currency"], row["net"]),
    )


def told(tx: Transaction, one: Mismatch) -> bool:
    """Whether it is news."""
    return bool(
        tx.run(
            "INSERT INTO payout_mismatches_told VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (one.what, one.subject, tx.now),
        )
    )


_EFFECT = (
    "(SELECT coalesce(sum(CASE WHEN l.debit = 'clearing:' || m.provider THEN l.amount ELSE -l.amount END), 0) "  # noqa: S608 - texts of ours
    f"FROM ledger l WHERE l.source IN ({SOURCES}) AND 'clearing:' || m.provider IN (l.debit, l.credit))"
)
_MISMATCHES = f"""
WITH booked AS (SELECT provider, source, org_id, currency, memo, order_id, sum(amount) AS told, max(at) AS at,
    max(kind = 'payment') AS payment FROM payout_movements m WHERE exchanged = 0 AND source IN (
    SELECT source FROM payout_movements WHERE at >= :since AND {{mine}} AND source IS NOT NULL AND test = :test)
    GROUP BY provider, source),
found AS (
SELECT 'differs' AS what, m.org_id, m.provider, m.source AS subject, m.memo AS code, m.order_id, m.told,
    {_EFFECT} AS booked, m.currency, m.at FROM booked m
    WHERE m.at < :now - CASE WHEN m.payment THEN :soon ELSE :grace END AND m.told <> {_EFFECT}
UNION ALL SELECT 'missing', l.org_id, s.provider, l.source, l.memo, l.order_id, 0,
    sum(CASE WHEN l.debit = 'clearing:' || s.provider THEN l.amount ELSE -l.amount END) AS effect, l.currency, max(l.at)
    FROM payouts_seen s JOIN ledger l ON 'clearing:' || s.provider IN (l.debit, l.credit)
    WHERE {{mine}} AND s.test = :test AND l.test = :test AND l.at BETWEEN :since AND min(:now, s.until) - :grace
    AND l.kind <> 'fee' AND l.kind NOT GLOB 'paid_out:*'
    AND NOT EXISTS (SELECT 1 FROM payout_movements m WHERE m.source = l.source) AND {NO_PART}
    GROUP BY s.provider, l.source HAVING effect <> 0
UNION ALL SELECT 'unknown', NULL, provider, id, reference, '', amount - fee, 0, currency, at FROM payout_movements
    WHERE test = :test AND org_id IS NULL AND kind <> 'payout' AND at < :now - :soon
UNION ALL SELECT 'exchanged', org_id, provider, id, memo, order_id, amount - fee, 0, currency, at
    FROM payout_movements WHERE exchanged = 1 AND test = :test
UNION ALL SELECT 'sum', NULL, p.provider, p.id, '', '', p.amount, sum(coalesce(m.amount - m.fee, 0)) AS net, p.currency,
    p.created_at FROM payouts p LEFT JOIN payout_movements m ON m.payout = p.id AND m.provider = p.provider
    WHERE p.test = :test AND p.state = 'paid' AND p.checked_at IS NOT NULL GROUP BY p.provider, p.id
    HAVING p.amount <> net
UNION ALL SELECT 'opaque', NULL, provider, id, '', '', amount, 0, currency, created_at FROM payouts
    WHERE test = :test AND state = 'paid' AND complete = 0
UNION ALL SELECT 'failed', NULL, provider, id, '', '', amount, 0, currency, created_at FROM payouts
    WHERE test = :test AND state = 'failed')
SELECT * FROM found WHERE at >= :since AND (:org IS NULL OR org_id = :org OR (org_id IS NULL AND NOT EXISTS (
    SELECT 1 FROM payout_movements x WHERE x.provider = found.provider AND x.org_id <> :org)))
ORDER BY at DESC, subject LIMIT :limit"""  # noqa: S608 - texts of ours


def mismatches(org_id: str | None, now: int, since: int, limit: int, *, test: bool) -> Query[Mismatch]:
    """Newest first. What is nobody's is shown to an organization that has the account for itself."""
    params = {
        "org": org_id, "now": now, "since": since, "limit": limit, "test": int(test), "soon": SOON, "grace": GRACE,
    }  # fmt: skip
    mine = "org_id = :org" if org_id is not None else ":org IS NULL"
    return Query(_MISMATCHES.replace("{mine}", mine), params, _mismatch)


def _mismatch(row: Row) -> Mismatch:
    return Mismatch(**{field.name: row[field.name] for field in fields(Mismatch)})


def _movement(row: Row) -> Movement:
    return Movement(**{name: row[name] for name in _MOVEMENT}, kind=Kind(row["kind"]))


def _payout(row: Row) -> Payout:
    return Payout(
        **{name: row[name] for name in _PAYOUT}, state=PayoutState(row["state"]), complete=bool(row["complete"])
    )
