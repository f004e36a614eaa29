"""Taking back what an import made. Pure."""

from novacast.clock import SECOND
from novacast.records import dataclass

LEASE = 30 * SECOND
"""Whoever undoes an import says so at each batch; after so long in silence another goes on."""
BATCH = 8
"""Things of one transaction."""
MOST_KEPT = 100_000
"""Of which it is written down why they stay; what is more is only counted."""
ORDER = ("order", "event", "performance", "item", "quota", "person", "role")
"""Kinds of things: what goes along with something else comes after it."""


@dataclass(frozen=True, slots=True)
class Undone:
    """How far it is."""

    import_id: str
    undone: int
    """Things that are gone."""
    kept: int
    """Things that were touched since, and stay."""
    person_id: str | None
    """Who wants it."""
    begun_at: int
    ended_at: int | None


@dataclass(frozen=True, slots=True)
class Kept:
    """A thing that stays, and why."""

    n: int
    kind: str
    key: str
    """Its name in the other system."""
    reason: str
