"""All SQL about holds and claims."""

from collections.abc import Iterable

from novacast.database import Query, Row, Transaction
from novacast.tickets.holds.models import Claim, Hold
from novacast.tickets.members import store as member_prices
from novacast.tickets.models import ClaimState, HoldState

_CLAIMS = "SELECT c.*, m.off, m.tier FROM claims c LEFT JOIN member_prices m ON m.claim_id = c.id"


def hold(hold_id: str) -> Query[Hold]:
    return Query("SELECT * FROM holds WHERE id = ?", (hold_id,), _hold)


def active_of(person_id: str, at: int) -> Query[Hold]:
    """Baskets of a person that are not over, newest first."""
    return Query(
        "SELECT * FROM holds WHERE person_id = ? AND (state = 'paying' OR state = 'active' AND expires_at > ?) "
        "ORDER BY created_at DESC, id LIMIT 50",
        (person_id, at),
        _hold,
    )


def of_person(person_id: str) -> Query[Hold]:
    return Query("SELECT * FROM holds WHERE person_id = ? ORDER BY created_at", (person_id,), _hold)


def due(perf_id: str, at: int) -> Query[Hold]:
    return Query(
        "SELECT * FROM holds WHERE perf_id = ? AND state = 'active' AND expires_at <= ? LIMIT 500",
        (perf_id, at),
        _hold,
    )


def due_anywhere(at: int, limit: int) -> Query[Hold]:
    return Query(
        "SELECT * FROM holds WHERE state = 'active' AND expires_at <= ? ORDER BY expires_at LIMIT ?", (at, limit), _hold
    )


def add(tx: Transaction, one: Hold) -> None:
    tx.run(
        "INSERT INTO holds (id, perf_id, org_id, person_id, buyer, state, expires_at, limit_at, created_at, "
        "changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            one.id, one.perf_id, one.org_id, one.person_id, one.buyer, one.state, one.expires_at, one.limit_at,
            one.created_at, one.changed_at,
        ),
    )  # fmt: skip


def extend(tx: Transaction, hold_id: str, until: int) -> None:
    """With its claims."""
    tx.run("UPDATE holds SET expires_at = ?, changed_at = ? WHERE id = ?", (until, tx.now, hold_id))
    tx.run(
        "UPDATE claims SET expires_at = ?, changed_at = ? WHERE hold_id = ? AND state = 'held'",
        (until, tx.now, hold_id),
    )


def move(tx: Transaction, hold_id: str, to: HoldState) -> None:
    tx.run("UPDATE holds SET state = ?, changed_at = ? WHERE id = ?", (to, tx.now, hold_id))


def follow(tx: Transaction, hold_id: str, next_id: str) -> None:
    """What was in one basket went over into another."""
    tx.run("UPDATE holds SET next_id = ?, changed_at = ? WHERE id = ?", (next_id, tx.now, hold_id))


def adopt(tx: Transaction, hold_id: str, person_id: str, buyer: str) -> None:
    """A guest's basket becomes that of the person who logged in."""
    tx.run(
        "UPDATE holds SET person_id = ?, buyer = ?, changed_at = ? WHERE id = ?", (person_id, buyer, tx.now, hold_id)
    )
    share(tx, hold_id, buyer)


def share(tx: Transaction, hold_id: str, buyer: str) -> None:
    """Whose share the claims of a hold count to."""
    tx.run("UPDATE claims SET buyer = ?, changed_at = ? WHERE hold_id = ?", (buyer, tx.now, hold_id))


def claim(tx: Transaction, one: Claim) -> None:
    """Raises IntegrityError where the seat is somebody's or a quota is used up."""
    tx.run(
        "INSERT INTO claims (id, perf_id, item_id, seat_id, hold_id, order_id, buyer, price, fee, tax_bp, state, "
        "expires_at, changed_at, code_id, discount) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            one.id, one.perf_id, one.item_id, one.seat_id, one.hold_id, one.order_id, one.buyer, one.price, one.fee,
            one.tax_bp, one.state, one.expires_at, tx.now, one.code_id, one.discount,
        ),
    )  # fmt: skip
    if one.member_off:
        member_prices.add(tx, one.id, one.member_off, one.tier)


def claims(hold_id: str) -> Query[Claim]:
    return Query(f"{_CLAIMS} WHERE c.hold_id = ? ORDER BY c.rowid", (hold_id,), _claim)


