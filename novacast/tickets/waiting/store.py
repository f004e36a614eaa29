"""All SQL about those who wait."""

from novacast.database import Query, Row, Transaction
from novacast.tickets.events.store import Key
from novacast.tickets.models import HoldState, WaitingState
from novacast.tickets.waiting.models import Waiter

_PLAIN = (
    "id", "org_id", "perf_id", "item_id", "person_id", "email", "buyer", "language", "quantity", "since", "hold_id",
    "created_at", "changed_at",
)  # fmt: skip


def waiter(id_: str) -> Query[Waiter]:
    return Query("SELECT * FROM waiting WHERE id = ?", (id_,), _waiter)


def anybody(perf_id: str) -> Query[int]:
    """Whether somebody waits there, or was offered something."""
    return Query(
        "SELECT EXISTS (SELECT 1 FROM waiting WHERE perf_id = ?1 AND state = 'waiting') "
        "OR EXISTS (SELECT 1 FROM waiting WHERE perf_id = ?1 AND state = 'offered')",
        (perf_id,),
        _number,
    )


def line(perf_id: str, limit: int) -> Query[Waiter]:
    """In the order in which they are served."""
    return Query(
        "SELECT * FROM waiting WHERE perf_id = ? AND state = 'waiting' ORDER BY since LIMIT ?",
        (perf_id, limit),
        _waiter,
    )


def before(one: Waiter) -> Query[int]:
    """How many wait for the same before them; of whoever waits no more, nothing that matters."""
    return Query(
        "SELECT count(*) FROM waiting WHERE perf_id = ?1 AND state = 'waiting' AND item_id = ?2 AND since < ?3",
        (one.perf_id, one.item_id, one.since or 0),
        _number,
    )


def waits_for(item_id: str, perf_id: str) -> Query[int]:
    return Query(
        "SELECT EXISTS (SELECT 1 FROM waiting WHERE perf_id = ? AND state = 'waiting' AND item_id = ?)",
        (perf_id, item_id),
        _number,
    )


def count(perf_id: str) -> Query[int]:
    return Query("SELECT count(*) FROM waiting WHERE perf_id = ? AND state = 'waiting'", (perf_id,), _number)


def wanted(perf_id: str) -> Query[tuple[str, int, int]]:
    """Item's id, how many wait for it, for how many units."""
    return Query(
        "SELECT item_id, count(*) AS people, sum(quantity) AS units FROM waiting "
        "WHERE perf_id = ? AND state = 'waiting' GROUP BY item_id",
        (perf_id,),
        lambda row: (row["item_id"], row["people"], row["units"]),
    )


def alive(item_id: str, buyer: str) -> Query[Waiter]:
    return Query(
        "SELECT * FROM waiting WHERE item_id = ? AND buyer = ? AND state IN ('unconfirmed', 'waiting', 'offered')",
        (item_id, buyer),
        _waiter,
    )


def offered(perf_id: str) -> Query[tuple[Waiter, HoldState]]:
    """With what became of the hold."""
    return Query(
        "SELECT w.*, h.state AS hold_state FROM waiting w JOIN holds h ON h.id = w.hold_id "
        "WHERE w.perf_id = ? AND w.state = 'offered' AND h.state IN ('converted', 'expired', 'released') LIMIT 500",
        (perf_id,),
        lambda row: (_waiter(row), HoldState(row["hold_state"])),
    )


def performances() -> Query[str]:
    """Ids of those where somebody waits or was offered something."""
    return Query(
        "SELECT perf_id FROM waiting WHERE state = 'waiting' UNION SELECT perf_id FROM waiting WHERE state = 'offered'",
        (),
        lambda row: str(row[0]),
    )


def unconfirmed(until: int, limit: int) -> Query[Waiter]:
    return Query(
        "SELECT * FROM waiting WHERE state = 'unconfirmed' AND created_at <= ? LIMIT ?", (until, limit), _waiter
    )


def untold(limit: int) -> Query[Waiter]:
    return Query("SELECT * FROM waiting WHERE told = 0 ORDER BY changed_at LIMIT ?", (limit,), _waiter)


