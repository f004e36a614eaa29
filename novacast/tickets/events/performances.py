"""Performances as people use them: make, set up what is sold and how much of it, put on sale, look at."""

from collections.abc import Sequence
from dataclasses import replace

from novacast import outbox
from novacast.database import Database, IntegrityError, Then, Transaction
from novacast.errors import Conflict, NotFound
from novacast.i18n import text
from novacast.identity import Principal
from novacast.records import dataclass
from novacast.texts import Texts
from novacast.tickets.codes.models import Code
from novacast.tickets.events import store
from novacast.tickets.events.items.models import ItemChanges
from novacast.tickets.events.making import count_in, make_item, make_performance, make_quota, open_sale, tell
from novacast.tickets.events.models import (
    Event,
    Item,
    NewItem,
    Performance,
    PerformanceChanges,
    Quota,
    check_hours,
    moved,
)
from novacast.tickets.events.permission import (
    NO_PERFORMANCE,
    arranged,
    arranged_event,
    seen_performance,
    sells,
    works_there,
)
from novacast.tickets.members.models import NOBODY, Standing
from novacast.tickets.members.ports import Tier
from novacast.tickets.members.service import Members
from novacast.tickets.models import PerformanceState, may_arrange
from novacast.tickets.seatmaps import store as seats


@dataclass(frozen=True, slots=True)
class Offer:
    """A performance as it is sold. `left` by item; `quotas` only for those who work there."""

    event: Event
    performance: Performance
    items: Sequence[Item]
    left: dict[str, int]
    quotas: Sequence[Quota]
    works_there: bool
    code: Code | None = None
    """What was brought, where it is good."""
    now: int = 0
    standing: Standing = NOBODY
    """What whoever looks is to the house."""
    tiers: Sequence[Tier] = ()
    """Memberships that are worth something here."""

    def off(self, item: Item, price: int) -> int:
        """What a unit costs less by the code or a membership, whichever is more."""
        return max(0 if self.code is None else self.code.off(item, price), self.standing.off(item, price)[0])

    def savings(self, item: Item) -> Sequence[tuple[str, int, int]]:
        """Each category of an item that is cheaper for whoever looks: its price else, and how much less."""
        prices = [(name, item.price_in(name, self.now)) for name in item.categories]
        found = [(name, price, self.off(item, price)) for name, price in prices]
        return [one for one in found if one[2]]


