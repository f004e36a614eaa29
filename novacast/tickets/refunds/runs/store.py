"""SQL of performances of which everything is given back."""

from novacast.database import Query, Transaction
from novacast.records import dataclass
from novacast.tickets.orders.models import Order
from novacast.tickets.orders.store import order_of


@dataclass(frozen=True, slots=True)
class Run:
    perf_id: str
    person_id: str | None


def begin(tx: Transaction, perf_id: str, org_id: str, person_id: str | None) -> bool:
    """Whether it is new."""
    sql = "INSERT INTO refund_runs VALUES (?, ?, ?, ?, NULL) ON CONFLICT (perf_id) DO UPDATE SET done_at = NULL "
    return tx.run(f"{sql} WHERE done_at IS NOT NULL", (perf_id, org_id, person_id, tx.now)) > 0


def begun(perf_id: str) -> Query[int]:
    return Query("SELECT begun_at FROM refund_runs WHERE perf_id = ?", (perf_id,), lambda row: int(row["begun_at"]))


def left(perf_id: str) -> Query[int]:
    return Query(
        "SELECT count(*) FROM orders WHERE perf_id = ? "
        "AND state IN ('paid', 'partially_refunded', 'awaiting_payment', 'draft')",
        (perf_id,),
        lambda row: int(row[0]),
    )


def open_runs() -> Query[Run]:
    return Query(
        "SELECT * FROM refund_runs WHERE done_at IS NULL LIMIT 20",
        (),
        lambda row: Run(row["perf_id"], row["person_id"]),
    )


def to_undo(perf_id: str, limit: int) -> Query[Order]:
    return Query(
        "SELECT * FROM orders WHERE perf_id = ? AND state IN ('paid', 'partially_refunded') LIMIT ?",
        (perf_id, limit),
        order_of,
    )


def end(tx: Transaction, perf_id: str) -> None:
    tx.run("UPDATE refund_runs SET done_at = ? WHERE perf_id = ?", (tx.now, perf_id))


def erase_person(tx: Transaction, person_id: str) -> None:
    tx.run("UPDATE refund_runs SET person_id = NULL WHERE person_id = ?", (person_id,))


@dataclass(frozen=True, slots=True)
class Night:
    """A cancelled performance of which something is left to be given back, or is being given back."""

    perf_id: str
    title: str
    starts_at: int
    timezone: str
    left: int
    begun: bool


def cancelled(org_id: str, limit: int) -> Query[Night]:
    return Query(
        "SELECT p.id, e.title, p.starts_at, e.timezone, count(*) AS orders, r.perf_id IS NOT NULL AS begun "
        "FROM performances p JOIN events e ON e.id = p.event_id JOIN orders o ON o.perf_id = p.id "
        "AND o.state IN ('paid', 'partially_refunded') LEFT JOIN refund_runs r ON r.perf_id = p.id "
        "WHERE p.org_id = ? AND p.state = 'cancelled' GROUP BY p.id ORDER BY p.starts_at DESC LIMIT ?",
        (org_id, limit),
        lambda row: Night(
            row["id"], row["title"], row["starts_at"], row["timezone"], row["orders"], bool(row["begun"])
        ),
    )
