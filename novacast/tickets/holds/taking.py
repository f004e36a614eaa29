"""Take units of a performance, all or nothing, inside one transaction: the gate that everything sold goes through.

First what is overdue is freed, so that it sells at once and correctness needs no sweep; then the buyer's share, then
seats and the rule against lonely ones on the same picture, then claims. The schema refuses whatever is wrong here.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from novacast import outbox
from novacast.clock import MINUTE
from novacast.database import Database, IntegrityError, Transaction
from novacast.errors import InvalidInput, NotFound
from novacast.i18n import text
from novacast.identity import timely_id
from novacast.settings import Tickets
from novacast.tickets.codes import store as codes
from novacast.tickets.codes.models import Code, unknown
from novacast.tickets.events import store as events
from novacast.tickets.events.models import Item, Performance
from novacast.tickets.expiry import Expiry
from novacast.tickets.holds import store
from novacast.tickets.holds.bounds import check_alone, check_order, check_share
from novacast.tickets.holds.claiming import claim_of
from novacast.tickets.holds.models import (
    Basket,
    Claim,
    Hold,
    Line,
    NotOnSale,
    SoldOut,
    Wish,
    check_wishes,
    counted,
)
from novacast.tickets.holds.refusals import explained, in_the_way, lonely_seats, refusal
from novacast.tickets.members.models import NOBODY, Standing
from novacast.tickets.members.service import Members
from novacast.tickets.models import ClaimState, HoldState, PerformanceState
from novacast.tickets.seatmaps import store as seats
from novacast.tickets.seatmaps.choice import Layout
from novacast.tickets.seatmaps.models import Seat

LAYOUTS = 32
"""Performances whose seats are kept in memory."""
NEAR = 2
"""Places in a row: a choice can leave its neighbours alone, and whether it does is for their neighbours to say."""
SHUT = text("The box office is shut: its own tests found that it could oversell. Run `novacast verify`.")


class Taking:
    def __init__(self, settings: Tickets, expiry: Expiry, members: Members) -> None:
        self._settings, self._expiry, self.members = settings, expiry, members
        self._layouts: dict[tuple[str, int], Layout] = {}
        self._warming: dict[str, asyncio.Lock] = {}
        self._items: dict[str, tuple[tuple[int, int], dict[str, Item]]] = {}
        self.first: Callable[[Transaction, Performance, int], None] = lambda tx, performance, now: None
        """Who is served before the public: the waiting list, once it is there."""
        self.shut = ""
        """Why nothing is sold, where that is so."""

    def take(
        self,
        tx: Transaction,
        perf_id: str,
        wishes: Sequence[Wish],
        *,
        person_id: str | None,
        public: bool,
        free: bool = False,
        code: str = "",
    ) -> Basket:
        """A hold with what was wished. `free`: everything costs nothing.

        Raises NotFound, InvalidInput, NotOnSale, SoldOut, SeatsTaken, LonelySeat, CodeRefused, Conflict.
        """
        if self.shut:
            raise NotOnSale(self.shut)
        now = self._expiry.instant(tx)
        performance, currency = self._there(tx, perf_id, public=public)
        used = code_there(tx, performance, code, now) if code else None
        standing = self.members.standing(tx, performance, person_id) if public else NOBODY
        if not is_open(performance, now, used, standing, public=public):
            raise self.members.not_yet(tx, performance, now)
        free_overdue(tx, perf_id, now)
        if public:
            self.first(tx, performance, now)
        items = self.items(tx, performance)
        check_wishes(wishes, seen(items, used) if public else items)
        hold = self._hold(performance, person_id, tx.now)
        if public:
            _check_bounds(tx, performance, items, hold, wishes, used, now, standing)
        return self.fill(
            tx, performance, hold, wishes, currency, public=public, free=free, code=used, standing=standing
        )

    def fill(
        self,
        tx: Transaction,
        performance: Performance,
        hold: Hold,
        wishes: Sequence[Wish],
        currency: str,
        *,
        public: bool,
        free: bool = False,
        less: int = 0,
        code: Code | None = None,
        standing: Standing = NOBODY,
    ) -> Basket:
        """A new hold with its claims, for whom and for how long is decided. `less`: what of each price is paid already.
        Raises SoldOut, SeatsTaken, LonelySeat, CodeRefused."""
        chosen, explanation = self._choose(tx, performance, wishes, self.items(tx, performance), public=public)
        store.add(tx, hold)
        lines = []
        for wish, item, seat in chosen:
            claim = claim_of(
                hold, wish, item, seat, tx.now, NOBODY if free else standing, free=free, less=less, code=code
            )
            standing = standing.after(claim.member_off)
            put(tx, claim, item, seat)
            lines.append(Line(claim, item.name, seat))
        told(tx, hold, [one.claim for one in lines], ClaimState.HELD)
        return Basket(hold, lines, currency, self.test, explanation, "" if code is None else code.code)

    def instead(self, tx: Transaction, perf_id: str, wish: Wish, *, public: bool, free: bool, less: int) -> Basket:
        """One unit in the place of another that somebody has, so that no bound is reached by it. `less`: what was paid
        for that. `public`: only what anybody could buy now.

        Raises NotFound, InvalidInput, NotOnSale, SoldOut, SeatsTaken, LonelySeat.
        """
        if self.shut:
            raise NotOnSale(SHUT)
        now = self._expiry.instant(tx)
        performance, currency = self._there(tx, perf_id, public=public)
        if not is_open(performance, now, None, NOBODY, public=public):
            raise NotOnSale(text("This performance is not on sale at this moment."))
        free_overdue(tx, perf_id, now)
        items = self.items(tx, performance)
        check_wishes([wish], seen(items, None) if public else items)
        item = items[wish.item_id]
        if public and not item.sells(now):
            raise NotOnSale(text("{item} is not on sale at this moment.", item=item.name))
        hold = self._hold(performance, None, tx.now)
        return self.fill(tx, performance, hold, [wish], currency, public=public, free=free, less=less)

    def serve(self, tx: Transaction, perf_id: str) -> None:
        """What is free is theirs who wait for it, before anybody takes it in the place of what they have."""
        performance = tx.one(events.performance(perf_id))
        if performance is not None:
            now = self._expiry.instant(tx)
            free_overdue(tx, perf_id, now)
            self.first(tx, performance, now)

    @property
    def test(self) -> bool:
        return self._settings.mode == "test"

    def layout(self, tx: Transaction, performance: Performance) -> Layout:
        known = self._layouts.get((performance.id, performance.map_version))
        return known or self._keep(performance, Layout(tx.all(seats.seats(performance.id))))

    async def warm(self, db: Database, perf_id: str) -> None:
        """Have a hall in memory before a transaction needs it: of a large one reading takes a while, once, also where
        a sale begins and everybody comes at the same instant."""
        if self._is_warm(perf_id):
            return
        async with self._warming.setdefault(perf_id, asyncio.Lock()):
            if not self._is_warm(perf_id):
                await self._warm(db, perf_id)
        self._warming.pop(perf_id, None)

    def _is_warm(self, perf_id: str) -> bool:
        return any(known == perf_id for known, _ in self._layouts)

    async def _warm(self, db: Database, perf_id: str) -> None:
        async with db.snapshot() as view:
            performance = await view.one(events.performance(perf_id))
            places = await view.all(seats.seats(perf_id)) if performance is not None else ()
        if performance is not None:
            self._keep(performance, await asyncio.to_thread(Layout, places))

    def _keep(self, performance: Performance, layout: Layout) -> Layout:
        if len(self._layouts) >= LAYOUTS:
            self._layouts.pop(next(iter(self._layouts)), None)
        return self._layouts.setdefault((performance.id, performance.map_version), layout)

    def _there(self, tx: Transaction, perf_id: str, *, public: bool) -> tuple[Performance, str]:
        """With its currency."""
        found = tx.one(events.offered(perf_id))
        if found is not None:
            performance, published, currency = found
            if public and (performance.state is PerformanceState.DRAFT or not published):
                found = None
        if found is None:
            raise NotFound(text("There is no such performance, or it is not for you to see."))
        return performance, currency

    def items(self, tx: Transaction, performance: Performance) -> dict[str, Item]:
        """Kept in memory until something of the performance changes."""
        # The instant as well: a change that was never committed may have had the same number.
        now = performance.version, performance.changed_at
        known, items = self._items.get(performance.id, ((-1, 0), {}))
        if known != now:
            if len(self._items) >= LAYOUTS:
                self._items.pop(next(iter(self._items)))
            items = {one.id: one for one in tx.all(events.items(performance.id))}
            self._items[performance.id] = now, items
        return items

    def _hold(self, performance: Performance, person_id: str | None, now: int) -> Hold:
        id_ = timely_id(now)
        limit = now + self._settings.hold_limit_minutes * MINUTE
        return Hold(
            id=id_,
            perf_id=performance.id,
            org_id=performance.org_id,
            person_id=person_id,
            buyer=id_ if person_id is None else f"person:{person_id}",
            state=HoldState.ACTIVE,
            expires_at=min(limit, now + self._settings.hold_minutes * MINUTE),
            limit_at=limit,
            created_at=now,
            changed_at=now,
        )

    def _choose(
        self, tx: Transaction, performance: Performance, wishes: Sequence[Wish], items: dict[str, Item], *, public: bool
    ) -> tuple[list[tuple[Wish, Item, Seat | None]], str]:
        chosen: list[tuple[Wish, Item, Seat | None]] = []
        explanation = ""
        mine: set[str] = set()
        for wish in sorted(wishes, key=lambda one: not one.seats):
            item = items[wish.item_id]
            if not item.seated:
                chosen += [(wish, item, None)] * wish.quantity
                continue
            layout = self.layout(tx, performance)
            if wish.seats:
                places = self._named(tx, performance.id, layout, wish, public=public)
            else:
                taken = {id_ for id_, _ in tx.all(seats.taken(performance.id))} | mine
                best = layout.best(wish.quantity, taken, wish.category)
                if best is None:
                    raise SoldOut(text("There are not so many seats left for {item}.", item=item.name))
                places, explanation = best.seats, explained(best)
            mine |= {one.seat_id for one in places}
            chosen += [(wish, item, place) for place in places]
        return chosen, explanation

    def _named(self, tx: Transaction, perf_id: str, layout: Layout, wish: Wish, *, public: bool) -> tuple[Seat, ...]:
        places = tuple(layout.by_id[one] for one in wish.seats if one in layout.by_id)
        if len(places) < len(wish.seats) or any(one.blocked for one in places):
            raise InvalidInput.field("lines", text("This performance has no such seats."), "unknown")
        near = {one.seat_id for place in places for one in layout.near(place, NEAR)}
        taken = set(tx.all(store.on_seats(perf_id, near)))
        if gone := [one for one in places if one.seat_id in taken]:
            everything = {id_ for id_, _ in tx.all(seats.taken(perf_id))}
            best = layout.best(len(places), everything, places[0].category)
            raise in_the_way(gone, layout.nearest(places, everything) or (best.seats if best else ()))
        if public and (lonely := layout.lonely(places, taken)):
            everything = {id_ for id_, _ in tx.all(seats.taken(perf_id))}
            if instead := layout.nearest(places, everything):
                raise lonely_seats(lonely, instead)
        return places


def code_there(tx: Transaction, performance: Performance, code: str, now: int) -> Code:
    """Raises InvalidInput for one that there is not, CodeRefused for one that is not good here and now."""
    found = tx.one(codes.by_text(performance.event_id, code))
    if found is None:
        raise unknown()
    found.check(performance, now)
    return found


def is_open(performance: Performance, now: int, code: Code | None, standing: Standing, *, public: bool) -> bool:
    early = (code is not None and code.opens_early) or standing.early(performance.sale_from, now)
    return performance.state is not PerformanceState.CANCELLED and (not public or performance.sells(now, early=early))


def seen(items: Mapping[str, Item], code: Code | None) -> Mapping[str, Item]:
    """Those that the public knows of."""
    return {id_: one for id_, one in items.items() if not one.hidden or (code is not None and code.opens(one))}


def _check_bounds(
    tx: Transaction,
    performance: Performance,
    items: Mapping[str, Item],
    hold: Hold,
    wishes: Sequence[Wish],
    code: Code | None,
    now: int,
    standing: Standing,
) -> None:
    counts = counted(wishes)
    check_order(performance, items, counts, now, code, standing)
    if hold.person_id is None:
        check_alone(performance, items, counts, {})
    else:
        coded = sum(count for item_id, count in counts.items() if code is not None and code.takes(item_id))
        check_share(tx, performance, items, hold.buyer, counts, code, coded)


def put(tx: Transaction, claim: Claim, item: Item, seat: Seat | None) -> None:
    """Raises SoldOut, SeatsTaken, CodeRefused."""
    try:
        store.claim(tx, claim)
    except IntegrityError as error:
        raise refusal(error, item, seat) from error


def free_overdue(tx: Transaction, perf_id: str, at: int) -> None:
    for hold in tx.all(store.due(perf_id, at)):
        give_back(tx, hold, HoldState.EXPIRED)


def give_back(tx: Transaction, hold: Hold, to: HoldState) -> None:
    """What a hold has is free for the next."""
    claims = [one for one in tx.all(store.claims(hold.id)) if one.state in (ClaimState.HELD, ClaimState.PAYING)]
    store.release(tx, hold.id)
    store.move(tx, hold.id, to)
    told(tx, hold, claims, ClaimState.RELEASED)


def told(tx: Transaction, hold: Hold, claims: Sequence[Claim], state: ClaimState) -> None:
    """Browsers that show the performance draw it anew."""
    named = [one.seat_id for one in claims if one.seat_id is not None]
    units = len(claims) - len(named)
    outbox.emit(tx, "stock.changed", hold.perf_id, outbox.org(hold.org_id), state=state, seats=named, units=units)
