"""All SQL of reports. Nothing here writes."""

import json
from collections.abc import Sequence

from novacast.database import Query, Row
from novacast.tickets.models import ItemKind
from novacast.tickets.orders.models import Method
from novacast.tickets.reports.models import Night, Sale, StateLine
from novacast.tickets.words import NEVER

MOST_PERFORMANCES = 20_000
MOST_ROWS = 200_000
"""Of one report: more than that is a matter for exports."""


def performances_of(org_id: str, event_id: str | None, perf_id: str | None) -> Query[Night]:
    """An organization's performances, or those of an event, or one; the latest first, behind them what has no hour."""
    return Query(
        "SELECT p.id, e.title, p.starts_at, e.timezone FROM performances p JOIN events e ON e.id = p.event_id "
        "WHERE p.org_id = :org AND (:event IS NULL OR p.event_id = :event) AND (:perf IS NULL OR p.id = :perf) "
        "ORDER BY p.starts_at >= :never, p.starts_at DESC, p.id DESC LIMIT :most",
        {"org": org_id, "event": event_id, "perf": perf_id, "most": MOST_PERFORMANCES, "never": NEVER},
        lambda row: Night(row["id"], row["title"], row["starts_at"], row["timezone"]),
    )


def kinds(perf_ids: Sequence[str]) -> Query[tuple[str, str, str, ItemKind, bool]]:
    """Performance, id, name, kind and whether each has a seat, in the order they were made in."""
    return Query(
        f"SELECT perf_id, id, name, kind, seated FROM items WHERE perf_id IN ({_marks(perf_ids)}) "  # noqa: S608 - question marks only
        "ORDER BY perf_id, number",
        tuple(perf_ids),
        lambda row: (row["perf_id"], row["id"], row["name"], ItemKind(row["kind"]), bool(row["seated"])),
    )


def claimed(perf_ids: Sequence[str]) -> Query[tuple[str, str, int]]:
    """Item, state and number of the units that somebody has."""
    return Query(
        "SELECT c.item_id, c.state, count(*) AS n FROM items i JOIN claims c ON c.item_id = i.id "  # noqa: S608 - question marks only
        f"AND c.state IN ('held', 'paying', 'sold') WHERE i.perf_id IN ({_marks(perf_ids)}) "
        "GROUP BY c.item_id, c.state",
        tuple(perf_ids),
        lambda row: (row["item_id"], row["state"], row["n"]),
    )


def scanned(perf_ids: Sequence[str]) -> Query[tuple[str, int]]:
    """Item, and how many of its units somebody came in with, at whichever list and however often."""
    return Query(
        "SELECT t.item_id, count(DISTINCT t.claim_id) AS n FROM checkin_lists l JOIN checkins c ON c.list_id = l.id "  # noqa: S608 - question marks only
        f"JOIN tickets t ON t.id = c.ticket_id WHERE l.perf_id IN ({_marks(perf_ids)}) AND c.kind = 'entry' "
        "GROUP BY t.item_id",
        tuple(perf_ids),
        lambda row: (row["item_id"], row["n"]),
    )


def entrances(perf_ids: Sequence[str]) -> Query[tuple[str, str]]:
    """Performance, and id of a list of its door."""
    return Query(
        f"SELECT perf_id, id FROM checkin_lists WHERE perf_id IN ({_marks(perf_ids)}) ORDER BY created_at, id",  # noqa: S608 - question marks only
        tuple(perf_ids),
        lambda row: (row["perf_id"], row["id"]),
    )


def quotas(perf_ids: Sequence[str]) -> Query[tuple[str, int, tuple[str, ...]]]:
    """Performance, capacity and what it counts."""
    return Query(
        "SELECT perf_id, capacity, (SELECT json_group_array(item_id) FROM item_quotas WHERE quota_id = quotas.id) "  # noqa: S608 - question marks only
        f"AS items FROM quotas WHERE perf_id IN ({_marks(perf_ids)})",
        tuple(perf_ids),
        lambda row: (row["perf_id"], row["capacity"], tuple(json.loads(row["items"]))),
    )


def seats(perf_ids: Sequence[str]) -> Query[tuple[str, int]]:
    """Performance, and how many of its seats can be sold."""
    return Query(
        f"SELECT perf_id, count(*) AS n FROM seats WHERE perf_id IN ({_marks(perf_ids)}) AND blocked = 0 "  # noqa: S608 - question marks only
        "GROUP BY perf_id",
        tuple(perf_ids),
        lambda row: (row["perf_id"], row["n"]),
    )


def sales(perf_ids: Sequence[str], since: int, until: int, *, test: bool) -> Query[Sale]:
    """What was paid from `since` until `until` and is still sold, with what was paid for a seat that another took the
    place of. The instant is that at which the order was paid."""
    return Query(
        "SELECT l.at / 900000000 AS quarter, c.perf_id, i.name AS item, coalesce(s.category, '') AS category, "  # noqa: S608 - question marks only
        "o.channel, o.method, c.tax_bp, o.currency, count(*) AS units, "
        "sum(coalesce(m.price + m.fee, c.price + c.fee)) AS amount "
        "FROM items i JOIN claims c ON c.item_id = i.id AND c.state = 'sold' JOIN orders o ON o.id = c.order_id "
        "JOIN box_log l ON l.order_id = o.id AND l.action = 'order.paid' "
        "LEFT JOIN seats s ON s.perf_id = c.perf_id AND s.seat_id = c.seat_id "
        "LEFT JOIN seat_moves m ON m.claim_id = c.id "
        f"WHERE i.perf_id IN ({_marks(perf_ids)}) AND o.test = ? AND l.at >= ? AND l.at < ? "
        "GROUP BY 1, 2, i.id, 4, 5, 6, 7, 8 ORDER BY 1 LIMIT ?",
        (*perf_ids, int(test), since, until, MOST_ROWS),
        _sale,
    )


def states(perf_ids: Sequence[str], since: int, until: int, *, test: bool) -> Query[StateLine]:
    """Orders that were made from `since` until `until`, by what has become of them."""
    return Query(
        "SELECT state, currency, count(*) AS orders, sum(total) AS amount FROM orders "  # noqa: S608 - question marks only
        f"WHERE perf_id IN ({_marks(perf_ids)}) AND test = ? AND created_at >= ? AND created_at < ? "
        "GROUP BY state, currency ORDER BY state, currency",
        (*perf_ids, int(test), since, until),
        lambda row: StateLine(row["state"], row["currency"], row["orders"], row["amount"]),
    )


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))


def _sale(row: Row) -> Sale:
    return Sale(
        row["quarter"],
        row["perf_id"],
        row["item"],
        row["category"],
        row["channel"],
        Method(row["method"]),
        row["tax_bp"],
        row["currency"],
        row["units"],
        row["amount"],
    )
