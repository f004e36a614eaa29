"""Drawing seat maps: drafts that lose nothing, and publishing one to the performances that have it."""

from collections.abc import Mapping, Sequence
from typing import Any

from novacast.database import Database, Then, Transaction
from novacast.errors import InvalidInput
from novacast.i18n import text
from novacast.identity import Principal
from novacast.records import dataclass
from novacast.tickets.events import store as events
from novacast.tickets.events.models import Event, Performance
from novacast.tickets.models import PerformanceState
from novacast.tickets.seatmaps import store as maps
from novacast.tickets.seatmaps.editor import store
from novacast.tickets.seatmaps.editor.store import Draft
from novacast.tickets.seatmaps.geometry import seats_of
from novacast.tickets.seatmaps.models import Difference, SeatMap
from novacast.tickets.seatmaps.service import changed, furnish, map_name, owned


@dataclass(frozen=True, slots=True)
class Effect:
    """What a version would change, or has changed, in a performance."""

    event: Event
    performance: Performance
    difference: Difference


@dataclass(frozen=True, slots=True)
class Publication:
    seat_map: SeatMap
    effects: Sequence[Effect]


class MapEditor:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def open(self, principal: Principal, map_id: str) -> tuple[SeatMap, Draft | None]:
        """Raises NotFound, Forbidden."""
        async with self._db.snapshot() as view:
            found = await view.one(maps.by_id(map_id))
            draft = await view.one(store.draft(map_id))
        return owned(principal, found), draft

    async def keep(self, principal: Principal, map_id: str, base: int, name: str, document: Mapping[str, Any]) -> Draft:
        """A draft may be anything that has the shape of a document. Raises NotFound, Forbidden, InvalidInput."""
        title = map_name(name)

        def unit(tx: Transaction) -> Draft:
            owned(principal, tx.one(maps.by_id(map_id)))
            made = Draft(map_id, base, title, document, tx.now)
            store.keep(tx, made)
            return made

        return await self._db.write(unit)

    async def drop(self, principal: Principal, map_id: str) -> None:
        """Raises NotFound, Forbidden."""

        def unit(tx: Transaction) -> None:
            owned(principal, tx.one(maps.by_id(map_id)))
            store.drop(tx, map_id)

        await self._db.write(unit)

    async def look(
        self, principal: Principal, map_id: str, document: dict[str, Any], then: Then[Publication] | None = None
    ) -> Publication:
        """What publishing would do to each performance that has the map and is still to come; nothing is changed.

        Raises InvalidInput, NotFound, Forbidden.
        """
        seats_of(document)

        def unit(tx: Transaction) -> Publication:
            before = owned(principal, tx.one(maps.by_id(map_id)))
            drawn = SeatMap(
                before.id, before.org_id, before.name, before.version, document, 0, before.created_at, before.changed_at
            )
            effects = [self._effect(tx, one, drawn, only_look=True) for one in _users(tx, map_id)]
            made = Publication(before, effects)
            if then is not None:
                then(tx, made)
            return made

        return await self._db.write(unit)

    async def publish(
        self,
        principal: Principal,
        map_id: str,
        base: int | None,
        name: str,
        document: dict[str, Any],
        performances: Sequence[str],
        then: Then[Publication] | None = None,
    ) -> Publication:
        """The next version, and these performances get it: all of it or nothing.

        Raises InvalidInput, NotFound, Forbidden; Conflict where somebody published since, or a seat would be lost.
        """
        title, count = map_name(name), len(seats_of(document))

        def unit(tx: Transaction) -> Publication:
            before = owned(principal, tx.one(maps.by_id(map_id)))
            users = _users(tx, map_id)
            if set(performances) - set(users):
                raise InvalidInput.field("performances", text("This performance does not have the map."), "unknown")
            after = changed(tx, principal, before, title, document, count, base)
            effects = [self._effect(tx, one, after, only_look=False) for one in users if one in performances]
            store.drop(tx, map_id)
            made = Publication(after, effects)
            if then is not None:
                then(tx, made)
            return made

        return await self._db.write(unit)

    def _effect(self, tx: Transaction, perf_id: str, seat_map: SeatMap, *, only_look: bool) -> Effect:
        performance, event = tx.one(events.performance(perf_id)), tx.one(events.event_of(perf_id))
        assert performance is not None, "what has a map is there"
        assert event is not None, "a performance has an event"
        return Effect(event, performance, furnish(tx, performance, seat_map, only_look=only_look))


def _users(tx: Transaction, map_id: str) -> list[str]:
    """Of performances that are over or cancelled nobody looks at the map any more."""
    found = []
    for perf_id, _version in tx.all(maps.users(map_id)):
        performance = tx.one(events.performance(perf_id))
        if (
            performance is not None
            and performance.ends_at > tx.now
            and performance.state is not PerformanceState.CANCELLED
        ):
            found.append(perf_id)
    return found
