"""Members at the box office. What somebody is, is asked inside the transaction that sells to them, never remembered."""

from collections.abc import Iterable, Sequence

from novacast.database import Database, Transaction
from novacast.errors import Conflict, NotFound
from novacast.i18n import text
from novacast.identity import Principal
from novacast.tickets import store as log_book
from novacast.tickets.events import store as events
from novacast.tickets.events.models import Performance
from novacast.tickets.events.permission import arranged
from novacast.tickets.holds.models import Claim, NotOnSale
from novacast.tickets.members import store
from novacast.tickets.members.models import NOBODY, Standing, ahead
from novacast.tickets.members.ports import Memberships, Tier
from novacast.tickets.words import hour_there

MOST_MOST = 100


class Members:
    """`memberships`: who has members; None: the house has none."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.memberships: Memberships | None = None

    def standing(self, tx: Transaction, performance: Performance, person_id: str | None) -> Standing:
        if self.memberships is None or person_id is None:
            return NOBODY
        tiers = self.memberships.held(tx, person_id, performance.org_id)
        if not tiers:
            return NOBODY
        had = tx.one(store.had(performance.id, f"person:{person_id}")) or 0
        return Standing(tiers, max(0, (tx.one(store.limit(performance.id)) or 0) - had))

    async def shown(self, principal: Principal, performance: Performance) -> tuple[Standing, Sequence[Tier]]:
        """The same for a page, with what the house gives its members."""
        if self.memberships is None:
            return NOBODY, ()
        worth = await self.worth(performance.org_id)
        tiers = await self.memberships.tiers(principal, performance.org_id) if worth else ()
        if not tiers:
            return NOBODY, worth
        had = await self._db.one(store.had(performance.id, f"person:{principal.person_id}")) or 0
        return Standing(tiers, max(0, (await self.limit(performance.id)) - had)), worth

    async def worth(self, org_id: str) -> Sequence[Tier]:
        """The tiers of a house that have something of it at the box office."""
        house = () if self.memberships is None else await self.memberships.of_house(org_id)
        return [one for one in house if one.discount or one.presale_hours]

    def not_yet(self, tx: Transaction, performance: Performance, now: int) -> NotOnSale:
        """Why somebody can't buy, where a sale is open to members and they are none."""
        tiers = [] if self.memberships is None else self.memberships.offered(tx, performance.org_id)
        names = [one.name for one in ahead(tiers, performance.sale_from, now)]
        event = tx.one(events.event(performance.event_id))
        if not names or event is None or performance.sale_from is None or now >= performance.sale_from:
            return NotOnSale(text("This performance is not on sale at this moment."))
        when = hour_there(performance.sale_from, event.timezone)
        said = text(
            "Until {when} this is sold to members alone: {names}. Log in, if you are one.",
            when=when,
            names=", ".join(names),
        )
        return NotOnSale(said)

    def check_still(
        self, tx: Transaction, performance: Performance, person_id: str | None, claims: Iterable[Claim], now: int
    ) -> None:
        """Before an order is made of what was taken as a member: whether they still are. Raises Conflict, NotOnSale."""
        if self.memberships is None:
            return
        units = list(claims)
        begun = performance.sale_from is None or performance.sale_from <= now
        if begun and not any(one.tier for one in units):
            return
        standing = self.standing(tx, performance, person_id)
        if not begun and not any(one.code_id for one in units) and not standing.early(performance.sale_from, now):
            raise self.not_yet(tx, performance, now)
        names = {one.name for one in standing.tiers}
        if gone := next((one.tier for one in units if one.tier and one.tier not in names), None):
            raise Conflict(text("The membership {tier} has ended, and with it its prices. Choose again.", tier=gone))

    async def limit(self, perf_id: str) -> int:
        """Raises NotFound."""
        if await self._db.one(events.performance(perf_id)) is None:
            raise NotFound(text("There is no such performance, or it is not for you to see."))
        return await self._db.one(store.limit(perf_id)) or 0

    async def set_limit(self, principal: Principal, perf_id: str, most: int) -> int:
        """Raises NotFound, Forbidden."""

        def unit(tx: Transaction) -> int:
            performance = arranged(principal, tx.one(events.performance(perf_id)))
            store.set_limit(tx, perf_id, most)
            events.change_performance(tx, perf_id, {})
            detail = f"member prices for {most}"
            org_id = performance.org_id
            log_book.log(tx, "performance.changed", org_id, perf_id, person_id=principal.person_id, detail=detail)
            return most

        return await self._db.write(unit)
