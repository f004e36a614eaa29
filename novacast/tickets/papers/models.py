"""A ticket as it is shown, printed and carried. Pure."""

from collections.abc import Sequence

from novacast.records import dataclass
from novacast.tickets.events.models import Event, Item, Performance

MOST_PAPERS = 1000
"""In one file."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A valid ticket with all that stands on it. `code`: what its QR code says."""

    ticket_id: str
    item: Item
    seat: str
    name: str
    number: int
    """Of the unit, in its performance."""
    serial: int
    code: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """Tickets of one order that are carried together."""

    event: Event
    performance: Performance
    order_code: str
    test: bool
    papers: Sequence[Paper]
