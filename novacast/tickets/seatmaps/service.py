"""Seat maps as people use them: import, change, export, and give a performance its seats."""

from dataclasses import replace
from typing import Any

from novacast import outbox
from novacast.database import Database, Page, Then, Transaction, keyset
from novacast.errors import Conflict, NotFound
from novacast.i18n import text
from novacast.identity import Principal, new_id
from novacast.records import dataclass
from novacast.texts import Texts
from novacast.tickets import store as books
from novacast.tickets.events import store as events
from novacast.tickets.events.models import Performance
from novacast.tickets.events.permission import arranged, arranges, seen_performance
from novacast.tickets.models import ClaimState
from novacast.tickets.seatmaps import store
from novacast.tickets.seatmaps.geometry import seats_of
from novacast.tickets.seatmaps.models import Difference, Seat, SeatMap, difference

MOST_MAPS = 200
"""Of one organization."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A seat, and what has become of it: None is free."""

    seat: Seat
    state: ClaimState | None


class SeatMaps:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def of_org(self, principal: Principal, org_id: str, cursor: str | None, limit: int) -> Page[SeatMap]:
        """Newest first. Raises NotFound, Forbidden."""
        arranges(principal, org_id)
        rows = await self._db.all(store.of_org(org_id, keyset(cursor, int, str) or events.START, limit + 1))
        return Page.of(rows, limit, lambda one: (one.created_at, one.id))

    async def show(self, principal: Principal, map_id: str) -> SeatMap:
        found = await self._db.one(store.by_id(map_id))
        return owned(principal, found)

    async def create(
        self, principal: Principal, org_id: str, name: str, document: dict[str, Any], then: Then[SeatMap] | None = None
    ) -> SeatMap:
        """Raises InvalidInput, NotFound, Forbidden, Conflict."""
        arranges(principal, org_id)
        title, count = map_name(name), len(seats_of(document))

        def unit(tx: Transaction) -> SeatMap:
            if (tx.one(store.count(org_id)) or 0) >= MOST_MAPS:
                raise Conflict(text("The organization has {most} seat maps, which is the most.", most=MOST_MAPS))
            made = SeatMap(new_id(), org_id, title, 1, document, count, tx.now, tx.now)
            store.add(tx, made)
            books.log(tx, "map.created", org_id, made.id, person_id=principal.person_id, detail=title)
            if then is not None:
                then(tx, made)
            return made

        return await self._db.write(unit)

    async def change(
        self, principal: Principal, map_id: str, name: str, document: dict[str, Any], base: int | None = None
    ) -> SeatMap:
        """The next version. Performances keep the seats they have until `apply`. `base`: the version it was made of.

        Raises InvalidInput, NotFound, Forbidden; Conflict where somebody made another version since.
        """
        title, count = map_name(name), len(seats_of(document))

        def unit(tx: Transaction) -> SeatMap:
            before = owned(principal, tx.one(store.by_id(map_id)))
            return changed(tx, principal, before, title, document, count, base)

        return await self._db.write(unit)

    async def seats(self, principal: Principal, perf_id: str, now: int) -> tuple[Performance, list[Placed]]:
        """All seats of a performance as they are at `now`, best first. Raises NotFound."""
        async with self._db.snapshot() as view:
            found = await view.one(events.performance(perf_id))
            event = await view.one(events.event_of(perf_id))
            performance = seen_performance(principal, event, found)
            seats = await view.all(store.seats(perf_id))
            taken = dict(await view.all(store.taken(perf_id)))
            for seat_id in await view.all(store.overdue(perf_id, now)):
                taken.pop(seat_id, None)
        states = {id_: ClaimState(state) for id_, state in taken.items()}
        return performance, [Placed(one, states.get(one.seat_id)) for one in seats]

    async def apply(
        self, principal: Principal, perf_id: str, map_id: str, *, only_look: bool, then: Then[Difference] | None = None
    ) -> Difference:
        """Give a performance the seats of a map as it is now. Raises Conflict where somebody's seat would be lost."""

        def unit(tx: Transaction) -> Difference:
            performance = arranged(principal, tx.one(events.performance(perf_id)))
            seat_map = owned(principal, tx.one(store.by_id(map_id)))
            found = furnish(tx, performance, seat_map, only_look=only_look)
            if then is not None:
                then(tx, found)
            return found

        return await self._db.write(unit)


def changed(
    tx: Transaction,
    principal: Principal,
    before: SeatMap,
    title: str,
    document: dict[str, Any],
    seats: int,
    base: int | None,
) -> SeatMap:
    """The next version of a map. Raises Conflict."""
    if base not in (None, before.version):
        raise Conflict(
            text("Somebody published version {version} of this map since. Look at that first.", version=before.version)
        )
    after = replace(before, name=title, version=before.version + 1, document=document, seats=seats, changed_at=tx.now)
    store.change(tx, after)
    books.log(tx, "map.changed", before.org_id, before.id, person_id=principal.person_id, detail=title)
    return after


def furnish(tx: Transaction, performance: Performance, seat_map: SeatMap, *, only_look: bool = False) -> Difference:
    if seat_map.org_id != performance.org_id:
        raise NotFound(text("There is no such seat map, or it is not for you to see."))
    new = seats_of(seat_map.document)
    taken = frozenset(id_ for id_, _ in tx.all(store.taken(performance.id)))
    old = [one for one in tx.all(store.seats(performance.id)) if not one.blocked]
    found = difference(old, new, taken)
    if only_look:
        return found
    if found.lost:
        some = ", ".join(found.lost[:10])
        raise Conflict(
            text("The map leaves out seats that somebody has: {seats}. Move these people first.", seats=some)
        )
    store.drop(tx, performance.id, found.removed)
    store.put(tx, performance.id, new)
    store.use(tx, performance.id, seat_map)
    events.change_performance(tx, performance.id, {"map_id": seat_map.id, "map_version": performance.map_version + 1})
    detail = f"{seat_map.id} {seat_map.version}"
    books.log(tx, "performance.furnished", performance.org_id, performance.id, detail=detail)
    outbox.emit(tx, "performance.changed", performance.id, outbox.org(performance.org_id))
    outbox.emit(tx, "seats.furnished", performance.id, outbox.org(performance.org_id))
    return found


def owned(principal: Principal, found: SeatMap | None) -> SeatMap:
    """For those who arrange it. Raises NotFound, Forbidden."""
    if found is None or not (principal.system or found.org_id in principal.roles):
        raise NotFound(text("There is no such seat map, or it is not for you to see."))
    arranges(principal, found.org_id)
    return found


def map_name(name: str) -> str:
    """Raises InvalidInput."""
    texts = Texts()
    title = texts.title(name, text("Give the seat map a name."), "name")
    texts.check()
    return title
