"""An evening as organizers think of it: when, how many places, at which price, who may watch from elsewhere. Pure."""

from collections.abc import Sequence

from novacast.records import dataclass
from novacast.tickets.events.models import NewItem, PerformanceChanges

ONLINE_PLACES = 1000
"""Of a pass, where nobody says how many there are."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of ticket with a quota of its own."""

    item: NewItem
    places: int | None
    """How many there are; None: as many as the hall has seats."""


@dataclass(frozen=True, slots=True)
class Evening:
    """A performance with all that is sold of it."""

    hours: PerformanceChanges
    kinds: Sequence[Kind]
    map_id: str | None = None
