"""SQL of who has tickets."""

from typing import NamedTuple

from novacast.database import Query, Row
from novacast.tickets.audience.models import Night

_HELD = """SELECT coalesce(t.person_id, x.email_key, o.email_key) AS holder, t.person_id, x.id AS transfer_id,
    o.id AS order_id, coalesce(x.email, o.email) AS email, coalesce(x.language, o.language) AS language
    FROM performances p JOIN tickets t ON t.perf_id = p.id JOIN orders o ON o.id = t.order_id
    LEFT JOIN ticket_transfers x ON x.rowid = (SELECT y.rowid FROM ticket_transfers y WHERE y.claim_id = t.claim_id
        AND y.state = 'accepted' ORDER BY y.changed_at DESC, y.rowid DESC LIMIT 1)
    {join} WHERE {where} AND p.state <> 'cancelled' AND t.state = 'valid' AND o.disputed = 0
    AND holder <> '' AND holder > :after GROUP BY holder ORDER BY holder LIMIT :limit"""


class Held(NamedTuple):
    holder: str
    person_id: str | None
    transfer_id: str | None
    order_id: str
    email: str
    language: str


def of_performance(perf_id: str, after: str, limit: int) -> Query[Held]:
    """Each person or address once, in their order. Who accepted a ticket has it, and not who bought it."""
    sql = _HELD.format(join="", where="p.id = :id")
    return Query(sql, {"id": perf_id, "after": after, "limit": limit}, _held)


def of_programme(programme_id: str, after: str, limit: int) -> Query[Held]:
    """The same of tickets that open it on air."""
    join = "JOIN items i ON i.id = t.item_id AND i.opens_live = 1"
    sql = _HELD.format(join=join, where="p.programme_id = :id")
    return Query(sql, {"id": programme_id, "after": after, "limit": limit}, _held)


def night(perf_id: str) -> Query[Night]:
    return Query(f"{_NIGHTS} WHERE p.id = ? AND p.state NOT IN ('draft', 'cancelled')", (perf_id,), _night)


def beginning(after: int, until: int, limit: int) -> Query[Night]:
    """Those that are not called off and begin within these instants, soonest first."""
    return Query(
        f"{_NIGHTS} WHERE p.state NOT IN ('draft', 'cancelled') AND p.starts_at > ? AND p.starts_at <= ? "
        "ORDER BY p.starts_at, p.id LIMIT ?",
        (after, until, limit),
        _night,
    )


_NIGHTS = (
    "SELECT p.id, p.starts_at, p.programme_id, e.title, e.venue, e.timezone FROM performances p "
    "JOIN events e ON e.id = p.event_id"
)


def _night(row: Row) -> Night:
    return Night(row["id"], row["title"], row["venue"], row["starts_at"], row["timezone"], row["programme_id"])


def _held(row: Row) -> Held:
    return Held(*(row[name] for name in Held._fields))
