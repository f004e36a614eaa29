"""SQL of codes that another system made."""

from novacast.database import Query, Transaction
from novacast.security.keys import digest
from novacast.tickets.imports.models import ForeignCode

LEAST, MOST = 6, 1000
"""Signs of such a code."""


def normal(code: str) -> str:
    """As it is compared: what scans at doors passes on is in capitals."""
    return "".join(code.split()).upper()


def add_code(tx: Transaction, org_id: str, code: str, ticket_id: str) -> None:
    """Raises IntegrityError where the organization has such a code."""
    tx.insert("foreign_codes", org_id=org_id, digest=digest(normal(code)), ticket_id=ticket_id)


def ticket_of(org_id: str, code: str) -> Query[str]:
    """Id of the ticket that a code came with."""
    return Query(
        "SELECT ticket_id FROM foreign_codes WHERE org_id = ? AND digest = ?",
        (org_id, digest(normal(code[:MOST]))),
        lambda row: str(row["ticket_id"]),
    )


def of_performance(perf_id: str) -> Query[ForeignCode]:
    """Of tickets that are worth something."""
    return Query(
        "SELECT f.digest, t.ordinal, i.number, t.test FROM tickets t JOIN foreign_codes f ON f.ticket_id = t.id "
        "JOIN items i ON i.id = t.item_id WHERE t.perf_id = ? AND t.state = 'valid'",
        (perf_id,),
        lambda row: ForeignCode(row["digest"], row["ordinal"], row["number"], bool(row["test"])),
    )


def drop_codes(tx: Transaction, order_id: str) -> None:
    """Of an order whose tickets are void: the codes are free to come over once more."""
    tx.run(
        "DELETE FROM foreign_codes WHERE ticket_id IN (SELECT id FROM tickets WHERE order_id = ? AND state = 'void')",
        (order_id,),
    )


def performance_of(part_id: str) -> Query[str]:
    """Id of the performance of a kind of ticket, or of a quota."""
    return Query(
        "SELECT perf_id FROM items WHERE id = ?1 UNION ALL SELECT perf_id FROM quotas WHERE id = ?1",
        (part_id,),
        lambda row: str(row["perf_id"]),
    )


def title_around(id_: str) -> Query[str]:
    """Of the event that a performance, a kind of ticket or a quota is of."""
    return Query(
        "SELECT e.title FROM performances p JOIN events e ON e.id = p.event_id WHERE p.id IN (SELECT ?1 "
        "UNION ALL SELECT perf_id FROM items WHERE id = ?1 UNION ALL SELECT perf_id FROM quotas WHERE id = ?1)",
        (id_,),
        lambda row: str(row["title"]),
    )


def drop_part(tx: Transaction, id_: str) -> None:
    """Raises IntegrityError where anything is of it."""
    tx.run("DELETE FROM item_quotas WHERE item_id = ?1 OR quota_id = ?1", (id_,))
    tx.run("DELETE FROM items WHERE id = ?", (id_,))
    tx.run("DELETE FROM quotas WHERE id = ?", (id_,))


def drop_performance(tx: Transaction, perf_id: str) -> None:
    """With what is sold of it. Raises IntegrityError where anything else is of it."""
    for table in ("item_quotas", "items", "quotas"):
        tx.run(f"DELETE FROM {table} WHERE perf_id = ?", (perf_id,))  # noqa: S608 - names of ours
    tx.run("DELETE FROM performances WHERE id = ?", (perf_id,))


def drop_event(tx: Transaction, event_id: str) -> None:
    """Raises IntegrityError where anything is of it."""
    tx.run("DELETE FROM events WHERE id = ?", (event_id,))


def seat_like(perf_id: str, name: str) -> Query[str]:
    """Ids of seats that are called so: their id, their label, or section, row and number of it with other dividers."""
    return Query(
        "SELECT seat_id FROM seats WHERE perf_id = ?1 AND (seat_id = ?2 OR "
        "lower(trim(section || ' ' || row || ' ' || number)) = lower(?3) OR lower(row || ' ' || number) = lower(?3)) "
        "ORDER BY seat_id <> ?2 LIMIT 2",
        (perf_id, name, " ".join(name.replace("/", " ").replace("-", " ").replace(",", " ").split())),
        lambda row: str(row["seat_id"]),
    )
