"""All SQL about tickets and the keys that sign them."""

from novacast.database import Query, Row, Transaction
from novacast.tickets.admission.models import Ticket
from novacast.tickets.models import TicketState

_TICKET = (
    "id", "claim_id", "order_id", "org_id", "perf_id", "item_id", "person_id", "name", "ordinal", "serial",
    "created_at", "changed_at",
)  # fmt: skip


def ticket(ticket_id: str) -> Query[Ticket]:
    return Query("SELECT * FROM tickets WHERE id = ?", (ticket_id,), ticket_of)


def by_number(number: int, ordinal: int, serial: int) -> Query[Ticket]:
    """`number`: of the performance, as it stands in tokens."""
    return Query(
        "SELECT t.* FROM tickets t JOIN performances p ON p.id = t.perf_id "
        "WHERE p.number = ? AND t.ordinal = ? AND t.serial = ?",
        (number, ordinal, serial),
        ticket_of,
    )


def of_order(order_id: str) -> Query[Ticket]:
    return Query("SELECT * FROM tickets WHERE order_id = ? ORDER BY ordinal, serial", (order_id,), ticket_of)


def of_person(person_id: str) -> Query[Ticket]:
    return Query("SELECT * FROM tickets WHERE person_id = ? ORDER BY created_at, id", (person_id,), ticket_of)


def on_programme(person_id: str, programme_id: str) -> Query[Ticket]:
    """A person's valid tickets of performances with this programme. Those of an order that is disputed open nothing."""
    return Query(
        "SELECT t.* FROM performances p JOIN tickets t ON t.perf_id = p.id JOIN orders o ON o.id = t.order_id "
        "WHERE p.programme_id = ? AND t.person_id = ? AND t.state = 'valid' AND o.disputed = 0",
        (programme_id, person_id),
        ticket_of,
    )


def last_ordinal(perf_id: str) -> Query[int]:
    return Query("SELECT coalesce(max(ordinal), 0) FROM tickets WHERE perf_id = ?", (perf_id,), lambda row: int(row[0]))


def add(tx: Transaction, one: Ticket) -> None:
    tx.insert("tickets", **{name: getattr(one, name) for name in _TICKET}, test=int(one.test), state=one.state)


def move(tx: Transaction, ticket_id: str, to: TicketState) -> None:
    tx.run("UPDATE tickets SET state = ?, changed_at = ? WHERE id = ?", (to, tx.now, ticket_id))


def signing_key(org_id: str) -> Query[tuple[int, bytes]]:
    """Id and sealed secret of the key that signs now."""
    return Query(
        "SELECT id, sealed FROM ticket_keys WHERE org_id = ? AND retired_at IS NULL",
        (org_id,),
        lambda row: (row["id"], row["sealed"]),
    )


def public_keys(org_id: str) -> Query[tuple[int, bytes]]:
    """Those that are good: what a retired one signed is not."""
    return Query(
        "SELECT id, public FROM ticket_keys WHERE org_id = ? AND retired_at IS NULL ORDER BY created_at",
        (org_id,),
        lambda row: (row["id"], row["public"]),
    )


def add_key(tx: Transaction, key_id: int, org_id: str, public: bytes, sealed: bytes) -> None:
    tx.insert("ticket_keys", id=key_id, org_id=org_id, public=public, sealed=sealed, created_at=tx.now)


def retire_keys(tx: Transaction, org_id: str) -> int:
    return tx.run("UPDATE ticket_keys SET retired_at = ? WHERE org_id = ? AND retired_at IS NULL", (tx.now, org_id))


def erase_person(tx: Transaction, person_id: str) -> None:
    tx.run("UPDATE tickets SET person_id = NULL, name = '' WHERE person_id = ?", (person_id,))


def ticket_of(row: Row) -> Ticket:
    return Ticket(**{name: row[name] for name in _TICKET}, test=bool(row["test"]), state=TicketState(row["state"]))
