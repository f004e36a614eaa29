"""SQL of organizations, memberships and invitations."""

from collections.abc import Iterable

from novacast.accounts.organizations.models import Invitation, Member, Membership, Organization
from novacast.database import Query, Row, Transaction
from novacast.identity import Role


def organization(org_id: str) -> Query[Organization]:
    return Query("SELECT * FROM organizations WHERE id = ? AND deleted_at IS NULL", (org_id,), _organization)


def by_slug(slug: str) -> Query[Organization]:
    return Query("SELECT * FROM organizations WHERE slug = ? AND deleted_at IS NULL", (slug,), _organization)


def named(name: str) -> Query[Organization]:
    """By its short name, else by its whole one, which several may have."""
    return Query(
        "SELECT * FROM organizations WHERE deleted_at IS NULL AND (slug = ?1 OR (lower(name) = lower(?1) "
        "AND NOT EXISTS (SELECT 1 FROM organizations WHERE slug = ?1))) LIMIT 2",
        (name,),
        _organization,
    )


def of_person(person_id: str) -> Query[Membership]:
    return Query(
        "SELECT o.*, m.role FROM memberships m JOIN organizations o ON o.id = m.org_id "
        "WHERE m.person_id = ? ORDER BY o.name, o.id",
        (person_id,),
        lambda row: Membership(_organization(row), Role(row["role"])),
    )


def newest(after: tuple[int, str], limit: int) -> Query[Organization]:
    return Query(
        "SELECT * FROM organizations WHERE (created_at, id) < (?, ?) AND deleted_at IS NULL "
        "ORDER BY created_at DESC, id DESC LIMIT ?",
        (*after, limit),
        _organization,
    )


def names(ids: Iterable[str]) -> Query[tuple[str, str]]:
    wanted = tuple(ids)
    marks = ", ".join("?" * len(wanted))
    return Query(
        f"SELECT id, name FROM organizations WHERE id IN ({marks})",  # noqa: S608 - question marks only
        wanted,
        lambda row: (row["id"], row["name"]),
    )


def insert(tx: Transaction, new: Organization) -> None:
    tx.insert(
        "organizations",
        id=new.id,
        name=new.name,
        slug=new.slug,
        description=new.description,
        created_at=new.created_at,
        updated_at=new.created_at,
    )


def update(tx: Transaction, changed: Organization) -> None:
    tx.run(
        "UPDATE organizations SET name = ?, slug = ?, description = ?, updated_at = ? WHERE id = ?",
        (changed.name, changed.slug, changed.description, tx.now, changed.id),
    )


def delete(tx: Transaction, org_id: str) -> None:
    """The row stays for what refers to it; its short name is free again."""
    tx.run(
        "UPDATE organizations SET slug = 'deleted:' || id, deleted_at = ?, updated_at = ? WHERE id = ?",
        (tx.now, tx.now, org_id),
    )
    tx.run("DELETE FROM invitations WHERE org_id = ?", (org_id,))


_MEMBER = "SELECT m.*, p.name, p.email FROM memberships m JOIN people p ON p.id = m.person_id WHERE m.org_id = ?"


def member(org_id: str, person_id: str) -> Query[Member]:
    return Query(f"{_MEMBER} AND m.person_id = ?", (org_id, person_id), _member)


def members(org_id: str, after: tuple[int, str], limit: int) -> Query[Member]:
    return Query(
        f"{_MEMBER} AND (m.created_at, m.person_id) < (?, ?) ORDER BY m.created_at DESC, m.person_id DESC LIMIT ?",
        (org_id, *after, limit),
        _member,
    )


def all_members(org_id: str) -> Query[Member]:
    return Query(_MEMBER, (org_id,), _member)


def role(org_id: str, person_id: str) -> Query[Role]:
    return Query(
        "SELECT role FROM memberships WHERE org_id = ? AND person_id = ?",
        (org_id, person_id),
        lambda row: Role(row["role"]),
    )


