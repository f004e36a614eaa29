"""All SQL about operators, and about people as operators see them."""

import json
from collections.abc import Sequence

from novacast.accounts.operators.models import Known, Operator, Suspension
from novacast.accounts.people.store import person
from novacast.accounts.sessions.models import Session
from novacast.accounts.sessions.store import of_person
from novacast.database import Query, Row, Transaction
from novacast.identity import Role

_KNOWN = (
    "SELECT p.*, (SELECT json_group_object(m.org_id, m.role) FROM memberships m WHERE m.person_id = p.id) AS roles, "
    "o.person_id IS NOT NULL AS operator, x.reason, x.suspended_by, x.at AS suspended_at, "
    "(SELECT count(*) FROM sessions s WHERE s.person_id = p.id AND s.revoked_at IS NULL AND s.expires_at > :now) "
    "AS sessions, (SELECT max(seen_at) FROM sessions s WHERE s.person_id = p.id AND s.revoked_at IS NULL) AS seen_at "
    "FROM people p LEFT JOIN operators o ON o.person_id = p.id LEFT JOIN suspensions x ON x.person_id = p.id "
)


def operators() -> Query[Operator]:
    return Query(
        "SELECT p.*, o.granted_by, o.granted_at FROM operators o JOIN people p ON p.id = o.person_id "
        "WHERE p.erased_at IS NULL ORDER BY o.granted_at, p.id",
        (),
        lambda row: Operator(person(row), row["granted_by"], row["granted_at"]),
    )


def is_operator(person_id: str, session_id: str) -> Query[bool]:
    """Whether that session, a token, was made by one who was an operator already: one from before does not become a
    key to everything by that."""
    return Query(
        "SELECT 1 FROM operators o JOIN sessions s ON s.person_id = o.person_id WHERE o.person_id = ? AND s.id = ? "
        "AND s.kind = 'token' AND s.created_at >= o.granted_at",
        (person_id, session_id),
        lambda _: True,
    )


def is_operator_at_all(person_id: str) -> Query[bool]:
    return Query("SELECT 1 FROM operators WHERE person_id = ?", (person_id,), lambda _: True)


def grant(tx: Transaction, person_id: str, by: str) -> None:
    tx.run("INSERT INTO operators VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (person_id, by, tx.now))


def withdraw(tx: Transaction, person_id: str) -> bool:
    return tx.run("DELETE FROM operators WHERE person_id = ?", (person_id,)) > 0


def suspend(tx: Transaction, person_id: str, reason: str, by: str) -> None:
    tx.run(
        "INSERT INTO suspensions VALUES (?, ?, ?, ?) ON CONFLICT (person_id) DO UPDATE SET reason = excluded.reason, "
        "suspended_by = excluded.suspended_by",
        (person_id, reason, by, tx.now),
    )


def release(tx: Transaction, person_id: str, *, only_by: str = "") -> bool:
    """`only_by`: what others than this one said stays."""
    sql = "DELETE FROM suspensions WHERE person_id = ?1 AND (?2 = '' OR suspended_by = ?2)"
    return tx.run(sql, (person_id, only_by)) > 0


def suspended(person_id: str) -> Query[bool]:
    return Query("SELECT 1 FROM suspensions WHERE person_id = ?", (person_id,), lambda _: True)


def known(person_id: str, now: int) -> Query[Known]:
    return Query(f"{_KNOWN} WHERE p.id = :id AND p.erased_at IS NULL", {"id": person_id, "now": now}, _known)


def listed(words: str, suspended_only: bool, after: tuple[int, str], limit: int, now: int) -> Query[Known]:
    """Newest first. `words`: a part of name or address, in any case; or an id."""
    like = "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    return Query(
        f"{_KNOWN} WHERE p.erased_at IS NULL AND (p.created_at, p.id) < (:at, :behind) AND (:words = '' "
        "OR p.id = :words OR p.name LIKE :like ESCAPE '\\' OR p.email LIKE :like ESCAPE '\\') "
        f"{'AND x.person_id IS NOT NULL ' if suspended_only else ''}"
        "ORDER BY p.created_at DESC, p.id DESC LIMIT :limit",
        {"words": words, "like": like, "at": after[0], "behind": after[1], "limit": limit, "now": now},
        _known,
    )


def sessions(person_id: str, now: int) -> Sequence[Query[Session]]:
    """What is signed in, then API tokens."""
    return of_person(person_id, now, tokens=False), of_person(person_id, now, tokens=True)


def _known(row: Row) -> Known:
    suspension = None
    if row["suspended_at"] is not None:
        suspension = Suspension(row["reason"], row["suspended_by"], row["suspended_at"])
    roles = {org: Role(role) for org, role in json.loads(row["roles"]).items()}
    return Known(person(row), roles, bool(row["operator"]), suspension, row["sessions"], row["seen_at"])
