"""SQL of identities at the provider, and of the roles that its groups gave."""

from novacast.accounts.oidc.models import Linked
from novacast.database import Query, Row, Transaction
from novacast.identity import Role


def find(issuer: str, subject: str) -> Query[Linked]:
    return Query("SELECT * FROM identities WHERE issuer = ? AND subject = ?", (issuer, subject), _linked)


def of_person(person_id: str) -> Query[Linked]:
    return Query("SELECT * FROM identities WHERE person_id = ? ORDER BY issuer, subject", (person_id,), _linked)


def link(tx: Transaction, issuer: str, subject: str, person_id: str, email: str) -> None:
    tx.insert(
        "identities",
        issuer=issuer,
        subject=subject,
        person_id=person_id,
        email=email,
        linked_at=tx.now,
        used_at=tx.now,
    )


def used(tx: Transaction, issuer: str, subject: str, email: str) -> None:
    tx.run(
        "UPDATE identities SET used_at = ?, email = ? WHERE issuer = ? AND subject = ?",
        (tx.now, email, issuer, subject),
    )


def unlink(tx: Transaction, person_id: str) -> int:
    return tx.run("DELETE FROM identities WHERE person_id = ?", (person_id,))


def provided(person_id: str, org_id: str) -> Query[Role]:
    return Query(
        "SELECT role FROM provided_roles WHERE person_id = ? AND org_id = ?",
        (person_id, org_id),
        lambda row: Role(row["role"]),
    )


def provide(tx: Transaction, person_id: str, org_id: str, role: Role) -> None:
    tx.run(
        "INSERT INTO provided_roles (person_id, org_id, role) VALUES (?, ?, ?) "
        "ON CONFLICT DO UPDATE SET role = excluded.role",
        (person_id, org_id, role),
    )


def withdraw(tx: Transaction, person_id: str, org_id: str) -> None:
    tx.run("DELETE FROM provided_roles WHERE person_id = ? AND org_id = ?", (person_id, org_id))


def withdraw_all(tx: Transaction, person_id: str) -> None:
    tx.run("DELETE FROM provided_roles WHERE person_id = ?", (person_id,))


def began(tx: Transaction, session_id: str) -> None:
    """The session was opened by the provider."""
    tx.insert("provider_sessions", session_id=session_id)


def is_by_provider(session_id: str) -> Query[int]:
    return Query("SELECT 1 FROM provider_sessions WHERE session_id = ?", (session_id,), lambda row: int(row[0]))


def _linked(row: Row) -> Linked:
    return Linked(row["issuer"], row["subject"], row["person_id"], row["email"], row["linked_at"], row["used_at"])
