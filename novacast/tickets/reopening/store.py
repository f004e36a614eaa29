"""All SQL about whether anything is sold."""

from collections.abc import Iterable

from novacast.database import Query, Row, Transaction
from novacast.tickets.orders.models import CAPTURED, Attempt
from novacast.tickets.orders.store import attempt_of, attempt_of_row
from novacast.tickets.purchases import store as purchases
from novacast.tickets.reopening.models import Reason, Shut, Stray


def shut() -> Query[Shut]:
    return Query(
        "SELECT * FROM sales_shut",
        (),
        lambda row: Shut(Reason(row["reason"]), row["at"], row["since"], row["proved_at"]),
    )


def close(tx: Transaction, reason: Reason, since: int) -> None:
    """Shut already, it stays shut from the earlier instant on, and for both reasons."""
    tx.run(
        "INSERT INTO sales_shut (id, reason, at, since, by_hand) VALUES (1, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
        "reason = CASE WHEN excluded.reason = 'restored' THEN 'restored' ELSE reason END, "
        "since = min(since, excluded.since), proved_at = NULL, by_hand = max(by_hand, excluded.by_hand)",
        (reason, tx.now, since, int(reason is Reason.HAND)),
    )


def proved(tx: Transaction) -> None:
    tx.run("UPDATE sales_shut SET proved_at = ?", (tx.now,))


def reopen(tx: Transaction) -> int:
    return tx.run("DELETE FROM sales_shut")


def accounted(tx: Transaction) -> bool:
    """Nothing is left over of what was looked for after a restore. Whether it is open by that: what somebody shut as
    well they open."""
    tx.run("UPDATE sales_shut SET reason = 'hand', proved_at = NULL WHERE by_hand = 1")
    tx.run("DELETE FROM sales_shut WHERE by_hand = 0")
    return not tx.all(shut())


def known(tx: Transaction, provider: str, key: str) -> Attempt | None:
    """Of a payment of several: the first that has not heard of it, else the first."""
    shares = [one for one in tx.all(purchases.shares(key)) if one.provider == provider]
    first = next((one for one in shares if one.state not in CAPTURED), shares[0] if shares else None)
    return first or tx.one(attempt_of(provider, key))


def add_stray(tx: Transaction, one: Stray) -> None:
    tx.run(
        "INSERT INTO stray_payments VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (provider, key) DO UPDATE SET "
        "state = excluded.state",
        (one.provider, one.key, one.state, one.amount, one.currency, one.reference, one.begun_at),
    )


def strays() -> Query[Stray]:
    return Query("SELECT * FROM stray_payments ORDER BY begun_at, key", (), _stray)


def movers() -> Query[str]:
    """Who has ever moved money for this house, or could have."""
    sql = "SELECT provider FROM payment_attempts UNION SELECT provider FROM sales_movers"
    return Query(sql, (), lambda row: str(row["provider"]))


def remember(tx: Transaction, providers: Iterable[str]) -> None:
    for name in sorted(providers):
        tx.run("INSERT INTO sales_movers VALUES (?, ?) ON CONFLICT DO NOTHING", (name, tx.now))


def last_captured(provider: str, mode: str) -> Query[Attempt]:
    return Query(
        "SELECT * FROM payment_attempts WHERE provider = ? AND mode = ? AND captured > 0 "
        "ORDER BY created_at DESC, id LIMIT 1",
        (provider, mode),
        attempt_of_row,
    )


def _stray(row: Row) -> Stray:
    return Stray(*(row[name] for name in ("provider", "key", "state", "amount", "currency", "reference", "begun_at")))
