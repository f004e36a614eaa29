"""All SQL about seats that are kept back, and about who sits where."""

from novacast.database import Query, Row, Transaction
from novacast.records import dataclass


@dataclass(frozen=True, slots=True)
class Occupant:
    """Who has a seat: the ticket's holder, or whoever ordered; both empty while it is only in a basket."""

    seat_id: str
    state: str
    order_id: str | None
    code: str
    buyer: str
    holder: str


def block(tx: Transaction, perf_id: str, seat_id: str, note: str) -> None:
    """Raises IntegrityError where somebody has it."""
    tx.run(
        "INSERT INTO seat_blocks VALUES (?, ?, ?, ?) ON CONFLICT (perf_id, seat_id) DO UPDATE SET note = excluded.note",
        (perf_id, seat_id, note, tx.now),
    )
    tx.run("UPDATE seats SET blocked = 1 WHERE perf_id = ? AND seat_id = ?", (perf_id, seat_id))


def unblock(tx: Transaction, perf_id: str, seat_id: str) -> None:
    """Only what was kept back by hand: seats that a map has no more stay blocked."""
    freed = tx.run("DELETE FROM seat_blocks WHERE perf_id = ? AND seat_id = ?", (perf_id, seat_id))
    if freed:
        tx.run("UPDATE seats SET blocked = 0 WHERE perf_id = ? AND seat_id = ?", (perf_id, seat_id))


def blocks(perf_id: str) -> Query[tuple[str, str]]:
    """Seats that are kept back, each with why."""
    return Query(
        "SELECT seat_id, note FROM seat_blocks WHERE perf_id = ?",
        (perf_id,),
        lambda row: (str(row["seat_id"]), str(row["note"])),
    )


def occupants(perf_id: str) -> Query[Occupant]:
    return Query(
        "SELECT c.seat_id, c.state, o.id AS order_id, o.code, o.name AS buyer, "
        "(SELECT t.name FROM tickets t WHERE t.claim_id = c.id AND t.state = 'valid') AS holder "
        "FROM claims c LEFT JOIN orders o ON o.id = c.order_id "
        "WHERE c.perf_id = ? AND c.seat_id IS NOT NULL AND c.state <> 'released'",
        (perf_id,),
        _occupant,
    )


def _occupant(row: Row) -> Occupant:
    return Occupant(
        row["seat_id"], row["state"], row["order_id"], row["code"] or "", row["buyer"] or "", row["holder"] or ""
    )
