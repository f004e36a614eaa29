"""SQL over all organizations' box offices. Nothing here writes."""

from novacast.database import Query, Row
from novacast.overview import Takings
from novacast.tickets.models import OrderState
from novacast.tickets.orders.store import attempt_of_row, order_of
from novacast.tickets.overview.models import Basket, FoundOrder, Try

START = 2**62
Place = tuple[int, str]


def nights(since: int, until: int, limit: int) -> Query[tuple[str, str, str, str, int, str, str]]:
    """Id, event, organization, title, instant, zone and state of performances that begin in a time, in their order."""
    return Query(
        "SELECT p.id, p.event_id, p.org_id, e.title, p.starts_at, e.timezone, p.state FROM performances p "
        "JOIN events e ON e.id = p.event_id WHERE p.starts_at >= ? AND p.starts_at < ? AND p.state <> 'draft' "
        "ORDER BY p.starts_at, p.id LIMIT ?",
        (since, until, limit),
        lambda row: (row[0], row[1], row[2], row[3], int(row[4]), row[5], row[6]),
    )


def inside(perf_ids: list[str]) -> Query[tuple[str, int]]:
    """Performance, and how many are in there by the counters of its doors."""
    marks = ", ".join("?" * len(perf_ids))
    return Query(
        "SELECT l.perf_id, sum(c.inside) FROM checkin_lists l JOIN door_counts c ON c.list_id = l.id "  # noqa: S608 - question marks only
        f"WHERE l.perf_id IN ({marks}) GROUP BY l.perf_id",
        tuple(perf_ids),
        lambda row: (row[0], int(row[1])),
    )


def takings(since: int, *, test: bool) -> Query[Takings]:
    return Query(
        "SELECT o.currency, sum(o.total), count(*) FROM box_log l JOIN orders o ON o.id = l.order_id "
        "WHERE l.action = 'order.paid' AND l.at >= ? AND o.test = ? GROUP BY o.currency ORDER BY o.currency",
        (since, int(test)),
        lambda row: Takings(row[0], int(row[1]), int(row[2])),
    )


def baskets(perf_id: str, limit: int) -> Query[Basket]:
    """Those that hold something, the first to run out first."""
    return Query(
        "SELECT h.*, count(c.id) AS units, coalesce(sum(c.price + c.fee), 0) AS amount FROM holds h "
        "JOIN claims c ON c.hold_id = h.id AND c.state IN ('held', 'paying') WHERE h.perf_id = ? "
        "AND h.state IN ('active', 'paying', 'closing') GROUP BY h.id ORDER BY h.expires_at, h.id LIMIT ?",
        (perf_id, limit),
        lambda row: Basket(
            row["id"],
            row["state"],
            row["org_id"],
            row["person_id"],
            row["units"],
            row["amount"],
            row["created_at"],
            row["expires_at"],
        ),
    )


_ORDERS = (
    "SELECT w.n, o.*, e.title, p.starts_at, (SELECT count(*) FROM claims WHERE order_id = o.id) AS units FROM {first} "
    "JOIN performances p ON p.id = o.perf_id JOIN events e ON e.id = p.event_id WHERE w.n < :before "
)


def orders(expression: str | None, state: OrderState | None, before: int, limit: int) -> Query[FoundOrder]:
    """Of all organizations, newest first, below `before`. `expression`: of FTS5; None: all."""
    first = "order_words w JOIN orders o ON o.id = w.order_id"
    if expression is not None:
        first = "orders_search s JOIN order_words w ON w.n = s.rowid JOIN orders o ON o.id = w.order_id"
    sql = _ORDERS.format(first=first)
    sql += "AND orders_search MATCH :match " if expression is not None else ""
    sql += "AND o.state = :state " if state is not None else ""
    values = {"before": before, "limit": limit, "match": expression, "state": state}
    given = {name: value for name, value in values.items() if value is not None}
    return Query(f"{sql}ORDER BY w.n DESC LIMIT :limit", given, _order)


def tries(*, open_only: bool, start: Place, limit: int) -> Query[Try]:
    """Attempts to pay, latest first; `open_only`: whose end nobody has heard."""
    only = "AND a.state IN ('created', 'submitted', 'requires_action', 'processing') " if open_only else ""
    return Query(
        "SELECT a.*, o.org_id, o.code, o.name, o.state AS order_state FROM payment_attempts a "  # noqa: S608 - a condition of ours
        f"JOIN orders o ON o.id = a.order_id WHERE (a.created_at, a.id) < (?, ?) {only}"
        "ORDER BY a.created_at DESC, a.id DESC LIMIT ?",
        (*start, limit),
        lambda row: Try(attempt_of_row(row), row["org_id"], row["code"], row["name"], row["order_state"]),
    )


def _order(row: Row) -> FoundOrder:
    return FoundOrder(row["n"], order_of(row), row["title"], row["starts_at"], row["units"])