def of_order(order_id: str) -> Query[Claim]:
    """All that ever belonged to it, released ones too."""
    return Query(f"{_CLAIMS} WHERE c.order_id = ? ORDER BY c.rowid", (order_id,), _claim)


def owned(perf_id: str, buyer: str) -> Query[tuple[str, str | None, int]]:
    """Units of a performance that count to a buyer's share: of which item, with which code, how many."""
    return Query(
        "SELECT item_id, code_id, count(*) AS n FROM claims WHERE perf_id = ? AND buyer = ? AND state <> 'released' "
        "GROUP BY item_id, code_id",
        (perf_id, buyer),
        lambda row: (row["item_id"], row["code_id"], row["n"]),
    )


def with_code(code_id: str, buyer: str) -> Query[int]:
    """Units that a buyer has with a code, of whatever performance."""
    return Query(
        "SELECT count(*) FROM claims WHERE code_id = ? AND buyer = ? AND state <> 'released'",
        (code_id, buyer),
        lambda row: int(row[0]),
    )


def on_seats(perf_id: str, seat_ids: Iterable[str]) -> Query[str]:
    """Which of these seats somebody has."""
    wanted = tuple(seat_ids)
    marks = ", ".join("?" * len(wanted))
    return Query(
        f"SELECT seat_id FROM claims WHERE perf_id = ? AND seat_id IN ({marks}) AND state <> 'released'",  # noqa: S608 - question marks only
        (perf_id, *wanted),
        lambda row: str(row["seat_id"]),
    )


def to_pay(tx: Transaction, hold_id: str, order_id: str, until: int) -> None:
    """What is held is being paid for; the clock frees it no more."""
    tx.run(
        "UPDATE claims SET state = 'paying', order_id = ?, expires_at = ?, changed_at = ? "
        "WHERE hold_id = ? AND state = 'held'",
        (order_id, until, tx.now, hold_id),
    )


def sell(tx: Transaction, order_id: str) -> None:
    tx.run(
        "UPDATE claims SET state = 'sold', expires_at = NULL, changed_at = ? "
        "WHERE order_id = ? AND state IN ('held', 'paying')",
        (tx.now, order_id),
    )


def release(tx: Transaction, hold_id: str) -> int:
    """Free what is not sold; how many units."""
    return tx.run(
        "UPDATE claims SET state = 'released', expires_at = NULL, changed_at = ? "
        "WHERE hold_id = ? AND state IN ('held', 'paying')",
        (tx.now, hold_id),
    )


def release_sold(tx: Transaction, order_id: str) -> int:
    """Raises IntegrityError while a ticket is valid."""
    return tx.run(
        "UPDATE claims SET state = 'released', changed_at = ? WHERE order_id = ? AND state = 'sold'",
        (tx.now, order_id),
    )


def release_units(tx: Transaction, claim_ids: Iterable[str]) -> None:
    """Free sold units. Raises IntegrityError while a ticket of one is valid."""
    for claim_id in claim_ids:
        tx.run(
            "UPDATE claims SET state = 'released', changed_at = ? WHERE id = ? AND state = 'sold'", (tx.now, claim_id)
        )


def erase_person(tx: Transaction, person_id: str) -> None:
    """Shares of a person that is erased count for nobody."""
    tx.run("UPDATE claims SET buyer = 'erased' WHERE buyer = ?", (f"person:{person_id}",))
    tx.run("UPDATE holds SET person_id = NULL, buyer = 'erased' WHERE person_id = ?", (person_id,))


def _hold(row: Row) -> Hold:
    return Hold(
        row["id"],
        row["perf_id"],
        row["org_id"],
        row["person_id"],
        row["buyer"],
        HoldState(row["state"]),
        row["expires_at"],
        row["limit_at"],
        row["created_at"],
        row["changed_at"],
        row["next_id"],
    )


def _claim(row: Row) -> Claim:
    return Claim(
        row["id"],
        row["perf_id"],
        row["item_id"],
        row["seat_id"],
        row["hold_id"],
        row["order_id"],
        row["buyer"],
        row["price"],
        row["fee"],
        row["tax_bp"],
        ClaimState(row["state"]),
        row["expires_at"],
        row["code_id"],
        row["discount"],
        row["off"] or 0,
        row["tier"] or "",
    )
