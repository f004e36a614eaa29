"""Disputes. Pure."""

from collections.abc import Sequence

from novacast.money import Contested
from novacast.records import dataclass
from novacast.tickets.models import DisputeState


@dataclass(frozen=True, slots=True)
class Dispute:
    id: str
    order_id: str
    org_id: str
    attempt_id: str
    provider: str
    reference: str
    amount: int
    currency: str
    reason: str
    due_at: int | None
    state: DisputeState
    created_at: int
    changed_at: int


def contested(one: Dispute, code: str, name: str) -> Contested:
    """`code` and `name` of the order."""
    return Contested(
        id=one.id,
        org_id=one.org_id,
        provider=one.provider,
        reference=one.reference,
        order_id=one.order_id,
        subscription_id=None,
        code=code,
        name=name,
        amount=one.amount,
        currency=one.currency,
        reason=one.reason,
        state=one.state.value,
        due_at=one.due_at,
        created_at=one.created_at,
    )


@dataclass(frozen=True, slots=True)
class Scan:
    ticket: str
    """Number and serial."""
    kind: str
    gate: str
    at: int


@dataclass(frozen=True, slots=True)
class Watch:
    ticket: str
    device: str
    began_at: int
    until: int


@dataclass(frozen=True, slots=True)
class Used:
    """What shows that an order's tickets were used."""

    scans: Sequence[Scan]
    watches: Sequence[Watch]
