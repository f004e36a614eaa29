"""Inquiries: a bank asks about a payment before it takes anything back. Pure."""

from collections.abc import Mapping
from enum import StrEnum

from novacast.money import Contested, Standing
from novacast.records import dataclass


class State(StrEnum):
    ASKED = "asked"
    ANSWERED = "answered"
    """It has its answer, and looks at it."""
    CLOSED = "closed"
    """It lets the matter rest."""
    DISPUTED = "disputed"
    """It takes the money back, by a dispute with the same reference."""


_STANDING: Mapping[State, Standing] = {
    State.ASKED: "asked",
    State.ANSWERED: "answered",
    State.CLOSED: "closed",
    State.DISPUTED: "open",
}
OPEN = frozenset({State.ASKED, State.ANSWERED})


@dataclass(frozen=True, slots=True)
class Inquiry:
    id: str
    org_id: str
    provider: str
    reference: str
    """The provider's own; of a dispute that follows as well."""
    order_id: str | None
    """None: it is of a membership."""
    subscription_id: str | None
    code: str
    """For people: of the order; empty: of a membership."""
    amount: int
    currency: str
    reason: str
    """The provider's code."""
    due_at: int | None
    """Until when an answer is taken."""
    state: State
    created_at: int


def contested(one: Inquiry, code: str) -> Contested:
    """`code`: for people: of the order, or the name of the tier."""
    return Contested(
        id=one.id,
        org_id=one.org_id,
        provider=one.provider,
        reference=one.reference,
        order_id=one.order_id,
        subscription_id=one.subscription_id,
        code=code,
        name="",
        amount=one.amount,
        currency=one.currency,
        reason=one.reason,
        state=_STANDING[one.state],
        due_at=one.due_at,
        created_at=one.created_at,
    )
