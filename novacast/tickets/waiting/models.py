"""Those who wait. Pure."""

from collections.abc import Mapping

from novacast.clock import DAY
from novacast.errors import Conflict
from novacast.records import dataclass
from novacast.tickets.events.models import Item, Performance
from novacast.tickets.models import WaitingState

MOST = 20_000
"""In the line of one performance."""
CONFIRM = 2 * DAY
"""After that an address that nobody confirmed is dropped."""


class NotSoldOut(Conflict):
    """There are tickets, and nobody waits for them: they can be bought."""

    code = "not_sold_out"


@dataclass(frozen=True, slots=True)
class Waiter:
    id: str
    org_id: str
    perf_id: str
    item_id: str
    person_id: str | None
    email: str
    """Empty for whoever has an account: theirs may change."""
    buyer: str
    language: str
    quantity: int
    fewer: bool
    """Whether fewer are better than none."""
    state: WaitingState
    since: int | None
    hold_id: str | None
    created_at: int
    changed_at: int


def fitting(waiter: Waiter, item: Item, performance: Performance, room: int, owned: Mapping[str, int]) -> int:
    """How many they are offered of what is free; 0: none, others are asked first. `owned`: units that they have, by
    item."""
    bounds = [
        waiter.quantity,
        room,
        item.most,
        performance.most_per_person - sum(owned.values()),
    ]
    if item.most_per_person is not None:
        bounds.append(item.most_per_person - owned.get(item.id, 0))
    if performance.most_per_order is not None:
        bounds.append(performance.most_per_order)
    count = min(bounds)
    least = max(item.least, performance.least_per_order) if waiter.fewer else waiter.quantity
    return count if count >= least else 0
