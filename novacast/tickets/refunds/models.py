"""Refunds and the rules between. Pure. Amounts are minor units of the currency."""

from enum import StrEnum

from novacast.clock import HOUR, SECOND, doubled
from novacast.money import Demand, Repayment
from novacast.records import dataclass
from novacast.tickets.models import RefundState

FIRST, LONGEST = 10 * SECOND, 6 * HOUR
"""Between two questions about the same refund: each is twice the one before."""
OVER = frozenset({RefundState.FAILED, RefundState.CANCELLED})
"""Nothing was given back by it, and what it was for is owed again."""


class Why(StrEnum):
    CANCELLED = "cancelled"
    """Tickets were given back, or the house gives something back of its own accord."""
    SURPLUS = "surplus"
    """It was paid twice."""
    LATE = "late"
    """It was paid when nothing was left to be had for it."""


class Way(StrEnum):
    """How a person gives money back by hand."""

    CASH = "cash"
    TRANSFER = "transfer"
    CARD_TERMINAL = "card_terminal"


@dataclass(frozen=True, slots=True)
class Refund:
    id: str
    order_id: str
    org_id: str
    attempt_id: str
    """The payment that it comes out of."""
    cancellation_id: str | None
    """Which names the tickets; None for money that bought nothing."""
    again_of: str | None
    """The one that came to nothing before it."""
    why: Why
    provider: str
    """By which way it goes."""
    key: str
    """Frozen before anybody outside hears of it."""
    amount: int
    currency: str
    reference: str | None
    """The provider's own, or what a person wrote down."""
    reason: str | None
    """The provider's code of a failure."""
    person_id: str | None
    tries: int
    due_at: int
    """When it is asked about next."""
    state: RefundState
    created_at: int
    changed_at: int

    def repayment(self, demand: Demand) -> Repayment:
        return Repayment(self.key, demand, self.amount, self.reference)


@dataclass(frozen=True, slots=True)
class Shown:
    """A refund in a list of the house."""

    refund: Refund
    code: str
    """Of the order."""
    name: str
    by_hand: bool
    """Nobody outside does it: somebody of the house has to."""

    @property
    def again(self) -> bool:
        """Whether it came to nothing."""
        return self.refund.state in OVER


def later(tries: int) -> int:
    """Microseconds until the next question."""
    return doubled(FIRST, tries, LONGEST)
