"""What is on, in the order in which it is on: published events by their next performance, or by their last one."""

from collections.abc import Mapping, Sequence
from typing import Literal

from novacast.database import Database, Page, keyset
from novacast.records import dataclass
from novacast.tickets.events import store
from novacast.tickets.events.models import Event, Item, Performance


@dataclass(frozen=True, slots=True)
class Coming:
    """An event in a list. `performance`: the one by which it stands there."""

    event: Event
    performance: Performance
    more: int
    """How many others there are on the same side of now."""


class Listing:
    def __init__(self, db: Database) -> None:
        self._db = db

    def now(self) -> int:
        return self._db.clock.now()

    async def page(self, when: Literal["coming", "past"], cursor: str | None, limit: int) -> Page[Coming]:
        """Raises InvalidInput for a cursor of another list."""
        now, past = self.now(), when == "past"
        start = keyset(cursor, int, str) or ((2**62, "") if past else (-1, ""))
        async with self._db.snapshot() as view:
            rows = await view.all(store.listed(now, start, limit + 1, past=past))
            events = {one.id: one for one in await view.all(store.some({row[0] for row in rows}))}
            nights = {one.id: one for one in await view.all(store.nights({row[1] for row in rows}))}
        found = [Coming(events[event], nights[night], more - 1) for event, night, more in rows]
        return Page.of(found, limit, lambda one: (one.performance.starts_at, one.event.id))

    async def items(self, perf_ids: Sequence[str]) -> Mapping[str, Sequence[Item]]:
        """What the public may buy of these performances, now or later."""
        async with self._db.snapshot() as view:
            found = {perf_id: await view.all(store.items(perf_id)) for perf_id in perf_ids}
        return {id_: [one for one in items if one.on_sale and not one.hidden] for id_, items in found.items()}
