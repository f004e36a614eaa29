"""A performance's map: the drawing, what has become of its seats, and which to take."""

import asyncio
import gzip
import hashlib
from collections.abc import Awaitable, Callable, Collection, Sequence

from novacast import outbox
from novacast.database import Database, IntegrityError, Transaction
from novacast.errors import Conflict, InvalidInput, NotFound
from novacast.i18n import text
from novacast.identity import Principal
from novacast.tickets import store as books
from novacast.tickets.codes.models import Code
from novacast.tickets.events import store as events
from novacast.tickets.events.models import Item, Performance
from novacast.tickets.events.permission import seen_performance, sees_orders, sells
from novacast.tickets.holds.models import MOST_SEATS
from novacast.tickets.members.models import NOBODY, Standing, saved
from novacast.tickets.members.service import Members
from novacast.tickets.models import ClaimState
from novacast.tickets.seatmaps import store as maps
from novacast.tickets.seatmaps.choice import Layout
from novacast.tickets.seatmaps.geometry import Drawing, drawn
from novacast.tickets.seatmaps.hall import store
from novacast.tickets.seatmaps.hall.models import MOST_ASKED, Advice, Hall, States, best_of, checked, marks_of, packed
from novacast.tickets.seatmaps.hall.store import Occupant
from novacast.tickets.seatmaps.hall.wire import written
from novacast.tickets.seatmaps.models import Seat

HALLS = 16
"""Performances whose drawings are kept in memory; of a large one it takes 3 MB."""
NO_MAP = text("This performance has no seats to choose.")


