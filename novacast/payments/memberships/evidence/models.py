"""All that a membership's evidence tells. Pure."""

from collections.abc import Mapping, Sequence

from novacast.money import Contested
from novacast.payments.memberships.billed.models import Kind
from novacast.payments.memberships.models import Charge, Plan, Subscription, Tier
from novacast.payments.memberships.refunds.models import Refund
from novacast.records import dataclass


@dataclass(frozen=True, slots=True)
class Watch:
    media_id: str
    device: str
    began_at: int
    until: int


@dataclass(frozen=True, slots=True)
class LogIn:
    at: int
    seen_at: int
    device: str
    address: str


@dataclass(frozen=True, slots=True)
class Case:
    subscription: Subscription
    tier: Tier
    plan: Plan | None
    name: str
    email: str
    disputes: Sequence[Contested]
    charges: Sequence[Charge]
    refunds: Sequence[Refund]
    changes: Sequence[tuple[int, Kind]]
    """What the member asked for, and when."""
    watches: Sequence[Watch]
    log_ins: Sequence[LogIn]
    titles: Mapping[str, str]
    """Of what was watched, by id."""
