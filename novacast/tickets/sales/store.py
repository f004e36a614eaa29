"""All SQL by which an office finds orders."""

from collections.abc import Mapping
from typing import Any

from novacast.database import Query, Row, Transaction
from novacast.tickets.orders.store import order_of
from novacast.tickets.sales.models import Found, SoldTicket, Wanted

START = 2**62
_LISTED = (
    "SELECT w.n, o.*, e.title, p.starts_at, e.timezone, (SELECT count(*) FROM claims WHERE order_id = o.id) AS units "
)
_ABOUT = "JOIN performances p ON p.id = o.perf_id JOIN events e ON e.id = p.event_id "


def listed(org_id: str, wanted: Wanted, before: int, limit: int) -> Query[Found]:
    """Newest first, below `before`. Conditions are of indexes that end in the same order as `n`."""
    conditions, params = _conditions(wanted)
    return Query(
        f"{_LISTED} FROM orders o JOIN order_words w ON w.order_id = o.id {_ABOUT}"  # noqa: S608 - conditions of ours
        f"WHERE o.org_id = :org {conditions} AND (:before = {START} OR (o.created_at, o.id) < "
        "(SELECT b.created_at, b.id FROM order_words x JOIN orders b ON b.id = x.order_id WHERE x.n = :before)) "
        "ORDER BY o.created_at DESC, o.id DESC LIMIT :limit",
        {**params, "org": org_id, "before": before, "limit": limit},
        _found,
    )


def matching(org_id: str, expression: str, wanted: Wanted, before: int, limit: int) -> Query[Found]:
    """Those with the words of an FTS5 expression, newest first."""
    conditions, params = _conditions(wanted)
    return Query(
        f"{_LISTED} FROM orders_search s JOIN order_words w ON w.n = s.rowid JOIN orders o ON o.id = w.order_id "
        f"{_ABOUT}WHERE orders_search MATCH :match AND s.rowid < :before AND o.org_id = :org {conditions} "
        "ORDER BY s.rowid DESC LIMIT :limit",
        {**params, "org": org_id, "match": expression, "before": before, "limit": limit},
        _found,
    )


def of_ticket(org_id: str, ticket_id: str) -> Query[Found]:
    return Query(
        f"{_LISTED} FROM tickets t JOIN orders o ON o.id = t.order_id JOIN order_words w ON w.order_id = o.id {_ABOUT}"
        "WHERE t.id = ? AND t.org_id = ?",
        (ticket_id, org_id),
        _found,
    )


def tickets(org_id: str, perf_id: str | None, behind: int, limit: int) -> Query[SoldTicket]:
    """Those that were issued, in the order of their orders; `behind`: a rowid."""
    of = "t.perf_id = :perf" if perf_id is not None else "t.org_id = :org"
    return Query(
        "SELECT t.rowid AS n, t.id, o.code, e.title, p.starts_at, e.timezone, i.name AS item, s.section, s.row, "  # noqa: S608 - conditions of ours
        "s.number, s.category, c.price, c.fee, c.tax_bp, o.currency, t.name, t.state, t.serial, t.test, "
        "(SELECT min(at) FROM checkins WHERE ticket_id = t.id AND kind = 'entry') AS came_in_at "
        f"FROM tickets t JOIN orders o ON o.id = t.order_id {_ABOUT}JOIN items i ON i.id = t.item_id "
        "JOIN claims c ON c.id = t.claim_id LEFT JOIN seats s ON s.perf_id = c.perf_id AND s.seat_id = c.seat_id "
        f"WHERE {of} AND t.org_id = :org AND t.rowid > :behind ORDER BY t.rowid LIMIT :limit",
        {"org": org_id, "perf": perf_id, "behind": behind, "limit": limit},
        _ticket,
    )


def of_once(once: str) -> Query[str]:
    """The order that a form of the counter made."""
    return Query("SELECT order_id FROM counter_sales WHERE once = ?", (once,), lambda row: str(row["order_id"]))


def add_once(tx: Transaction, once: str, order_id: str) -> None:
    tx.insert("counter_sales", once=once, order_id=order_id, at=tx.now)


def prune_once(tx: Transaction, before: int) -> int:
    return tx.run("DELETE FROM counter_sales WHERE at < ?", (before,))


def _conditions(wanted: Wanted) -> tuple[str, Mapping[str, Any]]:
    params = {"state": wanted.state, "perf_id": wanted.perf_id, "method": wanted.method}
    given = {name: str(value) for name, value in params.items() if value is not None}
    return "".join(f"AND o.{name} = :{name} " for name in given), given


_TICKET = (
    "n", "id", "code", "title", "starts_at", "timezone", "item", "price", "fee", "tax_bp", "currency", "name", "state",
    "serial", "came_in_at",
)  # fmt: skip


def _found(row: Row) -> Found:
    return Found(row["n"], order_of(row), row["units"], row["title"], row["starts_at"], row["timezone"])


def _ticket(row: Row) -> SoldTicket:
    return SoldTicket(
        **{name: row[name] for name in _TICKET},
        section=row["section"] or "",
        row=row["row"] or "",
        number=row["number"] or "",
        category=row["category"] or "",
        test=bool(row["test"]),
    )
