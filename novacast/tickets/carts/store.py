"""All SQL about what is collected."""

from collections.abc import Sequence

from novacast.database import Query, Row, Transaction
from novacast.tickets.carts.models import Article, Cart, Kind, Line, Owner

_STANDS = "(l.kind <> 'hold' OR h.state IN ('active', 'expired'))"
"""What is being paid for, bought or given back is in nobody's basket any more."""
_UNITS = "(SELECT count(*) FROM claims c WHERE c.hold_id = l.ref AND c.state = 'held')"
_THEIRS = "SELECT id FROM carts WHERE browser = ? UNION ALL SELECT id FROM carts WHERE person_id = ?"
_JOINT = (
    "SELECT m.order_id, p.id, p.code, p.total, p.currency FROM purchase_orders m "
    "JOIN purchases p ON p.id = m.purchase_id"
)
_LINES = "FROM cart_lines l LEFT JOIN holds h ON l.kind = 'hold' AND h.id = l.ref"


def carts(owner: Owner) -> Query[Cart]:
    """Without their lines, the one that was changed last first."""
    return Query(
        "SELECT * FROM carts WHERE browser = ? UNION ALL SELECT * FROM carts WHERE person_id = ? "
        "ORDER BY changed_at DESC, id DESC",
        (owner.browser, owner.person_id),
        _cart,
    )


def lines(cart_id: str) -> Query[Line]:
    return Query(
        f"SELECT l.* {_LINES} WHERE l.cart_id = ? AND {_STANDS} ORDER BY l.added_at, l.rowid", (cart_id,), _line
    )


def kept(owner: Owner, at: int) -> Query[tuple[str, int, int | None]]:
    """Kind, units and end of all that is collected and not over."""
    return Query(
        f"SELECT l.kind, iif(l.kind = 'hold', {_UNITS}, 1), h.expires_at {_LINES} WHERE l.cart_id IN ({_THEIRS}) "
        "AND (l.kind <> 'hold' OR h.state = 'active' AND h.expires_at > ?)",
        (owner.browser, owner.person_id, at),
        lambda row: (row[0], row[1], row[2]),
    )


def joint(order_ids: Sequence[str]) -> Query[tuple[str, str, str, int, str]]:
    """Orders that were bought with others: each with id, code, total and currency of its purchase."""
    marks = ", ".join("?" * len(order_ids))
    return Query(
        f"{_JOINT} WHERE m.order_id IN ({marks})",
        tuple(order_ids),
        lambda row: (row[0], row[1], row[2], row[3], row[4]),
    )


def of_owner(owner: Owner, org_id: str, currency: str) -> Query[Cart]:
    """The one of the account, or else of the browser."""
    column, value = ("browser", owner.browser) if owner.person_id is None else ("person_id", owner.person_id)
    return Query(
        f"SELECT * FROM carts WHERE {column} = ? AND org_id = ? AND currency = ?",  # noqa: S608 - one of two columns
        (value, org_id, currency),
        _cart,
    )


def of_person(person_id: str) -> Query[tuple[str, str, int]]:
    """Kind, what, and since when."""
    return Query(
        "SELECT l.kind, l.ref, l.added_at FROM carts c JOIN cart_lines l ON l.cart_id = c.id WHERE c.person_id = ? "
        "ORDER BY l.added_at",
        (person_id,),
        lambda row: (row[0], row[1], row[2]),
    )


def add(tx: Transaction, cart_id: str, owner: Owner, org_id: str, currency: str) -> None:
    tx.insert(
        "carts",
        id=cart_id,
        browser=owner.browser if owner.person_id is None else None,
        person_id=owner.person_id,
        org_id=org_id,
        currency=currency,
        created_at=tx.now,
        changed_at=tx.now,
    )


def put(tx: Transaction, line_id: str, cart_id: str, one: Article) -> None:
    """What is in already keeps its place; of plans the last one counts."""
    if one.kind is Kind.PLAN:
        tx.run("DELETE FROM cart_lines WHERE cart_id = ? AND kind = 'plan' AND ref <> ?", (cart_id, one.ref))
    tx.run(
        "INSERT INTO cart_lines (id, cart_id, kind, ref, media_id, price, added_at) VALUES (?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (cart_id, kind, ref) DO UPDATE SET price = excluded.price",
        (line_id, cart_id, one.kind, one.ref, one.media_id, one.price, tx.now),
    )
    touch(tx, cart_id)


def touch(tx: Transaction, cart_id: str) -> None:
    tx.run("UPDATE carts SET changed_at = ? WHERE id = ?", (tx.now, cart_id))


def line(owner: Owner, line_id: str) -> Query[Line]:
    """One of their own."""
    return Query(
        "SELECT l.* FROM cart_lines l JOIN carts c ON c.id = l.cart_id WHERE l.id = ? "
        "AND (c.browser = ? OR c.person_id = ?)",
        (line_id, owner.browser, owner.person_id),
        _line,
    )


def take_out(tx: Transaction, line_ids: Sequence[str]) -> None:
    for one in line_ids:
        tx.run("DELETE FROM cart_lines WHERE id = ?", (one,))


def bought(tx: Transaction, cart_id: str, purchase_id: str) -> None:
    tx.run("UPDATE carts SET purchase_id = ?, changed_at = ? WHERE id = ?", (purchase_id, tx.now, cart_id))


def follow(tx: Transaction, hold_id: str, next_id: str) -> None:
    """What was in one hold is in another."""
    tx.run("UPDATE OR IGNORE cart_lines SET ref = ? WHERE ref = ? AND kind = 'hold'", (next_id, hold_id))


def give_to(tx: Transaction, cart: Cart, person_id: str) -> None:
    """A browser's cart is the account's: as it is, or into the one that is there. Of two plans the browser's counts,
    which was chosen last."""
    other = tx.one(of_owner(Owner(person_id=person_id), cart.org_id, cart.currency))
    if other is None:
        tx.run("UPDATE carts SET browser = NULL, person_id = ? WHERE id = ?", (person_id, cart.id))
        return
    if tx.one(Query("SELECT 1 FROM cart_lines WHERE cart_id = ? AND kind = 'plan'", (cart.id,), lambda row: True)):
        tx.run("DELETE FROM cart_lines WHERE cart_id = ? AND kind = 'plan'", (other.id,))
    tx.run("UPDATE OR IGNORE cart_lines SET cart_id = ? WHERE cart_id = ?", (other.id, cart.id))
    tx.run("DELETE FROM carts WHERE id = ?", (cart.id,))
    touch(tx, other.id)


def forget(tx: Transaction, before: int) -> int:
    """Carts that nobody touched since, and lines whose hold came to something else."""
    tx.run(
        "DELETE FROM cart_lines WHERE kind = 'hold' AND ref IN (SELECT h.id FROM cart_lines l JOIN holds h ON "
        "h.id = l.ref WHERE l.kind = 'hold' AND h.state NOT IN ('active', 'expired') LIMIT 1000)"
    )
    return tx.run("DELETE FROM carts WHERE id IN (SELECT id FROM carts WHERE changed_at < ? LIMIT 1000)", (before,))


def erase_person(tx: Transaction, person_id: str) -> None:
    tx.run("DELETE FROM carts WHERE person_id = ?", (person_id,))


def _cart(row: Row) -> Cart:
    return Cart(row["id"], row["org_id"], row["currency"], (), row["purchase_id"])


def _line(row: Row) -> Line:
    return Line(
        row["id"],
        row["cart_id"],
        Kind(row["kind"]),
        row["ref"],
        row["media_id"],
        row["price"],
        row["added_at"],
    )
