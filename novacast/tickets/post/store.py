"""SQL of what was mailed, and of whom to mail."""

from novacast.database import Query, Transaction
from novacast.tickets.orders import store as orders
from novacast.tickets.orders.models import Order


def once(tx: Transaction, seq: int, subject: str) -> bool:
    """Whether this is the first time that it is told."""
    return bool(tx.run("INSERT INTO ticket_mails VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (seq, subject, tx.now)))


def forget(tx: Transaction, before: int) -> int:
    return tx.run("DELETE FROM ticket_mails WHERE at < ?", (before,))


def concerned(perf_id: str, after: str, limit: int) -> Query[Order]:
    """Orders of a performance that somebody counts on, by id."""
    return Query(
        "SELECT * FROM orders WHERE perf_id = ? AND id > ? "
        "AND state IN ('awaiting_payment', 'paid', 'partially_refunded') ORDER BY id LIMIT ?",
        (perf_id, after, limit),
        orders.order_of,
    )


def bring_forward(tx: Transaction, perf_id: str, at: int) -> int:
    """Payments are waited for until then at the latest."""
    return tx.run(
        "UPDATE orders SET due_at = ?, changed_at = ? WHERE perf_id = ? AND state = 'awaiting_payment' AND due_at > ?",
        (at, tx.now, perf_id, at),
    )
