"""SQL of passkeys."""

import json

from novacast.accounts.passkeys.models import Passkey
from novacast.database import Query, Row, Transaction


def of_person(person_id: str) -> Query[Passkey]:
    return Query("SELECT * FROM passkeys WHERE person_id = ? ORDER BY created_at, id", (person_id,), _passkey)


def by_credential(credential: bytes) -> Query[Passkey]:
    return Query("SELECT * FROM passkeys WHERE credential = ?", (credential,), _passkey)


def find(person_id: str, passkey_id: str) -> Query[Passkey]:
    return Query("SELECT * FROM passkeys WHERE person_id = ? AND id = ?", (person_id, passkey_id), _passkey)


def insert(tx: Transaction, new: Passkey) -> None:
    tx.insert(
        "passkeys",
        id=new.id,
        person_id=new.person_id,
        credential=new.credential,
        public_key=new.public_key,
        sign_count=new.sign_count,
        name=new.name,
        transports=json.dumps(list(new.transports)),
        synced=int(new.synced),
        created_at=new.created_at,
    )


def rename(tx: Transaction, passkey_id: str, name: str) -> None:
    tx.run("UPDATE passkeys SET name = ? WHERE id = ?", (name, passkey_id))


def used(tx: Transaction, passkey_id: str, sign_count: int) -> None:
    tx.run("UPDATE passkeys SET sign_count = ?, used_at = ? WHERE id = ?", (sign_count, tx.now, passkey_id))


def suspect(tx: Transaction, passkey_id: str) -> None:
    tx.run("UPDATE passkeys SET suspected_at = ? WHERE id = ? AND suspected_at IS NULL", (tx.now, passkey_id))


def remove(tx: Transaction, passkey_id: str) -> None:
    tx.run("DELETE FROM passkeys WHERE id = ?", (passkey_id,))


def remove_all(tx: Transaction, person_id: str) -> int:
    return tx.run("DELETE FROM passkeys WHERE person_id = ?", (person_id,))


def answered(tx: Transaction, digest: bytes, expires_at: int) -> bool:
    """True for the first answer to a challenge, false for each later one."""
    values = (digest, expires_at)
    return bool(tx.run("INSERT OR IGNORE INTO answered_challenges (digest, expires_at) VALUES (?, ?)", values))


def drop_answered(tx: Transaction) -> int:
    return tx.run("DELETE FROM answered_challenges WHERE expires_at <= ?", (tx.now,))


def _passkey(row: Row) -> Passkey:
    return Passkey(
        id=row["id"],
        person_id=row["person_id"],
        credential=row["credential"],
        public_key=row["public_key"],
        sign_count=row["sign_count"],
        name=row["name"],
        transports=json.loads(row["transports"]),
        synced=bool(row["synced"]),
        created_at=row["created_at"],
        used_at=row["used_at"],
        suspected_at=row["suspected_at"],
    )
