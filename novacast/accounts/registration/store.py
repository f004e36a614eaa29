"""SQL of sign-ups that wait for their mail to be answered."""

from novacast.accounts.people.models import EmailAddress
from novacast.accounts.registration.models import SignUp
from novacast.database import Query, Row, Transaction

PER_ADDRESS = 5
"""Waiting sign-ups of one address: the oldest make room, so that nobody fills the table with them."""


def sign_up(digest: bytes, now: int) -> Query[SignUp]:
    return Query("SELECT * FROM sign_ups WHERE digest = ? AND expires_at > ?", (digest, now), _sign_up)


def latest(email_key: str, now: int) -> Query[SignUp]:
    return Query(
        "SELECT * FROM sign_ups WHERE email_key = ? AND expires_at > ? ORDER BY created_at DESC, rowid DESC LIMIT 1",
        (email_key, now),
        _sign_up,
    )


def insert(tx: Transaction, digest: bytes, new: SignUp, expires_at: int) -> None:
    tx.run(
        "DELETE FROM sign_ups WHERE email_key = ? AND rowid NOT IN "
        "(SELECT rowid FROM sign_ups WHERE email_key = ? ORDER BY created_at DESC, rowid DESC LIMIT ?)",
        (new.email.key, new.email.key, PER_ADDRESS - 1),
    )
    tx.insert(
        "sign_ups",
        digest=digest,
        email=new.email.text,
        email_key=new.email.key,
        name=new.name,
        language=new.language,
        created_at=tx.now,
        expires_at=expires_at,
    )


def drop(tx: Transaction, email_key: str) -> None:
    tx.run("DELETE FROM sign_ups WHERE email_key = ?", (email_key,))


def drop_expired(tx: Transaction) -> int:
    return tx.run("DELETE FROM sign_ups WHERE expires_at <= ?", (tx.now,))


def _sign_up(row: Row) -> SignUp:
    return SignUp(EmailAddress(row["email"], row["email_key"]), row["name"], row["language"])
