"""SQL of sessions and refresh tokens. Revoking is one statement here, and always told to the outbox."""

import json
from typing import Any

from novacast import outbox
from novacast.accounts.sessions.models import Kind, Session
from novacast.database import Query, Row, Transaction
from novacast.identity import Principal, Role
from novacast.keeping import number
from novacast.records import dataclass

PER_PERSON = 100
"""Open sessions (without API tokens) of one person; the longest unseen make room."""


@dataclass(frozen=True, slots=True)
class Found:
    """A live session and who stands behind it."""

    session: Session
    principal: Principal


_LIVE = "s.revoked_at IS NULL AND s.expires_at > ?"
_PRINCIPAL = (
    "SELECT s.*, p.name AS person_name, p.language, (SELECT json_group_object(m.org_id, m.role) FROM memberships m "
    "WHERE m.person_id = s.person_id) AS roles FROM sessions s JOIN people p ON p.id = s.person_id "
)


def by_secret(secret: bytes, kind: Kind, now: int) -> Query[Found]:
    return Query(f"{_PRINCIPAL}WHERE s.secret = ? AND s.kind = ? AND {_LIVE}", (secret, kind, now), _found)


def by_id(session_id: str, now: int) -> Query[Found]:
    return Query(f"{_PRINCIPAL}WHERE s.id = ? AND {_LIVE}", (session_id, now), _found)


def live(session_id: str, now: int) -> Query[Session]:
    return Query(f"SELECT * FROM sessions s WHERE s.id = ? AND {_LIVE}", (session_id, now), _session)  # noqa: S608 - constant


def of_person(person_id: str, now: int, *, tokens: bool) -> Query[Session]:
    """Live ones, newest first: named API tokens, or else everything that is signed in."""
    kinds = "s.kind = 'token'" if tokens else "s.kind <> 'token'"
    return Query(
        f"SELECT * FROM sessions s WHERE s.person_id = ? AND {kinds} AND {_LIVE} ORDER BY s.created_at DESC, s.id DESC",  # noqa: S608 - constants
        (person_id, now),
        _session,
    )


def log_ins(person_id: str, limit: int) -> Query[tuple[int, int, str, str]]:
    """Of all that a person signed in with, newest first: when, last sign of life, device, network address."""
    return Query(
        "SELECT created_at, seen_at, device, address FROM sessions WHERE person_id = ? AND kind <> 'token' "
        "ORDER BY created_at DESC, id DESC LIMIT ?",
        (person_id, limit),
        tuple,
    )


def insert(tx: Transaction, new: Session, secret: bytes | None) -> None:
    tx.insert(
        "sessions",
        id=new.id,
        person_id=new.person_id,
        kind=new.kind,
        secret=secret,
        name=new.name,
        scopes=None if new.scopes is None else json.dumps(sorted(new.scopes)),
        device=new.device,
        address=new.address,
        created_at=new.created_at,
        seen_at=new.seen_at,
        expires_at=new.expires_at,
    )


def touch(tx: Transaction, session_id: str, address: str, expires_at: int) -> None:
    tx.run(
        "UPDATE sessions SET seen_at = ?, address = ?, expires_at = ? WHERE id = ? AND revoked_at IS NULL",
        (tx.now, address, expires_at, session_id),
    )


def make_room(tx: Transaction, person_id: str) -> None:
    """Revoke the longest unseen, so that one more fits."""
    old = tx.all(
        Query(
            f"SELECT s.id FROM sessions s WHERE s.person_id = ? AND s.kind <> 'token' AND {_LIVE} "  # noqa: S608 - constants
            "ORDER BY s.seen_at DESC, s.id DESC LIMIT -1 OFFSET ?",
            (person_id, tx.now, PER_PERSON - 1),
            lambda row: str(row["id"]),
        )
    )
    for session_id in old:
        revoke(tx, person_id, session_id)


def revoke(tx: Transaction, person_id: str, session_id: str) -> bool:
    """Whether there was such a session of this person's to end."""
    ended = tx.run(
        "UPDATE sessions SET revoked_at = ? WHERE id = ? AND person_id = ? AND revoked_at IS NULL",
        (tx.now, session_id, person_id),
    )
    if ended:
        outbox.emit(tx, "session.revoked", session_id, outbox.person(person_id), person_id=person_id)
    return bool(ended)


def revoke_all(tx: Transaction, person_id: str, *, but: str | None = None, tokens: bool = False) -> int:
    """End every session but one, API tokens with them only if `tokens`; how many."""
    kinds = "" if tokens else "AND kind <> 'token'"
    ids = tx.all(
        Query(
            f"SELECT id FROM sessions WHERE person_id = ? AND revoked_at IS NULL AND id IS NOT ? {kinds}",  # noqa: S608 - constants
            (person_id, but),
            lambda row: str(row["id"]),
        )
    )
    return sum(revoke(tx, person_id, session_id) for session_id in ids)


def delete_all(tx: Transaction, person_id: str) -> None:
    tx.run("DELETE FROM sessions WHERE person_id = ?", (person_id,))


_DEAD = "FROM sessions WHERE expires_at < ?1 OR (revoked_at IS NOT NULL AND revoked_at < ?1)"


def dead(before: int) -> Query[int]:
    """Sessions that ended before the instant `before`."""
    return number(f"SELECT count(*) {_DEAD}", before)


def drop_dead(tx: Transaction, before: int, limit: int) -> int:
    """Forget them."""
    return tx.run(f"DELETE FROM sessions WHERE id IN (SELECT id {_DEAD} LIMIT ?2)", (before, limit))  # noqa: S608 - constants


def add_refresh(tx: Transaction, digest: bytes, session_id: str) -> None:
    tx.insert("refresh_tokens", digest=digest, session_id=session_id, created_at=tx.now)


def use_refresh(tx: Transaction, digest: bytes) -> int:
    """1 for the first use, 0 for any later one."""
    return tx.run("UPDATE refresh_tokens SET used_at = ? WHERE digest = ? AND used_at IS NULL", (tx.now, digest))


def refresh(digest: bytes) -> Query[Session]:
    """The session whose refresh token this is or was, dead or alive."""
    return Query(
        "SELECT s.* FROM refresh_tokens r JOIN sessions s ON s.id = r.session_id WHERE r.digest = ?",
        (digest,),
        _session,
    )


def drop_used_refresh(tx: Transaction, before: int) -> int:
    """Forget refresh tokens used before `before`: their sessions have outlived any replay worth detecting."""
    return tx.run("DELETE FROM refresh_tokens WHERE used_at < ?", (before,))


def _found(row: Row) -> Found:
    session = _session(row)
    roles = {org: Role(role) for org, role in json.loads(row["roles"]).items()}
    principal = Principal(
        person_id=session.person_id,
        session_id=session.id,
        name=row["person_name"],
        language=row["language"],
        roles=roles,
        scopes=session.scopes,
        until=session.expires_at,
    )
    return Found(session, principal)


def _session(row: Row) -> Session:
    scopes: Any = None if row["scopes"] is None else frozenset(json.loads(row["scopes"]))
    return Session(
        id=row["id"],
        person_id=row["person_id"],
        kind=Kind(row["kind"]),
        name=row["name"],
        scopes=scopes,
        device=row["device"],
        address=row["address"],
        created_at=row["created_at"],
        seen_at=row["seen_at"],
        expires_at=row["expires_at"],
    )
