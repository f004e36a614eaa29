"""SQL of codes that another system made."""

from novacast.database import Query, Transaction
from novacast.security.keys import digest

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


def seat_like(perf_id: str, name: str) -> Query[str]:
    """Ids of seats that are called so: their id, their label, or section, row and number of it with other dividers."""
    return Query(
        "SELECT seat_id FROM seats WHERE perf_id = ?1 AND (seat_id = ?2 OR "
        "lower(trim(section || ' ' || row || ' ' || number)) = lower(?3) OR lower(row || ' ' || number) = lower(?3)) "
        "ORDER BY seat_id <> ?2 LIMIT 2",
        (perf_id, name, " ".join(name.replace("/", " ").replace("-", " ").replace(",", " ").split())),
        lambda row: str(row["seat_id"]),
    )
