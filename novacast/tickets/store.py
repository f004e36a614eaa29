"""SQL of the log of who did what in a box office, and of the instant at which expiry stands still."""

from novacast.database import Query, Row, Transaction
from novacast.records import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """`action` is a noun and a verb, `subject` the id it was done to."""

    n: int
    at: int
    action: str
    subject: str
    order_id: str | None
    person_id: str | None
    """None: the house itself, a guest, or somebody who is erased."""
    detail: str


@dataclass(frozen=True, slots=True)
class Freeze:
    frozen_at: int
    jumped_to: int


def log(
    tx: Transaction,
    action: str,
    org_id: str,
    subject: str,
    *,
    order_id: str | None = None,
    person_id: str | None = None,
    detail: str = "",
) -> None:
    tx.insert(
        "box_log",
        at=tx.now,
        org_id=org_id,
        action=action,
        subject=subject,
        order_id=order_id,
        person_id=person_id,
        detail=detail,
    )


def story(order_id: str) -> Query[Entry]:
    return Query("SELECT * FROM box_log WHERE order_id = ? ORDER BY n LIMIT 1000", (order_id,), _entry)


def logged_of(person_id: str) -> Query[Entry]:
    return Query("SELECT * FROM box_log WHERE person_id = ? ORDER BY n", (person_id,), _entry)


def forget_person(tx: Transaction, person_id: str) -> None:
    tx.run("UPDATE box_log SET person_id = NULL WHERE person_id = ?", (person_id,))


def freeze() -> Query[Freeze]:
    return Query("SELECT * FROM expiry_freezes", (), lambda row: Freeze(row["frozen_at"], row["jumped_to"]))


def begin_freeze(tx: Transaction, frozen_at: int) -> None:
    tx.run("INSERT INTO expiry_freezes VALUES (1, ?, ?) ON CONFLICT (id) DO NOTHING", (frozen_at, tx.now))


def end_freeze(tx: Transaction) -> int:
    return tx.run("DELETE FROM expiry_freezes")


def _entry(row: Row) -> Entry:
    return Entry(row["n"], row["at"], row["action"], row["subject"], row["order_id"], row["person_id"], row["detail"])
