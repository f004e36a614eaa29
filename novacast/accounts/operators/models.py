"""People as operators see them."""

from collections.abc import Mapping

from novacast.accounts.people.models import Person
from novacast.identity import Role
from novacast.records import dataclass


@dataclass(frozen=True, slots=True)
class Operator:
    """Who may do everything here, with a token of theirs of the scope `admin`."""

    person: Person
    granted_by: str
    """`user:NAME` of this machine, or `person:ID`."""
    granted_at: int


@dataclass(frozen=True, slots=True)
class Suspension:
    reason: str
    by: str
    at: int


@dataclass(frozen=True, slots=True)
class Known:
    person: Person
    roles: Mapping[str, Role]
    """By organization."""
    operator: bool
    suspension: Suspension | None
    sessions: int
    """That are open, API tokens among them."""
    seen_at: int | None
    """When they were last seen by any of these."""