class Performances:
    def __init__(self, db: Database, members: Members) -> None:
        self._db, self._members = db, members

    async def show(self, principal: Principal, perf_id: str, code: Code | None = None) -> Offer:
        """`code`: what was brought; where it is good, what it opens is shown. Raises NotFound."""
        now = self._db.clock.now()
        async with self._db.snapshot() as view:
            found = await view.one(store.performance(perf_id))
            event = await view.one(store.event_of(perf_id))
            performance = seen_performance(principal, event, found)
            assert event is not None, "what is seen has an event"
            items = await view.all(store.items(perf_id))
            quotas = await view.all(store.quotas(perf_id))
            overdue = dict(await view.all(store.overdue(perf_id, now)))
            places = await view.all(seats.seats(perf_id)) if any(one.seated for one in items) else ()
            claimed = await view.all(seats.taken(perf_id)) if places else []
            given_up = await view.all(seats.overdue(perf_id, now)) if places else []
        standing, tiers = await self._members.shown(principal, performance)
        taken = {id_ for id_, _ in claimed} - set(given_up)
        free = sum(not one.blocked and one.seat_id not in taken for one in places)
        room = {one.id: one.capacity - one.used + overdue.get(one.id, 0) for one in quotas}
        works = works_there(principal, performance.org_id)
        good = code if code is not None and code.good(performance, now) else None
        shown = [one for one in items if works or (one.on_sale and (not one.hidden or (good and good.opens(one))))]
        left = {one.id: _left(one, quotas, room, free, good) for one in shown}
        return Offer(event, performance, shown, left, quotas if works else (), works, good, now, standing, tiers)

    async def known(self, perf_id: str) -> tuple[Event, Performance]:
        """For whoever has a basket or an order of it, whatever has become of the event since. Raises NotFound."""
        async with self._db.snapshot() as view:
            performance = await view.one(store.performance(perf_id))
            event = await view.one(store.event_of(perf_id))
        if performance is None or event is None:
            raise NotFound(NO_PERFORMANCE)
        return event, performance

    async def worked_on(self, principal: Principal, perf_id: str) -> tuple[Event, Performance]:
        """For those who arrange or sell there. Raises NotFound, Forbidden."""
        event, performance = await self.known(perf_id)
        if not may_arrange(principal, performance.org_id):
            sells(principal, performance.org_id)
        return event, performance

    async def create(
        self,
        principal: Principal,
        event_id: str,
        changes: PerformanceChanges,
        map_id: str | None = None,
        then: Then[Performance] | None = None,
    ) -> Performance:
        """A draft, with the seats of a map if there is one. Raises InvalidInput, NotFound, Forbidden, Conflict."""

        def unit(tx: Transaction) -> Performance:
            event = arranged_event(principal, tx.one(store.event(event_id)))
            made = make_performance(tx, principal, event, changes.columns(), map_id)
            if then is not None:
                then(tx, made)
            return made

        return await self._db.write(unit)

    async def edit(self, principal: Principal, perf_id: str, changes: PerformanceChanges) -> Performance:
        """Raises InvalidInput, NotFound, Forbidden."""
        columns = changes.columns()

        def unit(tx: Transaction) -> Performance:
            before = arranged(principal, tx.one(store.performance(perf_id)))
            after = replace(before, **columns)
            if {"starts_at", "ends_at"} & columns.keys():
                check_hours(after.starts_at, after.ends_at, tx.now)
            if columns:
                store.change_performance(tx, perf_id, columns)
                tell(tx, "performance.changed", before, principal, detail=", ".join(sorted(columns)))
                if after.starts_at != before.starts_at:
                    outbox.emit(tx, "performance.moved", perf_id, outbox.INTERNAL, before=before.starts_at)
            return tx.one(store.performance(perf_id)) or before

        return await self._db.write(unit)

    async def move(
        self, principal: Principal, perf_id: str, to: PerformanceState, then: Then[Performance] | None = None
    ) -> Performance:
        """Put on sale, take off it, cancel: sold tickets stay what they are until orders are cancelled.

        Raises NotFound, Forbidden, Conflict.
        """

        def unit(tx: Transaction) -> Performance:
            before = arranged(principal, tx.one(store.performance(perf_id)))
            if moved(before, to):
                if to is PerformanceState.ON_SALE:
                    open_sale(tx, principal, before)
                else:
                    store.change_performance(tx, perf_id, {"state": to})
                    tell(tx, f"performance.{to}", before, principal)
            after = tx.one(store.performance(perf_id)) or before
            if then is not None:
                then(tx, after)
            return after

        return await self._db.write(unit)

    async def add_item(
        self, principal: Principal, perf_id: str, new: NewItem, quota_ids: Sequence[str], then: Then[Item] | None = None
    ) -> Item:
        """Raises InvalidInput, NotFound, Forbidden, Conflict."""
        good = new.checked()

        def unit(tx: Transaction) -> Item:
            performance = arranged(principal, tx.one(store.performance(perf_id)))
            made = make_item(tx, principal, performance, good, quota_ids)
            if then is not None:
                then(tx, made)
            return made

        return await self._db.write(unit)

    async def edit_item(
        self,
        principal: Principal,
        perf_id: str,
        item_id: str,
        changes: ItemChanges,
    ) -> Item:
        """What is in baskets keeps the price it had. Raises InvalidInput, NotFound, Forbidden."""
        columns = changes.columns()

        def unit(tx: Transaction) -> Item:
            performance = arranged(principal, tx.one(store.performance(perf_id)))
            found = {one.id: one for one in tx.all(store.items(perf_id))}
            if item_id not in found:
                raise NotFound(text("There is no such kind of ticket."))
            changes.check(found[item_id])
            if columns or changes.prices is not None:
                if columns:
                    store.change_item(tx, item_id, columns)
                if changes.prices is not None:
                    store.set_prices(tx, item_id, changes.prices)
                store.change_performance(tx, perf_id, {})
                detail = f"{item_id} {', '.join(sorted(changes.given))}"
                tell(tx, "item.changed", performance, principal, detail=detail)
            return next(one for one in tx.all(store.items(perf_id)) if one.id == item_id)

        return await self._db.write(unit)

    async def add_quota(
        self,
        principal: Principal,
        perf_id: str,
        name: str,
        capacity: int,
        item_ids: Sequence[str],
        then: Then[Quota] | None = None,
    ) -> Quota:
        """Raises InvalidInput, NotFound, Forbidden, Conflict."""
        title = _quota_name(name)

        def unit(tx: Transaction) -> Quota:
            performance = arranged(principal, tx.one(store.performance(perf_id)))
            made = make_quota(tx, principal, performance, title, capacity, item_ids)
            if then is not None:
                then(tx, made)
            return made

        return await self._db.write(unit)

    async def edit_quota(
        self, principal: Principal, perf_id: str, quota_id: str, name: str, capacity: int, item_ids: Sequence[str]
    ) -> Quota:
        """Raises InvalidInput, NotFound, Forbidden; Conflict for a capacity below what is held and sold."""
        title = _quota_name(name)

        def unit(tx: Transaction) -> Quota:
            performance = arranged(principal, tx.one(store.performance(perf_id)))
            before = tx.one(store.quota(quota_id))
            if before is None or before.perf_id != perf_id:
                raise NotFound(text("This performance has no such quota."))
            try:
                store.change_quota(tx, quota_id, title, max(capacity, before.capacity))
                count_in(tx, perf_id, quota_id, item_ids)
                store.change_quota(tx, quota_id, title, capacity)
            except IntegrityError as error:
                if "kept for a code" in str(error):
                    raise Conflict(text("This quota is kept for a code, and counts what is bought with it.")) from error
                used = tx.one(store.quota(quota_id)) or before
                raise Conflict(
                    text("{used} are held or sold already; the quota can't have less.", used=used.used)
                ) from error
            if names := tx.all(store.uncounted(perf_id)):
                raise Conflict(
                    text(
                        "Somebody has tickets of these kinds, and no quota would count them: {names}.",
                        names=", ".join(names),
                    )
                )
            tell(tx, "quota.changed", performance, principal, detail=f"{quota_id} {before.capacity} > {capacity}")
            return tx.one(store.quota(quota_id)) or before

        return await self._db.write(unit)


def _left(item: Item, quotas: Sequence[Quota], room: dict[str, int], free: int, code: Code | None) -> int:
    if code is not None and code.quota_id is not None and code.takes(item.id):
        bounds = [room[code.quota_id]]
    else:
        bounds = [room[one.id] for one in quotas if item.id in one.items]
    if item.seated:
        bounds.append(free)
    return max(0, min(bounds, default=0))


def _quota_name(name: str) -> str:
    texts = Texts()
    title = texts.title(name, text("Give the quota a name."), "name")
    texts.check()
    return title
