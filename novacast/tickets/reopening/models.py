"""Why nothing is sold, and what was paid for that nobody here remembers."""

from enum import StrEnum

from novacast.clock import DAY
from novacast.records import dataclass

PAGES_LAST = 2 * DAY
"""A page where somebody pays lives a day at most: what was begun this long before a backup was over by then."""


class Reason(StrEnum):
    RESTORED = "restored"
    """The database comes from a backup: seats may be paid for that it shows as free."""
    HAND = "hand"
    """Somebody shut it."""


@dataclass(frozen=True, slots=True)
class Shut:
    reason: Reason
    at: int
    since: int
    """The instant that the restored database shows."""
    proved_at: int | None
    """When all payments since then were gone through."""


@dataclass(frozen=True, slots=True)
class Stray:
    """A payment of this house whose order was made after the backup, and is lost."""

    provider: str
    key: str
    state: str
    """`paid`, or `processing` where a bank takes its time."""
    amount: int
    """In the currency's smallest unit."""
    currency: str
    reference: str
    """By which the provider finds it."""
    begun_at: int
