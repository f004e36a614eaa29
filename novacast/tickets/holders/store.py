"""SQL of tickets that people take into accounts, rename and hand on."""

from novacast.database import Query, Row, Transaction
from novacast.tickets.admission.models import Ticket
from novacast.tickets.admission.store import ticket_of
from novacast.tickets.holders.models import Transfer, TransferState
from novacast.tickets.orders import store as orders
from novacast.tickets.orders.models import Order

_TRANSFER = (
    "id", "claim_id", "ticket_id", "order_id", "org_id", "perf_id", "from_person", "person_id", "name", "email",
    "email_key", "language", "expires_at", "created_at", "changed_at",
)  # fmt: skip


def transfer(transfer_id: str) -> Query[Transfer]:
    return Query("SELECT * FROM ticket_transfers WHERE id = ?", (transfer_id,), _transfer)


def of_order(order_id: str) -> Query[Transfer]:
    """What counts of its units: the open offer, and who accepted last; the latest first."""
    return Query(
        "SELECT * FROM ticket_transfers WHERE order_id = ? AND state <> 'withdrawn' "
        "ORDER BY changed_at DESC, rowid DESC",
        (order_id,),
        _transfer,
    )


def of_claim(claim_id: str) -> Query[Transfer]:
    """All that ever were, the latest first."""
    return Query(
        "SELECT * FROM ticket_transfers WHERE claim_id = ? ORDER BY changed_at DESC, rowid DESC", (claim_id,), _transfer
    )


def accepted_by(person_id: str) -> Query[Transfer]:
    return Query(
        "SELECT * FROM ticket_transfers WHERE person_id = ? AND state = 'accepted' ORDER BY changed_at DESC LIMIT 500",
        (person_id,),
        _transfer,
    )


def offered_to(email_key: str, now: int) -> Query[Transfer]:
    return Query(
        "SELECT * FROM ticket_transfers WHERE email_key = ? AND state = 'offered' AND expires_at > ? "
        "ORDER BY created_at DESC LIMIT 100",
        (email_key, now),
        _transfer,
    )


def of_person(person_id: str) -> Query[Transfer]:
    return Query(
        "SELECT * FROM ticket_transfers WHERE person_id = ? OR from_person = ? ORDER BY created_at",
        (person_id, person_id),
        _transfer,
    )


def add(tx: Transaction, one: Transfer) -> None:
    tx.insert("ticket_transfers", **{name: getattr(one, name) for name in _TRANSFER}, state=one.state)


def accept(tx: Transaction, transfer_id: str, person_id: str | None) -> None:
    tx.run(
        "UPDATE ticket_transfers SET state = 'accepted', person_id = ?, changed_at = ? WHERE id = ?",
        (person_id, tx.now, transfer_id),
    )


def withdraw(tx: Transaction, claim_id: str) -> int:
    return tx.run(
        "UPDATE ticket_transfers SET state = 'withdrawn', changed_at = ? WHERE claim_id = ? AND state = 'offered'",
        (tx.now, claim_id),
    )


def take(tx: Transaction, transfer_id: str, person_id: str) -> None:
    """Into an account, of one that was accepted without any."""
    tx.run("UPDATE ticket_transfers SET person_id = ? WHERE id = ? AND person_id IS NULL", (person_id, transfer_id))


def valid_of(claim_id: str) -> Query[Ticket]:
    return Query("SELECT * FROM tickets WHERE claim_id = ? AND state = 'valid'", (claim_id,), ticket_of)


def rename(tx: Transaction, ticket_id: str, name: str) -> None:
    tx.run("UPDATE tickets SET name = ?, changed_at = ? WHERE id = ?", (name, tx.now, ticket_id))


def give(tx: Transaction, ticket_id: str, person_id: str) -> None:
    tx.run("UPDATE tickets SET person_id = ?, changed_at = ? WHERE id = ?", (person_id, tx.now, ticket_id))


def claim_order(tx: Transaction, order_id: str, person_id: str) -> None:
    tx.run(
        "UPDATE orders SET person_id = ?, changed_at = ? WHERE id = ? AND person_id IS NULL",
        (person_id, tx.now, order_id),
    )


def used(claim_id: str) -> Query[int]:
    """Entries by any ticket of a unit."""
    return Query(
        "SELECT count(*) FROM checkins c JOIN tickets t ON t.id = c.ticket_id "
        "WHERE t.claim_id = ? AND c.kind = 'entry'",
        (claim_id,),
        lambda row: int(row[0]),
    )


def to_claim(email_key: str) -> Query[Order]:
    """Orders of nobody's account that were made in this address's name, newest first."""
    return Query(
        "SELECT * FROM orders WHERE email_key = ? AND person_id IS NULL AND state <> 'expired' "
        "ORDER BY created_at DESC LIMIT 100",
        (email_key,),
        orders.order_of,
    )


def erase_person(tx: Transaction, person_id: str) -> None:
    tx.run("UPDATE ticket_transfers SET from_person = NULL WHERE from_person = ?", (person_id,))
    tx.run(
        "UPDATE ticket_transfers SET person_id = NULL, name = '', email = '', email_key = '' WHERE person_id = ?",
        (person_id,),
    )


def _transfer(row: Row) -> Transfer:
    return Transfer(**{name: row[name] for name in _TRANSFER}, state=TransferState(row["state"]))
