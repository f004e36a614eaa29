"""All SQL by which an order comes to hold something else."""

from novacast.database import Query, Transaction
from novacast.tickets.orders.models import Buyer


def add_to_total(tx: Transaction, order_id: str, amount: int) -> None:
    """Raises IntegrityError where so much was not paid."""
    tx.run("UPDATE orders SET total = total + ?, changed_at = ? WHERE id = ?", (amount, tx.now, order_id))


def readdress(tx: Transaction, order_id: str, buyer: Buyer, before: str) -> None:
    """`before`: the name that the order had; its tickets in that name get the other one as well."""
    tx.run(
        "UPDATE orders SET name = ?, email = ?, email_key = ?, changed_at = ? WHERE id = ?",
        (buyer.name, buyer.email, buyer.email_key, tx.now, order_id),
    )
    if buyer.name != before:
        tx.run(
            "UPDATE tickets SET name = ?, changed_at = ? WHERE order_id = ? AND state = 'valid' AND name = ?",
            (buyer.name, tx.now, order_id, before),
        )


def share(tx: Transaction, order_id: str, before: str, after: str) -> None:
    """Whose share an order's units count to, where they counted to the one before."""
    tx.run(
        "UPDATE claims SET buyer = ?, changed_at = ? WHERE order_id = ? AND buyer = ?",
        (after, tx.now, order_id, before),
    )
    tx.run(
        "UPDATE holds SET buyer = ?, changed_at = ? WHERE buyer = ? AND id IN (SELECT hold_id FROM claims "
        "WHERE order_id = ?)",
        (after, tx.now, before, order_id),
    )


def carry_answers(tx: Transaction, before_id: str, after_id: str) -> None:
    """What was answered of a unit is answered of the one in its place."""
    tx.run(
        "INSERT INTO answers SELECT order_id, ?, question_id, value, ? FROM answers WHERE claim_id = ?",
        (after_id, tx.now, before_id),
    )


def add_trade(tx: Transaction, hold_id: str, claim_id: str, buyer: str) -> None:
    """`buyer`: whose share the unit is, and what is in the basket from the beginning: no bound is reached by it."""
    tx.run("INSERT INTO ticket_trades VALUES (?, ?, ?)", (hold_id, claim_id, tx.now))
    tx.run("UPDATE holds SET buyer = ?, changed_at = ? WHERE id = ?", (buyer, tx.now, hold_id))
    tx.run("UPDATE claims SET buyer = ?, changed_at = ? WHERE hold_id = ?", (buyer, tx.now, hold_id))


def traded_for(hold_id: str) -> Query[str]:
    """The unit that is given back for what is in a basket; the one in its place, where it was moved meanwhile."""
    return Query(
        "WITH RECURSIVE unit(id, moves) AS (SELECT claim_id, 0 FROM ticket_trades WHERE hold_id = ? UNION ALL "
        "SELECT m.claim_id, unit.moves + 1 FROM unit JOIN seat_moves m ON m.before_id = unit.id) "
        "SELECT id FROM unit ORDER BY moves DESC LIMIT 1",
        (hold_id,),
        lambda row: str(row["id"]),
    )


def trading(claim_id: str, at: int) -> Query[int]:
    """Whether a basket that is not over is to be paid with a unit's worth, or with that of one whose place it took."""
    return Query(
        "WITH RECURSIVE unit(id) AS (SELECT ? UNION ALL "
        "SELECT m.before_id FROM unit JOIN seat_moves m ON m.claim_id = unit.id) "
        "SELECT 1 FROM unit JOIN ticket_trades t ON t.claim_id = unit.id JOIN holds h ON h.id = t.hold_id "
        "WHERE (h.state IN ('paying', 'closing') OR (h.state = 'active' AND h.expires_at > ?)) LIMIT 1",
        (claim_id, at),
        lambda row: int(row[0]),
    )


def follow_trade(tx: Transaction, before_id: str, after_id: str) -> None:
    """What was in one basket is in another."""
    tx.run(
        "INSERT INTO ticket_trades SELECT ?, claim_id, ? FROM ticket_trades WHERE hold_id = ?",
        (after_id, tx.now, before_id),
    )
