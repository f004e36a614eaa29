"""SQL of names and addresses that the box office needs no longer."""

from novacast.database import Query, Transaction
from novacast.keeping import number

_UNPAID = (
    "FROM orders WHERE state = 'expired' AND changed_at < ? AND (email <> '' OR name <> '' OR person_id IS NOT NULL) "
    "AND NOT EXISTS (SELECT 1 FROM payment_attempts AS paid WHERE paid.order_id = orders.id AND paid.captured > 0)"
)
"""Of those that money came for after all, somebody may still want to know whose it was."""
_WAITED = (
    "FROM waiting WHERE (email <> '' OR person_id IS NOT NULL) AND (perf_id IN (SELECT id FROM performances "
    "WHERE ends_at < ?1) OR (changed_at < ?1 AND state NOT IN ('waiting', 'offered', 'unconfirmed')))"
)
_NOBODYS = "person_id = NULL, name = '', email = '', email_key = '', note = ''"


def unpaid(before: int) -> Query[int]:
    return number(f"SELECT count(*) {_UNPAID}", before)


def unname_unpaid(tx: Transaction, before: int, limit: int) -> int:
    return tx.run(f"UPDATE orders SET {_NOBODYS} WHERE id IN (SELECT id {_UNPAID} LIMIT ?)", (before, limit))  # noqa: S608 - constants


def waited(before: int) -> Query[int]:
    return number(f"SELECT count(*) {_WAITED}", before)


def unname_waited(tx: Transaction, before: int, limit: int) -> int:
    """Whoever still waits for a performance that is over waits no more."""
    old = f"id IN (SELECT id {_WAITED} LIMIT ?2)"
    over, left = "state IN ('unconfirmed', 'waiting', 'offered')", "state = 'left', told = 1, changed_at = ?3"
    tx.run(f"UPDATE waiting SET {left} WHERE {over} AND {old}", (before, limit, tx.now))  # noqa: S608 - constants
    blank = "person_id = NULL, email = '', buyer = 'erased'"
    return tx.run(f"UPDATE waiting SET {blank} WHERE {old}", (before, limit))  # noqa: S608 - constants
