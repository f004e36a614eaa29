"""SQL of refunds of memberships."""

from typing import Any

from novacast.database import Query, Row, Transaction
from novacast.payments.memberships.models import Charge
from novacast.payments.memberships.refunds.models import Refund, State, Why
from novacast.payments.memberships.rows import charge_of


def refund(refund_id: str) -> Query[Refund]:
    return Query("SELECT * FROM subscription_refunds WHERE id = ?", (refund_id,), _refund)


def of_charge(charge_id: str) -> Query[Refund]:
    return Query("SELECT * FROM subscription_refunds WHERE charge_id = ? ORDER BY rowid", (charge_id,), _refund)


def due(now: int, limit: int) -> Query[Refund]:
    """What is disputed was taken back already, and is left until that is decided."""
    return Query(
        "SELECT * FROM subscription_refunds WHERE state IN ('submitted', 'pending') AND due_at <= ? AND NOT EXISTS ("
        "SELECT 1 FROM subscription_disputes d WHERE d.charge_id = subscription_refunds.charge_id "
        "AND d.state = 'open') ORDER BY due_at LIMIT ?",
        (now, limit),
        _refund,
    )


def untouched(limit: int) -> Query[Charge]:
    """Paid too late to a provider who can give it back, and nothing was done about it yet."""
    return Query(
        "SELECT c.* FROM subscription_charges c JOIN subscriptions s ON s.id = c.subscription_id "
        "WHERE c.late = 1 AND c.state = 'paid' AND s.billed = 1 "
        "AND NOT EXISTS (SELECT 1 FROM subscription_refunds r WHERE r.charge_id = c.id) "
        "AND NOT EXISTS (SELECT 1 FROM subscription_disputes d WHERE d.charge_id = c.id AND d.state <> 'won') LIMIT ?",
        (limit,),
        charge_of,
    )


def add(tx: Transaction, one: Refund) -> None:
    tx.insert(
        "subscription_refunds", id=one.id, charge_id=one.charge_id, org_id=one.org_id, provider=one.provider,
        amount=one.amount, owes=one.owes, why=one.why.value, state=one.state.value, due_at=tx.now,
        created_at=one.created_at, changed_at=one.created_at,
    )  # fmt: skip


def elsewhere(tx: Transaction, provider: str, reference: str, charge_id: str, amount: int) -> bool:
    """What was given back, and not by us; whether that is news."""
    sql = "INSERT INTO subscription_refunds_elsewhere VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
    return tx.run(sql, (provider, reference, charge_id, amount, tx.now)) > 0


def change(tx: Transaction, refund_id: str, **columns: Any) -> None:
    sets = ", ".join(f"{name} = :{name}" for name in columns)
    tx.run(
        f"UPDATE subscription_refunds SET {sets}, changed_at = :now WHERE id = :id",  # noqa: S608 - names of ours
        {**columns, "now": tx.now, "id": refund_id},
    )


def _refund(row: Row) -> Refund:
    return Refund(
        id=row["id"],
        charge_id=row["charge_id"],
        org_id=row["org_id"],
        provider=row["provider"],
        amount=row["amount"],
        owes=row["owes"],
        why=Why(row["why"]),
        state=State(row["state"]),
        reference=row["reference"],
        reason=row["reason"],
        tries=row["tries"],
        created_at=row["created_at"],
    )
