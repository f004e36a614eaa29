"""Tickets and what they open. Pure."""

from collections.abc import Sequence

from novacast.clock import HOUR
from novacast.records import dataclass
from novacast.tickets.events.models import Item, Performance
from novacast.tickets.models import TicketState

EARLY = HOUR
"""Before a performance begins its programme opens for those who have a pass."""
LATE = 6 * HOUR
"""After its planned end a programme that runs over stays open for them."""


@dataclass(frozen=True, slots=True)
class Ticket:
    id: str
    claim_id: str
    order_id: str
    org_id: str
    perf_id: str
    item_id: str
    person_id: str | None
    name: str
    ordinal: int
    """Of the unit sold, in its performance; the same for all tickets made for it."""
    serial: int
    test: bool
    state: TicketState
    created_at: int
    changed_at: int


@dataclass(frozen=True, slots=True)
class Looked:
    """What a code is, without letting anybody in."""

    ticket: Ticket | None
    """None: it is no code of this house, and `wrong` says why."""
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class Pass:
    """A valid ticket with what decides on what it opens."""

    ticket: Ticket
    item: Item
    performance: Performance

    def opens(self, at: int) -> bool:
        return self.ticket.state is TicketState.VALID and (_live(self, at) or _replay(self, at))

    @property
    def hours(self) -> tuple[int, int] | None:
        """From when until when it opens something; None: never."""
        performance, item = self.performance, self.item
        live = performance.starts_at - EARLY, performance.ends_at + LATE
        replay = None if item.replay_until is None else (performance.starts_at, item.replay_until)
        spans = [one for one in (live if item.opens_live else None, replay) if one is not None and one[0] < one[1]]
        return (min(first for first, _ in spans), max(last for _, last in spans)) if spans else None


def opens(passes: Sequence[Pass], at: int) -> frozenset[str]:
    """Ids of the organizations whose tickets open their performances' programme at an instant."""
    return frozenset(one.ticket.org_id for one in passes if one.opens(at))


def _live(one: Pass, at: int) -> bool:
    hours = one.performance.starts_at - EARLY <= at < one.performance.ends_at + LATE
    return one.item.opens_live and hours


def _replay(one: Pass, at: int) -> bool:
    until = one.item.replay_until
    return until is not None and one.performance.starts_at <= at < until
