"""Names of what an import gave to people. Pure."""

from novacast.identity import Role


def role_id(person_id: str, org_id: str, role: Role) -> str:
    return f"{person_id}@{org_id}:{role.value}"


def role_of(id_: str) -> tuple[str, str, str]:
    """Person, organization and role."""
    person_id, _, rest = id_.partition("@")
    org_id, _, role = rest.partition(":")
    return person_id, org_id, role
