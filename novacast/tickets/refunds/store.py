"""All SQL of refunds."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from novacast.database import Query, Row, Transaction
from novacast.tickets.events.store import Key
from novacast.tickets.models import RefundState
from novacast.tickets.refunds.models import Refund, Shown, Why

_REFUND = (
    "id", "order_id", "org_id", "attempt_id", "cancellation_id", "again_of", "provider", "key", "amount", "currency",
    "reference", "reason", "person_id", "tries", "due_at", "created_at", "changed_at",
)  # fmt: skip


def refund(refund_id: str) -> Query[Refund]:
    return Query("SELECT * FROM refunds WHERE id = ?", (refund_id,), _refund)


def of_order(order_id: str) -> Query[Refund]:
    return Query("SELECT * FROM refunds WHERE order_id = ? ORDER BY created_at, rowid", (order_id,), _refund)


def by_reference(provider: str, reference: str) -> Query[Refund]:
    """By the provider's own name for it, or by our key."""
    return Query(
        "SELECT * FROM refunds WHERE provider = ? AND (reference = ? OR key = ?)",
        (provider, reference, reference),
        _refund,
    )


def spoken_for(attempt_id: str) -> Query[int]:
    """What of a payment is given back, or is on its way."""
    return Query(
        "SELECT coalesce(sum(amount), 0) FROM refunds WHERE attempt_id = ? AND state NOT IN ('failed', 'cancelled')",
        (attempt_id,),
        lambda row: int(row[0]),
    )


def superseded(refund_id: str) -> Query[str]:
    """The one that was made in its place."""
    return Query("SELECT id FROM refunds WHERE again_of = ?", (refund_id,), lambda row: str(row["id"]))


def due(providers: Iterable[str], at: int, limit: int) -> Query[Refund]:
    """Those that somebody outside is to do or was told to, and that it is time to ask about. What is disputed was taken
    back already, and is left until that is decided."""
    names = tuple(providers)
    marks = ", ".join("?" * len(names))
    return Query(
        "SELECT * FROM refunds WHERE state IN ('requested', 'submitted', 'pending') AND due_at <= ? "  # noqa: S608 - question marks only
        "AND NOT EXISTS (SELECT 1 FROM disputes d WHERE d.attempt_id = refunds.attempt_id AND d.state = 'open') "
        f"AND provider IN ({marks}) ORDER BY due_at LIMIT ?",
        (at, *names, limit),
        _refund,
    )


def disputed(attempt_id: str) -> Query[int]:
    """Whether a bank has not decided yet whose the payment is."""
    return Query(
        "SELECT 1 FROM disputes WHERE attempt_id = ? AND state = 'open' LIMIT 1", (attempt_id,), lambda row: int(row[0])
    )


def lost(attempt_id: str) -> Query[tuple[str, int]]:
    """References of lost disputes of a payment, and what of each has given back nothing that was owed."""
    return Query(
        "SELECT d.reference, d.amount - (SELECT coalesce(sum(amount), 0) FROM refunds r WHERE "
        "r.attempt_id = d.attempt_id AND r.provider = 'dispute' AND r.reference = d.reference "
        "AND r.state = 'succeeded') AS room FROM disputes d WHERE d.attempt_id = ? AND d.state = 'lost' ORDER BY d.id",
        (attempt_id,),
        lambda row: (row["reference"], row["room"]),
    )


def covered_by(attempt_id: str, reference: str) -> Query[Refund]:
    """What a dispute has given back."""
    return Query(
        "SELECT * FROM refunds WHERE attempt_id = ? AND provider = 'dispute' AND reference = ? AND state = 'succeeded'",
        (attempt_id, reference),
        _refund,
    )


def of_org(
    org_id: str, states: Collection[RefundState], start: Key, limit: int, remote: Collection[str]
) -> Query[Shown]:
    """Newest first; of those that came to nothing the ones that nothing took the place of."""
    marks, names = ", ".join("?" * len(states)), ", ".join("?" * len(remote))
    return Query(
        f"SELECT r.*, o.code, o.name, r.provider NOT IN ({names}) AS by_hand FROM refunds r "  # noqa: S608 - question marks only
        f"JOIN orders o ON o.id = r.order_id WHERE r.org_id = ? AND r.state IN ({marks}) "
        "AND (r.created_at, r.id) < (?, ?) AND NOT EXISTS (SELECT 1 FROM refunds x WHERE x.again_of = r.id) "
        "ORDER BY r.created_at DESC, r.id DESC LIMIT ?",
        (*remote, org_id, *states, *start, limit),
        lambda row: Shown(_refund(row), row["code"], row["name"], bool(row["by_hand"])),
    )


def of_person(person_id: str) -> Query[tuple[str, Refund]]:
    """Of orders of theirs, with the order's code; newest first."""
    return Query(
        "SELECT r.*, o.code FROM refunds r JOIN orders o ON o.id = r.order_id WHERE o.person_id = ? "
        "ORDER BY r.created_at DESC, r.id DESC",
        (person_id,),
        lambda row: (row["code"], _refund(row)),
    )


def add(tx: Transaction, one: Refund) -> None:
    tx.insert("refunds", **{name: getattr(one, name) for name in _REFUND}, why=one.why, state=one.state)


def change(tx: Transaction, refund_id: str, columns: Mapping[str, Any]) -> None:
    """`columns`: names from our code, never from a caller."""
    sets = "".join(f"{name} = :{name}, " for name in columns)
    tx.run(
        f"UPDATE refunds SET {sets}changed_at = :now WHERE id = :id",  # noqa: S608 - names from our code
        {**columns, "now": tx.now, "id": refund_id},
    )


def erase_person(tx: Transaction, person_id: str) -> None:
    tx.run("UPDATE refunds SET person_id = NULL WHERE person_id = ?", (person_id,))


def _refund(row: Row) -> Refund:
    return Refund(**{name: row[name] for name in _REFUND}, why=Why(row["why"]), state=RefundState(row["state"]))
