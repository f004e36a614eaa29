"""All SQL about what was asked of Stripe."""

from novacast.database import Query, Row, Transaction
from novacast.payments.stripe.models import Returned, Wanted


def wanted(key: str) -> Query[Wanted]:
    return Query("SELECT * FROM stripe_sessions WHERE key = ?", (key,), _wanted)


def of_session(session: str) -> Query[str]:
    """The key that a session was made for."""
    return Query("SELECT key FROM stripe_sessions WHERE session = ?", (session,), _key)


def of_payment(payment: str) -> Query[str]:
    return Query("SELECT key FROM stripe_sessions WHERE payment = ?", (payment,), _key)


def want(tx: Transaction, key: str, params: str | None) -> None:
    """Once for each key, however often. Without `params` it is called off before anybody asked."""
    tx.run(
        "INSERT INTO stripe_sessions (key, params, closed, created_at) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (key) DO NOTHING",
        (key, params, int(params is None), tx.now),
    )


def close(tx: Transaction, key: str) -> None:
    tx.run("UPDATE stripe_sessions SET closed = 1 WHERE key = ?", (key,))


def found(tx: Transaction, key: str, session: str, url: str | None, payment: str | None) -> None:
    """A page that is over has no address any more; the one that it had stays."""
    tx.run(
        "UPDATE stripe_sessions SET session = ?, url = coalesce(?, url), payment = coalesce(?, payment) WHERE key = ?",
        (session, url, payment, key),
    )


def returned(key: str) -> Query[Returned]:
    return Query("SELECT * FROM stripe_refunds WHERE key = ?", (key,), _returned)


def give_back(tx: Transaction, key: str, payment: str, params: str) -> None:
    """Once for each key, however often."""
    tx.run(
        "INSERT INTO stripe_refunds (key, payment, params, created_at) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (key) DO NOTHING",
        (key, payment, params, tx.now),
    )


def given_back(tx: Transaction, key: str, refund: str) -> None:
    tx.run("UPDATE stripe_refunds SET refund = ? WHERE key = ?", (refund, key))


def _key(row: Row) -> str:
    return str(row["key"])


def _wanted(row: Row) -> Wanted:
    names = ("key", "params", "session", "url", "payment", "created_at")
    return Wanted(**{name: row[name] for name in names}, closed=bool(row["closed"]))


def _returned(row: Row) -> Returned:
    return Returned(row["key"], row["payment"], row["params"], row["refund"], row["created_at"])