class Halls:
    def __init__(self, db: Database, warm: Callable[[Database, str], Awaitable[None]], members: Members) -> None:
        """`warm`: whoever looks at a hall buys soon; what a basket needs is brought into memory before."""
        self._db, self._warm, self._members = db, warm, members
        self._halls: dict[tuple[str, int], Hall] = {}

    async def may_look(self, principal: Principal, perf_id: str) -> bool:
        """Whether they hear of its seats."""
        try:
            await self._seen(principal, perf_id)
        except NotFound:
            return False
        return True

    async def show(self, principal: Principal, perf_id: str) -> Hall:
        """Raises NotFound, also where it has no seats."""
        return await self._hall(await self._seen(principal, perf_id))

    async def states(
        self, principal: Principal, perf_id: str, code: Code | None = None, *, counter: bool = False
    ) -> States:
        """As they are at this instant: what is overdue is free. With what a code opens and saves. `counter`: with what
        is sold there, in whatever window. Raises NotFound, Forbidden."""
        performance = await self._seen(principal, perf_id)
        if counter:
            sells(principal, performance.org_id)
        hall, now = await self._hall(performance), self._db.clock.now()
        async with self._db.snapshot() as view:
            seq = await view.one(outbox.last_seq()) or 0
            event = await view.one(events.event_of(perf_id))
            items = await view.all(events.items(perf_id))
            claimed = dict(await view.all(maps.taken(perf_id)))
            overdue = await view.all(maps.overdue(perf_id, now))
            blocked = await view.all(maps.blocked(perf_id))
        assert event is not None, "what is seen has an event"
        for seat_id in overdue:
            claimed.pop(seat_id, None)
        marks = marks_of(hall, {id_: ClaimState(state) for id_, state in claimed.items()}, blocked)
        good = code if code is not None and code.good(performance, now) else None
        standing = NOBODY if counter else (await self._members.shown(principal, performance))[0]
        offered = [one for one in items if one.seated and (one.on_sale if counter else _sold(one, good, standing, now))]
        most = MOST_SEATS if counter else performance.most_per_person
        prices = {one.id: _prices(one, hall, now, good, standing) for one in offered}
        return States(hall.tag, seq, packed(marks), offered, prices, event.currency, most)

    async def free(self, principal: Principal, perf_id: str) -> list[Seat]:
        """Those that nobody has and that are not kept back, the best first. Raises NotFound, Forbidden."""
        performance = await self._seen(principal, perf_id)
        sells(principal, performance.org_id)
        _hall, taken = await self._picture(principal, perf_id)
        return [one for one in await self._db.all(maps.seats(perf_id)) if one.seat_id not in taken]

    async def best(self, principal: Principal, perf_id: str, count: int, category: str | None) -> Advice:
        """The best free seats, and why. Raises NotFound, Conflict where there are not so many."""
        hall, taken = await self._picture(principal, perf_id)
        found = await asyncio.to_thread(best_of, hall.layout, count, taken, category)
        if found is None:
            raise Conflict(text("There are not so many seats left."))
        return found

    async def check(self, principal: Principal, perf_id: str, seat_ids: Sequence[str]) -> Advice:
        """Whether a choice would be refused as things are now, why, and what to take. Raises NotFound, InvalidInput."""
        hall, taken = await self._picture(principal, perf_id)
        chosen = [hall.layout.by_id[one] for one in dict.fromkeys(seat_ids) if one in hall.layout.by_id]
        if not 0 < len(chosen) == len(set(seat_ids)) <= MOST_ASKED:
            raise InvalidInput.field("seats", text("This performance has no such seats."), "unknown")
        return await asyncio.to_thread(checked, hall.layout, chosen, taken)

    async def block(
        self, principal: Principal, perf_id: str, seat_ids: Sequence[str], note: str, *, blocked: bool
    ) -> None:
        """Keep seats back, or give them free again. Raises NotFound, Forbidden, InvalidInput, Conflict."""
        wanted = list(dict.fromkeys(seat_ids))

        def unit(tx: Transaction) -> None:
            performance = tx.one(events.performance(perf_id))
            seen = seen_performance(principal, tx.one(events.event_of(perf_id)), performance)
            sells(principal, seen.org_id)
            if len(tx.all(maps.some(perf_id, wanted))) < len(wanted):
                raise InvalidInput.field("seats", text("This performance has no such seats."), "unknown")
            try:
                for seat_id in wanted:
                    if blocked:
                        store.block(tx, perf_id, seat_id, note)
                    else:
                        store.unblock(tx, perf_id, seat_id)
            except IntegrityError as error:
                raise Conflict(text("Somebody has one of these seats.")) from error
            events.change_performance(tx, perf_id, {"map_version": seen.map_version + 1})
            what = "seats.blocked" if blocked else "seats.unblocked"
            detail = f"{', '.join(wanted)[:500]} {note}".strip()
            books.log(tx, what, seen.org_id, perf_id, person_id=principal.person_id, detail=detail)
            outbox.emit(tx, "seats.blocked", perf_id, outbox.org(seen.org_id), seats=wanted, blocked=blocked)

        await self._db.write(unit)

    async def occupied(self, principal: Principal, perf_id: str) -> tuple[list[Occupant], dict[str, str]]:
        """Who sits where, and why seats are kept back. Raises NotFound, Forbidden."""
        performance = await self._seen(principal, perf_id)
        sees_orders(principal, performance.org_id)
        async with self._db.snapshot() as view:
            return await view.all(store.occupants(perf_id)), dict(await view.all(store.blocks(perf_id)))

    async def _seen(self, principal: Principal, perf_id: str) -> Performance:
        async with self._db.snapshot() as view:
            found = await view.one(events.performance(perf_id))
            event = await view.one(events.event_of(perf_id))
        return seen_performance(principal, event, found)

    async def _hall(self, performance: Performance) -> Hall:
        key = performance.id, performance.map_version
        if (known := self._halls.get(key)) is not None:
            return known
        document = await self._db.one(maps.document_of(performance.id))
        if document is None:
            raise NotFound(NO_MAP)
        drawing = await asyncio.to_thread(drawn, document)
        made = await asyncio.to_thread(_made, drawing)
        await self._warm(self._db, performance.id)
        for old in [one for one in self._halls if one[0] == performance.id]:
            self._halls.pop(old, None)
        while len(self._halls) >= HALLS:
            self._halls.pop(next(iter(self._halls)))
        return self._halls.setdefault(key, made)

    async def _picture(self, principal: Principal, perf_id: str) -> tuple[Hall, Collection[str]]:
        """With the seats that nobody can take at this instant."""
        hall, now = await self._hall(await self._seen(principal, perf_id)), self._db.clock.now()
        async with self._db.snapshot() as view:
            claimed = {id_ for id_, _ in await view.all(maps.taken(perf_id))}
            overdue = await view.all(maps.overdue(perf_id, now))
            blocked = await view.all(maps.blocked(perf_id))
        return hall, (claimed - set(overdue)) | set(blocked)


def _made(drawing: Drawing) -> Hall:
    tag = hashlib.sha256(written(drawing, "")).hexdigest()[:16]
    body = written(drawing, tag)
    places = {one.seat_id: place for place, one in enumerate(drawing.seats)}
    return Hall(tag, drawing, Layout(drawing.seats), body, gzip.compress(body, 6), places)


def _sold(item: Item, code: Code | None, standing: Standing, now: int) -> bool:
    early = (code is not None and code.opens_early and code.takes(item.id)) or standing.early(item.sale_from, now)
    return item.sells(now, early=early) and (not item.hidden or (code is not None and code.opens(item)))


def _prices(item: Item, hall: Hall, now: int, code: Code | None, standing: Standing) -> dict[str, int]:
    amounts = {one.name: item.price_in(one.name, now) for one in hall.drawing.categories}
    return {name: price - sum(saved(item, price, code, standing)[:2]) + item.fee for name, price in amounts.items()}
