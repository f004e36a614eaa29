"""Disputes of what was paid for memberships. Pure."""

from collections.abc import Iterable
from enum import StrEnum

from novacast.money import Contested
from novacast.records import dataclass


class State(StrEnum):
    OPEN = "open"
    WON = "won"
    LOST = "lost"
    """Not for ever: a bank may find later that it was in the wrong."""


@dataclass(frozen=True, slots=True)
class Dispute:
    id: str
    charge_id: str
    org_id: str
    provider: str
    reference: str
    """The provider's own, by which the books have it."""
    amount: int
    currency: str
    reason: str
    """The provider's code."""
    due_at: int | None
    """Until when evidence is taken."""
    state: State
    created_at: int


def contested(one: Dispute, subscription_id: str, tier: str) -> Contested:
    """`tier`: the name of it."""
    return Contested(
        id=one.id,
        org_id=one.org_id,
        provider=one.provider,
        reference=one.reference,
        order_id=None,
        subscription_id=subscription_id,
        code=tier,
        name="",
        amount=one.amount,
        currency=one.currency,
        reason=one.reason,
        state=one.state.value,
        due_at=one.due_at,
        created_at=one.created_at,
    )


def taken(disputes: Iterable[Dispute]) -> int:
    """What of a payment a bank has, or keeps until it is decided."""
    return sum(one.amount for one in disputes if one.state is not State.WON)
