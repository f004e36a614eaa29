"""Money on its way back. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from novacast.clock import HOUR, SECOND, doubled

_FIRST, _LONGEST = 10 * SECOND, HOUR


class State(StrEnum):
    SUBMITTED = "submitted"
    """On disk, and asked for again and again with its key until there is an answer."""
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    """Not for ever: a bank may send it back."""
    FAILED = "failed"


class Why(StrEnum):
    WISH = "wish"
    LATE = "late"
    """It was paid when there was nothing any more to pay for."""


@dataclass(frozen=True, slots=True)
class Refund:
    id: str
    charge_id: str
    org_id: str
    provider: str
    amount: int
    owes: int
    """So much of it is owed by this one; the rest was owed already."""
    why: Why
    state: State
    reference: str | None
    reason: str | None
    """The provider's code of a failure."""
    tries: int
    created_at: int


def later(tries: int) -> int:
    """How long to wait after so many tries."""
    return doubled(_FIRST, tries, _LONGEST)
