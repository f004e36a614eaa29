"""Who may watch and write by a ticket, computed of rows each time it is asked."""

from novacast.database import Database, Transaction
from novacast.errors import InvalidInput, NotFound
from novacast.i18n import text
from novacast.identity import Principal
from novacast.records import dataclass
from novacast.tickets import store as books
from novacast.tickets.admission.models import Pass, opens
from novacast.tickets.admission.service import Admission
from novacast.tickets.events import store as events
from novacast.tickets.events.permission import arranged
from novacast.tickets.passes import store


@dataclass(frozen=True, slots=True)
class PassRule:
    """`devices`: at once; None: as many as the installation allows everybody."""

    item_id: str
    opens_live: bool
    devices: int | None


class Passes:
    """Fits playback's `Passes`, and chat's `Badges` by `rooms`."""

    def __init__(self, db: Database, admission: Admission) -> None:
        self._db, self._admission = db, admission

    async def opens(self, principal: Principal, media_id: str) -> frozenset[str]:
        """Ids of the organizations whose tickets open it for whoever asks, now."""
        return opens(await self.held(principal, media_id), self._db.clock.now())

    async def devices(self, principal: Principal, media_id: str, plain: int) -> int | None:
        """Of all passes that open it together; None without any."""
        good = await self.good(principal, media_id)
        if not good:
            return None
        said: dict[str, int] = {}
        for perf_id in {one.performance.id for one in good}:
            said |= dict(await self._db.all(store.devices(perf_id)))
        return sum(said.get(one.item.id, plain) for one in good)

    async def held(self, principal: Principal, media_id: str) -> list[Pass]:
        """Valid tickets of whoever asks for performances with this programme, whether they open it now or not."""
        return [] if principal.person_id is None else await self._admission.passes(principal.person_id, media_id)

    async def good(self, principal: Principal, media_id: str) -> list[Pass]:
        """Those of them that open it now."""
        now = self._db.clock.now()
        return [one for one in await self.held(principal, media_id) if one.opens(now)]

    async def sold_of(self, media_id: str, org_id: str) -> list[str]:
        """Ids of a house's performances that have tickets for this, the first to begin first; at most ten."""
        return await self._db.all(store.sold_of(media_id, org_id))

    async def decide(
        self, principal: Principal, perf_id: str, item_id: str, *, opens_live: bool, devices: int | None
    ) -> PassRule:
        """Whether a kind of ticket opens the programme on air, and on how many devices. Raises NotFound, Forbidden,
        InvalidInput for an online pass that opens nothing."""

        def unit(tx: Transaction) -> PassRule:
            performance = arranged(principal, tx.one(events.performance(perf_id)))
            item = next((one for one in tx.all(events.items(perf_id)) if one.id == item_id), None)
            if item is None:
                raise NotFound(text("There is no such kind of ticket."))
            if item.kind == "online" and not opens_live:
                raise InvalidInput.field("opens_live", text("An online pass opens the programme."))
            events.change_item(tx, item_id, {"opens_live": int(opens_live)})
            events.change_performance(tx, perf_id, {})
            store.set_devices(tx, item_id, devices)
            detail = f"{item_id} opens_live {opens_live}, devices {devices}"
            books.log(tx, "item.changed", performance.org_id, perf_id, person_id=principal.person_id, detail=detail)
            return PassRule(item_id, opens_live, devices)

        return await self._db.write(unit)
