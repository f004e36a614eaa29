"""The box office as those who run the server see it."""

from novacast.records import dataclass
from novacast.tickets.orders.models import Attempt, Order


@dataclass(frozen=True, slots=True)
class Basket:
    """What somebody has in hand and has not bought."""

    id: str
    state: str
    org_id: str
    person_id: str | None
    units: int
    amount: int
    created_at: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class FoundOrder:
    n: int
    order: Order
    title: str
    starts_at: int
    units: int


@dataclass(frozen=True, slots=True)
class Try:
    """An attempt to pay, with its order."""

    attempt: Attempt
    org_id: str
    code: str
    name: str
    order_state: str