def owners(org_id: str) -> Query[int]:
    return Query(
        "SELECT count(*) FROM memberships WHERE org_id = ? AND role = 'owner'", (org_id,), lambda row: int(row[0])
    )


def set_member(tx: Transaction, org_id: str, person_id: str, new_role: Role) -> None:
    tx.run(
        "INSERT INTO memberships VALUES (?, ?, ?, ?) "
        "ON CONFLICT (org_id, person_id) DO UPDATE SET role = excluded.role",
        (org_id, person_id, new_role, tx.now),
    )


def drop_member(tx: Transaction, org_id: str, person_id: str) -> int:
    return tx.run("DELETE FROM memberships WHERE org_id = ? AND person_id = ?", (org_id, person_id))


def invite(tx: Transaction, new: Invitation, digest: bytes, invited_by: str | None) -> None:
    """Replaces an open invitation of the same address to the same organization."""
    tx.run("DELETE FROM invitations WHERE org_id = ? AND email_key = ?", (new.org_id, new.email_key))
    tx.insert(
        "invitations",
        id=new.id,
        org_id=new.org_id,
        email=new.email,
        email_key=new.email_key,
        role=new.role,
        digest=digest,
        invited_by=invited_by,
        created_at=new.created_at,
        expires_at=new.expires_at,
    )


def invitation(digest: bytes, now: int) -> Query[Invitation]:
    return Query("SELECT * FROM invitations WHERE digest = ? AND expires_at > ?", (digest, now), _invitation)


def invitations(org_id: str, now: int, after: tuple[int, str], limit: int) -> Query[Invitation]:
    return Query(
        "SELECT * FROM invitations WHERE org_id = ? AND expires_at > ? AND (created_at, id) < (?, ?) "
        "ORDER BY created_at DESC, id DESC LIMIT ?",
        (org_id, now, *after, limit),
        _invitation,
    )


def invitation_by_id(org_id: str, invitation_id: str) -> Query[Invitation]:
    return Query("SELECT * FROM invitations WHERE org_id = ? AND id = ?", (org_id, invitation_id), _invitation)


def invitations_to(email_key: str) -> Query[tuple[Invitation, str]]:
    """With the names of the organizations."""
    return Query(
        "SELECT i.*, o.name FROM invitations i JOIN organizations o ON o.id = i.org_id WHERE i.email_key = ?",
        (email_key,),
        lambda row: (_invitation(row), row["name"]),
    )


def drop_invitation(tx: Transaction, invitation_id: str) -> int:
    return tx.run("DELETE FROM invitations WHERE id = ?", (invitation_id,))


def drop_invitations_to(tx: Transaction, email_key: str) -> None:
    tx.run("DELETE FROM invitations WHERE email_key = ?", (email_key,))


def drop_invitations_by(tx: Transaction, org_id: str, person_id: str, roles: Iterable[Role]) -> None:
    """Those that this person sent for one of `roles`."""
    for role in roles:
        tx.run("DELETE FROM invitations WHERE org_id = ? AND invited_by = ? AND role = ?", (org_id, person_id, role))


def drop_expired(tx: Transaction) -> int:
    return tx.run("DELETE FROM invitations WHERE expires_at <= ?", (tx.now,))


def _organization(row: Row) -> Organization:
    return Organization(row["id"], row["name"], row["slug"], row["description"], row["created_at"])


def _member(row: Row) -> Member:
    return Member(
        org_id=row["org_id"],
        person_id=row["person_id"],
        name=row["name"],
        email=row["email"],
        role=Role(row["role"]),
        joined_at=row["created_at"],
    )


def _invitation(row: Row) -> Invitation:
    return Invitation(
        id=row["id"],
        org_id=row["org_id"],
        email=row["email"],
        email_key=row["email_key"],
        role=Role(row["role"]),
        created_at=row["created_at"],
        expires_at=row["expires_at"],
    )
