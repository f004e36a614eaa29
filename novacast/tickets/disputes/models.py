"""Disputes. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Listed:
    """A dispute in a list of the house."""

    dispute: Dispute
    code: str
    name: str


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
