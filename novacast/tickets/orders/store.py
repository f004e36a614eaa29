"""All SQL about orders and attempts to pay them."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from novacast.database import Query, Row, Transaction
from novacast.tickets.events.store import Key
from novacast.tickets.models import AttemptState, OrderState
from novacast.tickets.orders.models import Attempt, Method, Order

_ORDER = (
    "id", "code", "org_id", "perf_id", "hold_id", "person_id", "name", "email", "email_key", "language", "channel",
    "total", "currency", "note", "due_at", "created_at", "changed_at",
)  # fmt: skip
_COLUMNS = (*_ORDER, "method", "test", "disputed", "state")
_ATTEMPT = (
    "id", "order_id", "provider", "mode", "instance", "key", "amount", "currency", "reference", "url", "captured",
    "refunded", "mismatch", "created_at", "changed_at",
)  # fmt: skip


def order(order_id: str) -> Query[Order]:
    return Query("SELECT * FROM orders WHERE id = ?", (order_id,), order_of)


def of_hold(hold_id: str) -> Query[Order]:
    return Query("SELECT * FROM orders WHERE hold_id = ?", (hold_id,), order_of)


def of_person(person_id: str, start: Key, limit: int) -> Query[Order]:
    return Query(
        "SELECT * FROM orders WHERE person_id = ? AND (created_at, id) < (?, ?) "
        "ORDER BY created_at DESC, id DESC LIMIT ?",
        (person_id, *start, limit),
        order_of,
    )


def named(name: str) -> Query[Order]:
    """By its id, its code, one of its tickets', or a payment's reference or key; one of those of a purchase by the code
    or the payment of that."""
    return Query(
        "SELECT * FROM orders WHERE id IN (SELECT id FROM orders WHERE id = ?1 OR code = upper(?1) UNION ALL "
        "SELECT order_id FROM tickets WHERE id = ?1 UNION ALL "
        "SELECT order_id FROM payment_attempts WHERE reference = ?1 OR key = ?1 UNION ALL "
        "SELECT order_id FROM purchase_orders WHERE purchase_id IN (SELECT id FROM purchases WHERE id = ?1 "
        "OR code = upper(?1) UNION ALL SELECT purchase_id FROM joint_payments WHERE key = ?1)) LIMIT 1",
        (name,),
        order_of,
    )


def overdue(at: int, limit: int) -> Query[Order]:
    return Query(
        "SELECT * FROM orders WHERE state = 'awaiting_payment' AND due_at <= ? ORDER BY due_at LIMIT ?",
        (at, limit),
        order_of,
    )


def closing(limit: int) -> Query[Order]:
    """Orders whose holds were marked, and that nobody has closed yet."""
    return Query(
        "SELECT orders.* FROM holds JOIN orders ON orders.hold_id = holds.id WHERE holds.state = 'closing' LIMIT ?",
        (limit,),
        order_of,
    )


def unfulfillable(limit: int) -> Query[Order]:
    """Paid without stock, and nobody has decided what becomes of the money."""
    return Query(
        "SELECT * FROM orders WHERE state = 'paid_unfulfillable' "
        "AND NOT EXISTS (SELECT 1 FROM refunds WHERE order_id = orders.id) LIMIT ?",
        (limit,),
        order_of,
    )


def behind(order_id: str, limit: int) -> Query[Order]:
    """In the order of their ids, which stays whatever happens meanwhile."""
    return Query("SELECT * FROM orders WHERE id > ? ORDER BY id LIMIT ?", (order_id, limit), order_of)


def add(tx: Transaction, one: Order) -> None:
    values = {name: getattr(one, name) for name in _ORDER}
    tx.insert("orders", **values, method=one.method, test=int(one.test), state=one.state)


def move(tx: Transaction, order_id: str, to: OrderState, due_at: int | None = None) -> None:
    tx.run(
        "UPDATE orders SET state = ?, due_at = coalesce(?, due_at), changed_at = ? WHERE id = ?",
        (to, due_at, tx.now, order_id),
    )


def set_note(tx: Transaction, order_id: str, note: str) -> None:
    tx.run("UPDATE orders SET note = ?, changed_at = ? WHERE id = ?", (note, tx.now, order_id))


def attempt(attempt_id: str) -> Query[Attempt]:
    return Query("SELECT * FROM payment_attempts WHERE id = ?", (attempt_id,), attempt_of_row)


def attempts(order_id: str) -> Query[Attempt]:
    return Query(
        "SELECT * FROM payment_attempts WHERE order_id = ? ORDER BY created_at, rowid", (order_id,), attempt_of_row
    )


def attempt_of(provider: str, key: str) -> Query[Attempt]:
    return Query("SELECT * FROM payment_attempts WHERE provider = ? AND key = ?", (provider, key), attempt_of_row)


def paid_or_not(org_id: str, states: Collection[AttemptState], start: Key, limit: int) -> Query[tuple[Attempt, Order]]:
    """Attempts of an organization with their orders, newest first."""
    marks = ", ".join("?" * len(states))
    ordered = ", ".join(f"o.{name} AS order_{name}" for name in _COLUMNS)
    return Query(
        f"SELECT a.*, {ordered} FROM payment_attempts a JOIN orders o ON o.id = a.order_id WHERE o.org_id = ? "  # noqa: S608 - names from our code
        f"AND a.state IN ({marks}) AND (a.created_at, a.id) < (?, ?) ORDER BY a.created_at DESC, a.id DESC LIMIT ?",
        (org_id, *states, *start, limit),
        lambda row: (attempt_of_row(row), order_of({name: row[f"order_{name}"] for name in _COLUMNS})),
    )


def unfinished(providers: Iterable[str], before: int, limit: int) -> Query[Attempt]:
    """Attempts that these providers know of, or may know of, and whose end we have not heard; one of those that a
    payment is divided among."""
    names = tuple(providers)
    marks = ", ".join("?" * len(names))
    return Query(
        "SELECT * FROM payment_attempts a "  # noqa: S608 - question marks only
        "WHERE state IN ('created', 'submitted', 'requires_action', 'processing') "
        f"AND provider IN ({marks}) AND created_at <= ? AND NOT EXISTS (SELECT 1 FROM payment_shares s "
        "JOIN payment_shares t ON t.joint_key = s.joint_key JOIN payment_attempts b ON b.key = t.attempt_key "
        "WHERE s.attempt_key = a.key AND b.rowid < a.rowid "
        "AND b.state IN ('created', 'submitted', 'requires_action', 'processing')) ORDER BY created_at LIMIT ?",
        (*names, before, limit),
        attempt_of_row,
    )


def add_attempt(tx: Transaction, one: Attempt) -> None:
    tx.insert("payment_attempts", **{name: getattr(one, name) for name in _ATTEMPT}, state=one.state)


def change_attempt(tx: Transaction, attempt_id: str, columns: Mapping[str, Any]) -> None:
    """`columns`: names from our code, never from a caller."""
    sets = "".join(f"{name} = :{name}, " for name in columns)
    tx.run(
        f"UPDATE payment_attempts SET {sets}changed_at = :now WHERE id = :id",  # noqa: S608 - names from our code
        {**columns, "now": tx.now, "id": attempt_id},
    )


def sandbox_begin(tx: Transaction, key: str, amount: int, currency: str, instance: str) -> None:
    """Once for each key, however often it is asked."""
    tx.run(
        "INSERT INTO sandbox_payments VALUES (?, ?, ?, ?, 'open', ?) ON CONFLICT (key) DO NOTHING",
        (key, amount, currency, instance, tx.now),
    )


def sandbox(key: str) -> Query[tuple[str, int, str, str]]:
    """State, amount, currency, instance."""
    return Query(
        "SELECT * FROM sandbox_payments WHERE key = ?",
        (key,),
        lambda row: (row["state"], row["amount"], row["currency"], row["instance"]),
    )


def sandbox_move(tx: Transaction, key: str, to: str) -> None:
    """Only what is open: paid stays paid."""
    tx.run("UPDATE sandbox_payments SET state = ? WHERE key = ? AND state = 'open'", (to, key))


def sandbox_repay(tx: Transaction, key: str, payment: str, amount: int) -> None:
    """Once for each key, and never more than was paid."""
    tx.run(
        "INSERT INTO sandbox_repayments SELECT :key, key, :amount, CASE WHEN state = 'paid' AND :amount <= amount - "
        "(SELECT coalesce(sum(amount), 0) FROM sandbox_repayments WHERE payment = :payment AND state = 'succeeded') "
        "THEN 'succeeded' ELSE 'failed' END, :now FROM sandbox_payments WHERE key = :payment "
        "ON CONFLICT (key) DO NOTHING",
        {"key": key, "payment": payment, "amount": amount, "now": tx.now},
    )


def sandbox_repayment(key: str) -> Query[tuple[str, int]]:
    """State and amount."""
    return Query("SELECT * FROM sandbox_repayments WHERE key = ?", (key,), lambda row: (row["state"], row["amount"]))


def erase_person(tx: Transaction, person_id: str) -> None:
    """What was sold and paid stays, and names nobody any more."""
    tx.run(
        "UPDATE orders SET person_id = NULL, name = '', email = '', email_key = '' WHERE person_id = ?", (person_id,)
    )


def order_of(row: Row | Mapping[str, Any]) -> Order:
    """Of a row with all columns of the table, and maybe more."""
    return Order(
        **{name: row[name] for name in _ORDER},
        method=Method(row["method"]),
        test=bool(row["test"]),
        disputed=bool(row["disputed"]),
        state=OrderState(row["state"]),
    )


def attempt_of_row(row: Row) -> Attempt:
    """Of a row with all columns of the table, and maybe more."""
    return Attempt(**{name: row[name] for name in _ATTEMPT}, state=AttemptState(row["state"]))
