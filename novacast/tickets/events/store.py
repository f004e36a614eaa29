"""All SQL about events, performances, items, prices and quotas."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from novacast.database import Query, Row, Transaction
from novacast.tickets.events.models import Event, Item, Performance, Price, Quota
from novacast.tickets.models import ItemKind, PerformanceState

Key = tuple[int, str]
START: Key = (2**63 - 1, "")
_STAGED = "NOT EXISTS (SELECT 1 FROM shelves WHERE shelves.event_id = {id})"
"""What people come to, and not what stands for something without an hour."""

_PERFORMANCE = (
    "id", "number", "event_id", "org_id", "starts_at", "ends_at", "sale_from", "sale_until", "most_per_person",
    "programme_id", "map_id", "map_version", "version", "created_at", "changed_at", "least_per_order", "most_per_order",
)  # fmt: skip
_ITEM = (
    "id", "number", "perf_id", "name", "price", "fee", "tax_bp", "most", "replay_until", "created_at", "least",
    "most_per_person", "sale_from", "sale_until",
)  # fmt: skip


def event(event_id: str) -> Query[Event]:
    return Query("SELECT * FROM events WHERE id = ?", (event_id,), _event)


def event_of(perf_id: str) -> Query[Event]:
    """That of a performance."""
    return Query("SELECT e.* FROM performances p JOIN events e ON e.id = p.event_id WHERE p.id = ?", (perf_id,), _event)


def of_org(org_id: str, start: Key, limit: int) -> Query[Event]:
    return Query(
        "SELECT * FROM events WHERE org_id = ? AND (created_at, id) < (?, ?) "  # noqa: S608 - words of ours
        f"AND {_STAGED.format(id='events.id')} ORDER BY created_at DESC, id DESC LIMIT ?",
        (org_id, *start, limit),
        _event,
    )


def published(start: Key, limit: int) -> Query[Event]:
    return Query(
        "SELECT * FROM events WHERE published = 1 AND (created_at, id) < (?, ?) "
        "ORDER BY created_at DESC, id DESC LIMIT ?",
        (*start, limit),
        _event,
    )


def some(event_ids: Iterable[str]) -> Query[Event]:
    wanted = tuple(event_ids)
    marks = ", ".join("?" * len(wanted))
    return Query(f"SELECT * FROM events WHERE id IN ({marks})", wanted, _event)  # noqa: S608 - question marks only


def listed(now: int, start: Key, limit: int, *, past: bool) -> Query[tuple[str, str, int]]:
    """Published events that go on after `now`, soonest first, or that are over, latest first: id, the performance by
    which it stands there, and how many it has on that side. `start`: hour and event of the last one before."""
    side, pick, way, behind = ("<=", "max", "DESC", "<") if past else (">", "min", "ASC", ">")
    coming = "SELECT 1 FROM performances c WHERE c.event_id = e.id AND c.state <> 'draft' AND c.ends_at > :now"
    over = f"AND NOT EXISTS ({coming}) " if past else ""
    return Query(
        f"SELECT e.id AS event_id, p.id AS night, {pick}(p.starts_at) AS at, count(*) AS n FROM performances p "  # noqa: S608 - words of ours
        f"JOIN events e ON e.id = p.event_id WHERE e.published = 1 AND p.state <> 'draft' AND p.ends_at {side} :now "
        f"{over}"
        f"GROUP BY e.id HAVING (at, e.id) {behind} (:at, :id) ORDER BY at {way}, e.id {way} LIMIT :limit",
        {"now": now, "at": start[0], "id": start[1], "limit": limit},
        lambda row: (row["event_id"], row["night"], row["n"]),
    )


def nights(perf_ids: Iterable[str]) -> Query[Performance]:
    wanted = tuple(perf_ids)
    marks = ", ".join("?" * len(wanted))
    return Query(f"SELECT * FROM performances WHERE id IN ({marks})", wanted, _performance)  # noqa: S608 - question marks only


def any_published() -> Query[bool]:
    """Whether there is an event that everybody sees."""
    return Query("SELECT EXISTS (SELECT 1 FROM events WHERE published = 1)", (), lambda row: bool(row[0]))


def events_count(org_id: str) -> Query[int]:
    sql = f"SELECT count(*) FROM events WHERE org_id = ? AND {_STAGED.format(id='events.id')}"  # noqa: S608 - words of ours
    return Query(sql, (org_id,), _number)


def add_event(tx: Transaction, one: Event) -> None:
    tx.insert(
        "events",
        id=one.id,
        org_id=one.org_id,
        title=one.title,
        description=one.description,
        venue=one.venue,
        timezone=one.timezone,
        currency=one.currency,
        published=int(one.published),
        created_at=one.created_at,
        changed_at=one.changed_at,
    )


def change_event(tx: Transaction, event_id: str, columns: Mapping[str, Any]) -> None:
    _change(tx, "events", event_id, columns)


def unpublish(tx: Transaction, org_id: str) -> None:
    """What an organization that is gone still had on sale."""
    tx.run("UPDATE events SET published = 0, changed_at = ? WHERE org_id = ? AND published = 1", (tx.now, org_id))
    tx.run(
        "UPDATE performances SET state = 'closed', changed_at = ? WHERE org_id = ? AND state = 'on_sale'",
        (tx.now, org_id),
    )


def performance(perf_id: str) -> Query[Performance]:
    return Query("SELECT * FROM performances WHERE id = ?", (perf_id,), _performance)


def offered(perf_id: str) -> Query[tuple[Performance, bool, str]]:
    """With whether its event is published, and the currency."""
    return Query(
        "SELECT p.*, e.published, e.currency FROM performances p JOIN events e ON e.id = p.event_id WHERE p.id = ?",
        (perf_id,),
        lambda row: (_performance(row), bool(row["published"]), row["currency"]),
    )


def performances(event_id: str) -> Query[Performance]:
    return Query("SELECT * FROM performances WHERE event_id = ? ORDER BY starts_at, id", (event_id,), _performance)


def latest(org_id: str, limit: int) -> Query[Performance]:
    """Of all events of an organization, those that begin last first."""
    return Query(
        "SELECT * FROM performances WHERE org_id = ? "  # noqa: S608 - words of ours
        f"AND {_STAGED.format(id='performances.event_id')} ORDER BY starts_at DESC, id DESC LIMIT ?",
        (org_id, limit),
        _performance,
    )


def coming(org_id: str, after: int, limit: int) -> Query[Performance]:
    """What people come to: those of an organization that end after this and are no drafts, the next one first."""
    return Query(
        "SELECT * FROM performances WHERE org_id = ? AND ends_at > ? AND state IN ('on_sale', 'closed')"  # noqa: S608 - words of ours
        f" AND {_STAGED.format(id='performances.event_id')} ORDER BY starts_at, id LIMIT ?",
        (org_id, after, limit),
        _performance,
    )


def of_events(event_ids: Iterable[str]) -> Query[Performance]:
    """Performances of these events, the earliest first."""
    wanted = tuple(event_ids)
    marks = ", ".join("?" * len(wanted))
    return Query(
        f"SELECT * FROM performances WHERE event_id IN ({marks}) ORDER BY starts_at, id",  # noqa: S608 - question marks only
        wanted,
        _performance,
    )


def add_performance(tx: Transaction, one: Performance) -> None:
    tx.insert("performances", **{name: getattr(one, name) for name in _PERFORMANCE}, state=one.state)


def change_performance(tx: Transaction, perf_id: str, columns: Mapping[str, Any]) -> None:
    """Also without columns: where something that is sold of it changed."""
    _change(tx, "performances", perf_id, columns, "version = version + 1, ")


def items(perf_id: str) -> Query[Item]:
    """With their prices."""
    return Query(
        "SELECT items.*, (SELECT json_group_array(json_array(id, category, amount, from_at, until_at)) FROM prices "
        "WHERE item_id = items.id) AS prices FROM items WHERE perf_id = ? ORDER BY number",
        (perf_id,),
        _item,
    )


def kinds(event_id: str) -> Query[tuple[str, str, str]]:
    """Of all performances of an event: item's id, performance's id, name."""
    return Query(
        "SELECT i.id, i.perf_id, i.name FROM performances p JOIN items i ON i.perf_id = p.id WHERE p.event_id = ? "
        "ORDER BY p.starts_at, p.id, i.number",
        (event_id,),
        lambda row: (row["id"], row["perf_id"], row["name"]),
    )


def next_item_number(perf_id: str) -> Query[int]:
    return Query("SELECT coalesce(max(number), 0) + 1 FROM items WHERE perf_id = ?", (perf_id,), _number)


def add_item(tx: Transaction, one: Item) -> None:
    tx.insert(
        "items",
        **{name: getattr(one, name) for name in _ITEM},
        kind=one.kind,
        seated=int(one.seated),
        open_price=int(one.open_price),
        opens_live=int(one.opens_live),
        on_sale=int(one.on_sale),
        hidden=int(one.hidden),
    )
    set_prices(tx, one.id, one.prices)


def change_item(tx: Transaction, item_id: str, columns: Mapping[str, Any]) -> None:
    sets = ", ".join(f"{name} = :{name}" for name in columns)
    tx.run(f"UPDATE items SET {sets} WHERE id = :id", {**columns, "id": item_id})  # noqa: S608 - names from our code


def set_prices(tx: Transaction, item_id: str, prices: Iterable[Price]) -> None:
    tx.run("DELETE FROM prices WHERE item_id = ?", (item_id,))
    for one in prices:
        tx.insert(
            "prices",
            id=one.id,
            item_id=item_id,
            category=one.category,
            amount=one.amount,
            from_at=one.from_at,
            until_at=one.until_at,
        )


def quota(quota_id: str) -> Query[Quota]:
    return Query(f"{_QUOTA} WHERE id = ?", (quota_id,), _quota)


def quotas(perf_id: str) -> Query[Quota]:
    return Query(f"{_QUOTA} WHERE perf_id = ? ORDER BY created_at, id", (perf_id,), _quota)


def overdue(perf_id: str, at: int) -> Query[tuple[str, int]]:
    """Of each quota the units whose holds are over, although nobody has freed them yet."""
    return Query(
        "SELECT q.quota_id, count(*) AS n FROM holds h JOIN claims c ON c.hold_id = h.id "
        "JOIN item_quotas q ON q.item_id = c.item_id "
        "WHERE h.perf_id = ? AND h.state = 'active' AND h.expires_at <= ? AND c.state = 'held' GROUP BY q.quota_id",
        (perf_id, at),
        lambda row: (row["quota_id"], row["n"]),
    )


def add_quota(tx: Transaction, one: Quota) -> None:
    tx.insert("quotas", id=one.id, perf_id=one.perf_id, name=one.name, capacity=one.capacity, created_at=tx.now)


def change_quota(tx: Transaction, quota_id: str, name: str, capacity: int) -> None:
    """Raises IntegrityError for a capacity below what is used."""
    tx.run("UPDATE quotas SET name = ?, capacity = ? WHERE id = ?", (name, capacity, quota_id))


def count_in(tx: Transaction, quota_id: str, perf_id: str, item_ids: Iterable[str]) -> None:
    """Which items a quota counts. Raises IntegrityError where it has no room for what is claimed of them."""
    wanted = set(item_ids)
    known = set(tx.all(_counted(quota_id)))
    for item_id in sorted(known - wanted):
        tx.run("DELETE FROM item_quotas WHERE quota_id = ? AND item_id = ?", (quota_id, item_id))
    for item_id in sorted(wanted - known):
        tx.insert("item_quotas", item_id=item_id, quota_id=quota_id, perf_id=perf_id)


def uncounted(perf_id: str) -> Query[str]:
    """Names of items of which somebody has some, that no seat bounds and no quota counts."""
    return Query(
        "SELECT name FROM items WHERE perf_id = ? AND seated = 0 "
        "AND NOT EXISTS (SELECT 1 FROM item_quotas WHERE item_id = items.id) "
        "AND EXISTS (SELECT 1 FROM claims WHERE item_id = items.id AND state <> 'released')",
        (perf_id,),
        lambda row: str(row[0]),
    )


_QUOTA = "SELECT *, (SELECT json_group_array(item_id) FROM item_quotas WHERE quota_id = quotas.id) AS items FROM quotas"


def _counted(quota_id: str) -> Query[str]:
    return Query("SELECT item_id FROM item_quotas WHERE quota_id = ?", (quota_id,), lambda row: str(row[0]))


def _change(tx: Transaction, table: str, id_: str, columns: Mapping[str, Any], more: str = "") -> None:
    """`columns`: names from our code, never from a caller."""
    sets = "".join(f"{name} = :{name}, " for name in columns) + more
    tx.run(
        f"UPDATE {table} SET {sets}changed_at = :now WHERE id = :id",  # noqa: S608 - names from our code
        {**columns, "now": tx.now, "id": id_},
    )


def _number(row: Row) -> int:
    return int(row[0])


def _event(row: Row) -> Event:
    return Event(
        row["id"],
        row["org_id"],
        row["title"],
        row["description"],
        row["venue"],
        row["timezone"],
        row["currency"],
        bool(row["published"]),
        row["created_at"],
        row["changed_at"],
    )


def _performance(row: Row) -> Performance:
    return Performance(**{name: row[name] for name in _PERFORMANCE}, state=PerformanceState(row["state"]))


def _item(row: Row) -> Item:
    prices = tuple(Price(*one) for one in json.loads(row["prices"]))
    return Item(
        **{name: row[name] for name in _ITEM},
        kind=ItemKind(row["kind"]),
        seated=bool(row["seated"]),
        open_price=bool(row["open_price"]),
        opens_live=bool(row["opens_live"]),
        on_sale=bool(row["on_sale"]),
        hidden=bool(row["hidden"]),
        prices=prices,
    )


def _quota(row: Row) -> Quota:
    items = tuple(json.loads(row["items"]))
    return Quota(row["id"], row["perf_id"], row["name"], row["capacity"], row["used"], items)