def of_performance(perf_id: str, start: Key, limit: int) -> Query[Waiter]:
    """Newest first."""
    return Query(
        "SELECT * FROM waiting WHERE perf_id = ? AND (created_at, id) < (?, ?) "
        "ORDER BY created_at DESC, id DESC LIMIT ?",
        (perf_id, *start, limit),
        _waiter,
    )


def of_person(person_id: str) -> Query[Waiter]:
    return Query("SELECT * FROM waiting WHERE person_id = ? ORDER BY created_at", (person_id,), _waiter)


def room(item_id: str) -> Query[int | None]:
    """Units that no quota counts yet; None: none counts it."""
    return Query(
        "SELECT min(capacity - used) AS room FROM item_quotas JOIN quotas ON quotas.id = quota_id WHERE item_id = ?",
        (item_id,),
        lambda row: row["room"],
    )


def seats_free(perf_id: str) -> Query[int]:
    """Seats that are given to whoever names none."""
    return Query(
        "SELECT count(*) FROM seats WHERE perf_id = ? AND blocked = 0 AND kind = 'normal' AND NOT EXISTS ("
        "SELECT 1 FROM claims WHERE perf_id = seats.perf_id AND seat_id = seats.seat_id AND state <> 'released')",
        (perf_id,),
        _number,
    )


def add(tx: Transaction, one: Waiter) -> None:
    """Raises IntegrityError for whoever stands in this line already."""
    plain = {name: getattr(one, name) for name in _PLAIN}
    tx.insert("waiting", **plain, fewer=int(one.fewer), state=one.state, told=0)


def move(tx: Transaction, id_: str, to: WaitingState, *, tell: bool = False) -> None:
    tx.run("UPDATE waiting SET state = ?, told = ?, changed_at = ? WHERE id = ?", (to, int(not tell), tx.now, id_))


def stand(tx: Transaction, id_: str) -> None:
    """At the end of the line."""
    tx.run(
        "UPDATE waiting SET state = 'waiting', told = 1, changed_at = ?1, since = max(?1, coalesce("
        "(SELECT max(since) + 1 FROM waiting AS others WHERE others.perf_id = waiting.perf_id), 0)) WHERE id = ?2",
        (tx.now, id_),
    )


def offer(tx: Transaction, id_: str, hold_id: str) -> None:
    tx.run(
        "UPDATE waiting SET state = 'offered', hold_id = ?, told = 0, changed_at = ? WHERE id = ?",
        (hold_id, tx.now, id_),
    )


def tell_again(tx: Transaction, id_: str) -> None:
    tx.run("UPDATE waiting SET told = 0 WHERE id = ?", (id_,))


def told(tx: Transaction, id_: str) -> None:
    tx.run("UPDATE waiting SET told = 1 WHERE id = ?", (id_,))


def follow(tx: Transaction, hold_id: str, next_id: str) -> None:
    """An offer went over into another basket."""
    tx.run("UPDATE waiting SET hold_id = ? WHERE hold_id = ?", (next_id, hold_id))


def begin_trying(tx: Transaction) -> None:
    """What is written from here on can be undone alone."""
    tx.run("SAVEPOINT offering")


def undo_trying(tx: Transaction) -> None:
    tx.run("ROLLBACK TO offering")


def end_trying(tx: Transaction) -> None:
    tx.run("RELEASE offering")


def erase_person(tx: Transaction, person_id: str) -> None:
    """They wait no more; what they were offered runs out."""
    tx.run(
        "UPDATE waiting SET state = 'left', told = 1, changed_at = ? WHERE person_id = ? "
        "AND state IN ('unconfirmed', 'waiting', 'offered')",
        (tx.now, person_id),
    )
    tx.run("UPDATE waiting SET person_id = NULL, email = '', buyer = 'erased' WHERE person_id = ?", (person_id,))


def _number(row: Row) -> int:
    return int(row[0])


def _waiter(row: Row) -> Waiter:
    return Waiter(**{name: row[name] for name in _PLAIN}, fewer=bool(row["fewer"]), state=WaitingState(row["state"]))
