"""All that a disputed payment is about, as its evidence tells it."""

from collections.abc import Sequence

from novacast.money import Contested
from novacast.records import dataclass
from novacast.tickets.cancelling.models import Policy
from novacast.tickets.disputes.models import Used
from novacast.tickets.events.models import Event, Performance
from novacast.tickets.orders.models import Receipt
from novacast.tickets.store import Entry


@dataclass(frozen=True, slots=True)
class Case:
    receipt: Receipt
    event: Event
    performance: Performance
    policy: Policy | None
    disputes: Sequence[Contested]
    """What banks only ask about as well."""
    used: Used
    story: Sequence[Entry]
