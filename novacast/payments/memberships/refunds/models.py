"""Money on its way back. Pure."""

from collections.abc import Sequence
from enum import StrEnum

from novacast.clock import HOUR, SECOND, doubled
from novacast.payments.memberships.disputes.models import Dispute, taken
from novacast.payments.memberships.models import Charge, ChargeState
from novacast.records import dataclass

BY_DISPUTE = "dispute"
"""Instead of a provider: what was owed of a payment is given back by a dispute of it that was lost."""
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


def live(refunds: Sequence[Refund]) -> int:
    """What is given back, or on its way."""
    return sum(one.amount for one in refunds if one.state is not State.FAILED)


def owed(charge: Charge, refunds: Sequence[Refund]) -> int:
    """What is owed back of a payment, and neither given back nor on its way."""
    whole = charge.amount if charge.late else sum(one.owes for one in refunds)
    return max(0, whole - live(refunds))


def covered(refunds: Sequence[Refund], reference: str | None = None) -> int:
    """What lost disputes, or this one, have given back of what was owed."""
    return sum(
        one.amount
        for one in refunds
        if (one.provider, one.state) == (BY_DISPUTE, State.SUCCEEDED) and reference in (None, one.reference)
    )


def left(charge: Charge, refunds: Sequence[Refund], disputes: Sequence[Dispute]) -> int:
    """What can be given back still."""
    if charge.state is not ChargeState.PAID:
        return 0
    return charge.amount - live(refunds) - max(0, taken(disputes) - covered(refunds))


def later(tries: int) -> int:
    """How long to wait after so many tries."""
    return doubled(_FIRST, tries, _LONGEST)
