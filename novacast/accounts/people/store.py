"""SQL of people and of the links that were mailed to them."""

import json
from collections.abc import Iterable

from novacast.accounts.people.models import Account, Addressee, EmailAddress, Person, Standing
from novacast.database import Query, Row, Transaction
from novacast.identity import Principal, Role


def account(person_id: str) -> Query[Account]:
    return Query("SELECT * FROM people WHERE id = ? AND erased_at IS NULL", (person_id,), _account)


def account_by_key(email_key: str) -> Query[Account]:
    return Query("SELECT * FROM people WHERE email_key = ?", (email_key,), _account)


def newest(after: tuple[int, str], limit: int) -> Query[Person]:
    return Query(
        "SELECT * FROM people WHERE (created_at, id) < (?, ?) AND erased_at IS NULL "
        "ORDER BY created_at DESC, id DESC LIMIT ?",
        (*after, limit),
        person,
    )


def addressee(person_id: str) -> Query[Addressee]:
    return Query(
        "SELECT p.*, (SELECT json_group_object(m.org_id, m.role) FROM memberships m WHERE m.person_id = p.id) AS roles "
        "FROM people p WHERE p.id = ? AND p.erased_at IS NULL",
        (person_id,),
        _addressee,
    )


def standing(person_id: str, org_id: str) -> Query[Standing]:
    return Query(
        "SELECT p.name, p.created_at, p.email IS NOT NULL AS verified, m.role FROM people p "
        "LEFT JOIN memberships m ON m.person_id = p.id AND m.org_id = ? WHERE p.id = ? AND p.erased_at IS NULL",
        (org_id, person_id),
        _standing,
    )


def names(ids: Iterable[str]) -> Query[tuple[str, str]]:
    wanted = tuple(ids)
    marks = ", ".join("?" * len(wanted))
    return Query(f"SELECT id, name FROM people WHERE id IN ({marks})", wanted, lambda row: (row["id"], row["name"]))  # noqa: S608 - question marks only


def insert(tx: Transaction, person_id: str, email: EmailAddress, name: str, language: str, password: str) -> None:
    tx.insert(
        "people",
        id=person_id,
        email=email.text,
        email_key=email.key,
        name=name,
        language=language,
        password=password,
        created_at=tx.now,
        updated_at=tx.now,
    )


def set_profile(tx: Transaction, person_id: str, name: str, language: str) -> None:
    tx.run("UPDATE people SET name = ?, language = ?, updated_at = ? WHERE id = ?", (name, language, tx.now, person_id))


def set_password(tx: Transaction, person_id: str, password: str) -> None:
    tx.run("UPDATE people SET password = ?, updated_at = ? WHERE id = ?", (password, tx.now, person_id))


def renew_hash(tx: Transaction, person_id: str, old: str, new: str) -> int:
    return tx.run("UPDATE people SET password = ? WHERE id = ? AND password = ?", (new, person_id, old))


def set_email(tx: Transaction, person_id: str, email: EmailAddress) -> None:
    tx.run(
        "UPDATE people SET email = ?, email_key = ?, updated_at = ? WHERE id = ?",
        (email.text, email.key, tx.now, person_id),
    )


def set_pending_totp(tx: Transaction, person_id: str, sealed: bytes | None) -> None:
    tx.run("UPDATE people SET totp_pending = ?, updated_at = ? WHERE id = ?", (sealed, tx.now, person_id))


def set_totp(tx: Transaction, person_id: str, sealed: bytes | None, counter: int) -> None:
    tx.run(
        "UPDATE people SET totp_secret = ?, totp_pending = NULL, totp_counter = ?, updated_at = ? WHERE id = ?",
        (sealed, counter, tx.now, person_id),
    )


def advance_totp(tx: Transaction, person_id: str, counter: int) -> int:
    """1 if `counter` is later than every one accepted before, else 0."""
    return tx.run("UPDATE people SET totp_counter = ? WHERE id = ? AND totp_counter < ?", (counter, person_id, counter))


def anonymise(tx: Transaction, person_id: str) -> None:
    """The row stays as the anchor of what others keep; nothing in it tells who it was."""
    tx.run(
        "UPDATE people SET email = NULL, email_key = NULL, name = '', language = 'en', password = NULL, "
        "totp_secret = NULL, totp_pending = NULL, totp_counter = 0, updated_at = ?, erased_at = ? WHERE id = ?",
        (tx.now, tx.now, person_id),
    )
    tx.run("DELETE FROM mail_tokens WHERE person_id = ?", (person_id,))
    tx.run("DELETE FROM recovery_codes WHERE person_id = ?", (person_id,))


def add_mail_token(
    tx: Transaction, digest: bytes, person_id: str, purpose: str, email: EmailAddress, expires_at: int
) -> None:
    tx.insert(
        "mail_tokens",
        digest=digest,
        person_id=person_id,
        purpose=purpose,
        email=email.text,
        email_key=email.key,
        created_at=tx.now,
        expires_at=expires_at,
    )


def mail_token(digest: bytes, purpose: str, now: int) -> Query[tuple[str, EmailAddress]]:
    """The person a link is for, and the address that it was sent to."""
    return Query(
        "SELECT person_id, email, email_key FROM mail_tokens WHERE digest = ? AND purpose = ? AND expires_at > ?",
        (digest, purpose, now),
        lambda row: (row["person_id"], EmailAddress(row["email"], row["email_key"])),
    )


def account_by_mail_token(digest: bytes, purpose: str, now: int) -> Query[Account]:
    return Query(
        "SELECT p.* FROM mail_tokens t JOIN people p ON p.id = t.person_id "
        "WHERE t.digest = ? AND t.purpose = ? AND t.expires_at > ?",
        (digest, purpose, now),
        _account,
    )


def pending_email(person_id: str, now: int) -> Query[str]:
    """The address that a change waits for."""
    return Query(
        "SELECT email FROM mail_tokens WHERE person_id = ? AND purpose = 'change' AND expires_at > ? LIMIT 1",
        (person_id, now),
        lambda row: str(row["email"]),
    )


def drop_mail_tokens(tx: Transaction, person_id: str, purpose: str) -> None:
    tx.run("DELETE FROM mail_tokens WHERE person_id = ? AND purpose = ?", (person_id, purpose))


def drop_expired_mail_tokens(tx: Transaction) -> int:
    return tx.run("DELETE FROM mail_tokens WHERE expires_at <= ?", (tx.now,))


def person(row: Row) -> Person:
    return Person(
        id=row["id"],
        email=row["email"],
        name=row["name"],
        language=row["language"],
        created_at=row["created_at"],
        second_factor=row["totp_secret"] is not None,
    )


def _account(row: Row) -> Account:
    return Account(
        person=person(row),
        email_key=row["email_key"],
        password=row["password"],
        totp_secret=row["totp_secret"],
        totp_pending=row["totp_pending"],
        totp_counter=row["totp_counter"],
    )


def _standing(row: Row) -> Standing:
    role = None if row["role"] is None else Role(row["role"])
    return Standing(row["name"], row["created_at"], bool(row["verified"]), role)


def _addressee(row: Row) -> Addressee:
    roles = {org: Role(role) for org, role in json.loads(row["roles"]).items()}
    return Addressee(
        row["email"], Principal(person_id=row["id"], name=row["name"], language=row["language"], roles=roles)
    )
