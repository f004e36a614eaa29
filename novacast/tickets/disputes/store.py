"""All SQL of disputes, and of who watched by which ticket."""

from collections.abc import Sequence

from novacast.database import Query, Row, Transaction
from novacast.money import Contested
from novacast.tickets.disputes.models import Dispute, Scan, Watch, contested
from novacast.tickets.events.store import Key
from novacast.tickets.models import DisputeState
from novacast.tickets.orders.models import Attempt
from novacast.tickets.orders.store import attempt_of_row

_DISPUTE = (
    "id", "order_id", "org_id", "attempt_id", "provider", "reference", "amount", "currency", "reason", "due_at",
    "created_at", "changed_at",
)  # fmt: skip


def dispute(dispute_id: str) -> Query[Dispute]:
    return Query("SELECT * FROM disputes WHERE id = ?", (dispute_id,), _dispute)


def by_reference(provider: str, reference: str) -> Query[Dispute]:
    """All parts of it, where it is of a payment for several orders."""
    return Query(
        "SELECT * FROM disputes WHERE provider = ?1 AND (reference = ?2 OR reference GLOB ?2 || '/*') "
        "ORDER BY reference",
        (provider, reference),
        _dispute,
    )


def of_order(order_id: str) -> Query[Dispute]:
    return Query("SELECT * FROM disputes WHERE order_id = ? ORDER BY created_at, id", (order_id,), _dispute)


def of_org(org_id: str, start: Key, limit: int) -> Query[Contested]:
    return Query(
        "SELECT d.*, o.code, o.name FROM disputes d JOIN orders o ON o.id = d.order_id WHERE d.org_id = ? "
        "AND (d.created_at, d.id) < (?, ?) ORDER BY d.created_at DESC, d.id DESC LIMIT ?",
        (org_id, *start, limit),
        lambda row: contested(_dispute(row), row["code"], row["name"]),
    )


def payment(provider: str, name: str) -> Query[Attempt]:
    """The attempts that a provider means by its reference, or by our key: several, where one payment paid them."""
    return Query(
        "SELECT * FROM payment_attempts WHERE provider = ? AND (reference = ? OR key = ?) ORDER BY created_at, rowid",
        (provider, name, name),
        attempt_of_row,
    )


def add(tx: Transaction, one: Dispute) -> None:
    tx.insert("disputes", **{name: getattr(one, name) for name in _DISPUTE}, state=one.state)


def move(tx: Transaction, dispute_id: str, to: DisputeState) -> None:
    tx.run("UPDATE disputes SET state = ?, changed_at = ? WHERE id = ?", (to, tx.now, dispute_id))


def put_off(tx: Transaction, dispute_id: str, due_at: int | None) -> None:
    tx.run("UPDATE disputes SET due_at = ? WHERE id = ?", (due_at, dispute_id))


def scans(order_id: str, limit: int) -> Query[Scan]:
    return Query(
        "SELECT t.ordinal, t.serial, c.kind, c.gate, c.at FROM tickets t JOIN checkins c ON c.ticket_id = t.id "
        "WHERE t.order_id = ? ORDER BY c.at LIMIT ?",
        (order_id, limit),
        lambda row: Scan(f"{row['ordinal']}.{row['serial']}", row["kind"], row["gate"], row["at"]),
    )


def watches(order_id: str, limit: int) -> Query[Watch]:
    return Query(
        "SELECT t.ordinal, t.serial, w.device, w.began_at, w.until FROM tickets t "
        "JOIN ticket_watches w ON w.ticket_id = t.id WHERE t.order_id = ? ORDER BY w.began_at LIMIT ?",
        (order_id, limit),
        lambda row: Watch(f"{row['ordinal']}.{row['serial']}", row["device"], row["began_at"], row["until"]),
    )


def watched(tx: Transaction, seen: Sequence[tuple[str, str, str, str, int, int]]) -> None:
    """Of viewing sessions that a ticket may have opened: id, person, what, device, begin, last sign of life."""
    for viewing, person_id, media_id, device, began_at, until in seen:
        tx.run(
            "INSERT INTO ticket_watches SELECT t.id, :viewing, :device, :began, :until FROM performances p "
            "JOIN tickets t ON t.perf_id = p.id JOIN items i ON i.id = t.item_id "
            "WHERE p.programme_id = :media AND t.person_id = :person AND t.state = 'valid' "
            "AND (i.opens_live = 1 OR i.replay_until IS NOT NULL) "
            "ON CONFLICT DO UPDATE SET until = max(until, excluded.until)",
            {
                "viewing": viewing, "person": person_id, "media": media_id, "device": device, "began": began_at,
                "until": until,
            },
        )  # fmt: skip


def forget(tx: Transaction, before: int) -> int:
    return tx.run("DELETE FROM ticket_watches WHERE until < ?", (before,))


def erase_person(tx: Transaction, person_id: str) -> None:
    tx.run("DELETE FROM ticket_watches WHERE ticket_id IN (SELECT id FROM tickets WHERE person_id = ?)", (person_id,))


def _dispute(row: Row) -> Dispute:
    return Dispute(**{name: row[name] for name in _DISPUTE}, state=DisputeState(row["state"]))
