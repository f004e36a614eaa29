"""All SQL about purchases, joint payments and their shares."""

from novacast.database import Query, Row, Transaction
from novacast.tickets.events.store import Key
from novacast.tickets.orders.models import LATE, Attempt, Method, Order
from novacast.tickets.orders.store import attempt_of_row, order_of
from novacast.tickets.purchases.models import Joint, Purchase

_PURCHASE = (
    "id", "code", "org_id", "person_id", "email_key", "total", "currency", "subscription_id", "created_at",
)  # fmt: skip
_JOINT = (
    "key", "purchase_id", "number", "provider", "mode", "instance", "amount", "beside", "currency", "what", "back",
    "until", "created_at",
)  # fmt: skip


def purchase(purchase_id: str) -> Query[Purchase]:
    return Query("SELECT * FROM purchases WHERE id = ?", (purchase_id,), _purchase)


def named(name: str) -> Query[Purchase]:
    """By its id, its code, or the key of a payment of it."""
    return Query(
        "SELECT * FROM purchases WHERE id IN (SELECT id FROM purchases WHERE id = ?1 OR code = upper(?1) "
        "UNION ALL SELECT purchase_id FROM joint_payments WHERE key = ?1) LIMIT 1",
        (name,),
        _purchase,
    )


def same(wanted: str) -> Query[Purchase]:
    """The latest that was made of the same wish."""
    return Query(
        "SELECT * FROM purchases WHERE wanted = ? AND wanted <> '' ORDER BY created_at DESC, rowid DESC LIMIT 1",
        (wanted,),
        _purchase,
    )


def of_order(order_id: str) -> Query[str]:
    return Query(
        "SELECT purchase_id FROM purchase_orders WHERE order_id = ?", (order_id,), lambda row: str(row["purchase_id"])
    )


def of_subscription(subscription_id: str) -> Query[Purchase]:
    return Query("SELECT * FROM purchases WHERE subscription_id = ?", (subscription_id,), _purchase)


def of_org(org_id: str, start: Key, limit: int) -> Query[Purchase]:
    """Newest first."""
    return Query(
        "SELECT * FROM purchases WHERE org_id = ? AND (created_at, id) < (?, ?) "
        "ORDER BY created_at DESC, id DESC LIMIT ?",
        (org_id, *start, limit),
        _purchase,
    )


def of_person(person_id: str) -> Query[Purchase]:
    return Query("SELECT * FROM purchases WHERE person_id = ? ORDER BY created_at DESC, id", (person_id,), _purchase)


def orders(purchase_id: str) -> Query[Order]:
    """In the order in which they were wanted."""
    return Query(
        "SELECT o.* FROM purchase_orders p JOIN orders o ON o.id = p.order_id WHERE p.purchase_id = ? ORDER BY p.place",
        (purchase_id,),
        order_of,
    )


def beside(order_id: str) -> Query[Order]:
    """The others of the same purchase."""
    return Query(
        "SELECT o.* FROM purchase_orders m JOIN purchase_orders p ON p.purchase_id = m.purchase_id "
        "JOIN orders o ON o.id = p.order_id WHERE m.order_id = ?1 AND p.order_id <> ?1 ORDER BY p.place",
        (order_id,),
        order_of,
    )


def code_taken(code: str) -> Query[int]:
    return Query(
        "SELECT 1 FROM orders WHERE code = ?1 UNION ALL SELECT 1 FROM purchases WHERE code = ?1",
        (code,),
        lambda row: int(row[0]),
    )


def add(tx: Transaction, one: Purchase, wanted: str) -> None:
    values = {name: getattr(one, name) for name in _PURCHASE}
    tx.insert("purchases", **values, method=one.method, test=int(one.test), wanted=wanted)


def add_order(tx: Transaction, purchase_id: str, order_id: str, place: int) -> None:
    tx.insert("purchase_orders", order_id=order_id, purchase_id=purchase_id, place=place)


def joint(key: str) -> Query[Joint]:
    """A payment by its key; only what is divided."""
    return Query("SELECT * FROM joint_payments WHERE key = ? AND sealed = 1", (key,), _joint)


def joint_of(attempt_key: str) -> Query[Joint]:
    """The payment that an attempt is a share of, also where that came late."""
    return Query(
        "SELECT j.* FROM payment_shares s JOIN joint_payments j ON j.key = s.joint_key "
        "WHERE s.attempt_key = ? AND j.sealed = 1",
        (attempt_key.removesuffix(LATE),),
        _joint,
    )


def joints(purchase_id: str) -> Query[Joint]:
    """Oldest first."""
    return Query("SELECT * FROM joint_payments WHERE purchase_id = ? ORDER BY number", (purchase_id,), _joint)


def shares(joint_key: str) -> Query[Attempt]:
    """Of a payment, in the order of its things."""
    return Query(
        "SELECT a.* FROM payment_shares s JOIN payment_attempts a ON a.key = s.attempt_key "
        "JOIN purchase_orders p ON p.order_id = a.order_id WHERE s.joint_key = ? ORDER BY p.place",
        (joint_key,),
        attempt_of_row,
    )


def captured(joint_key: str) -> Query[Attempt]:
    """By which shares of a payment the books have it: what came late stands under another attempt."""
    return Query(
        "SELECT a.* FROM payment_shares s JOIN payment_attempts a ON a.key IN (s.attempt_key, s.attempt_key || ?2) "
        "JOIN purchase_orders p ON p.order_id = a.order_id WHERE s.joint_key = ?1 "
        "AND a.state IN ('captured', 'partially_refunded', 'refunded', 'disputed') ORDER BY p.place",
        (joint_key, LATE),
        attempt_of_row,
    )


def join(tx: Transaction, one: Joint, parts: list[Attempt]) -> None:
    """Raises IntegrityError where the shares are not the whole."""
    tx.insert("joint_payments", **{name: getattr(one, name) for name in _JOINT})
    for part in parts:
        tx.insert("payment_shares", attempt_key=part.key, joint_key=one.key, amount=part.amount)
    tx.run("UPDATE joint_payments SET sealed = 1 WHERE key = ?", (one.key,))


def erase_person(tx: Transaction, person_id: str) -> None:
    tx.run("UPDATE purchases SET person_id = NULL, email_key = '', wanted = '' WHERE person_id = ?", (person_id,))


def _purchase(row: Row) -> Purchase:
    return Purchase(**{name: row[name] for name in _PURCHASE}, method=Method(row["method"]), test=bool(row["test"]))


def _joint(row: Row) -> Joint:
    return Joint(**{name: row[name] for name in _JOINT})
