"""All orders of a performance that is cancelled, undone one after the other. The orders themselves say how far it is,
so a crash costs nothing but time."""

from collections.abc import Sequence

from novacast.database import Database, Then, Transaction
from novacast.errors import Conflict
from novacast.i18n import text
from novacast.identity import Principal
from novacast.records import dataclass
from novacast.tickets import store as log_book
from novacast.tickets.events import store as events
from novacast.tickets.events.permission import arranged, arranges
from novacast.tickets.models import PerformanceState
from novacast.tickets.orders.undoing import undo
from novacast.tickets.ports import Books
from novacast.tickets.refunds.runs import store
from novacast.tickets.refunds.runs.store import Night

BATCH = 20
MOST_NIGHTS = 50


@dataclass(frozen=True, slots=True)
class Progress:
    """`begun_at` None: nobody has asked for it. `left`: orders whose tickets are still valid, or that may be paid."""

    begun_at: int | None
    left: int


class Bulk:
    def __init__(self, db: Database, books: Books) -> None:
        self._db, self._books = db, books

    async def begin(self, principal: Principal, perf_id: str, then: Then[Progress] | None = None) -> Progress:
        """Asked again it goes on. Raises NotFound, Forbidden, Conflict where the performance takes place."""

        def unit(tx: Transaction) -> Progress:
            performance = arranged(principal, tx.one(events.performance(perf_id)))
            if performance.state is not PerformanceState.CANCELLED:
                raise Conflict(text("Only of a performance that is cancelled everything is given back."))
            if store.begin(tx, perf_id, performance.org_id, principal.person_id):
                who = principal.person_id
                log_book.log(tx, "performance.refunds", performance.org_id, perf_id, person_id=who)
            found = Progress(tx.one(store.begun(perf_id)), tx.one(store.left(perf_id)) or 0)
            if then is not None:
                then(tx, found)
            return found

        return await self._db.write(unit)

    async def progress(self, principal: Principal, perf_id: str) -> Progress:
        """Raises NotFound, Forbidden."""
        performance = await self._db.one(events.performance(perf_id))
        arranged(principal, performance)
        begun = await self._db.one(store.begun(perf_id))
        return Progress(begun, await self._db.one(store.left(perf_id)) or 0)

    async def cancelled(self, principal: Principal, org_id: str) -> Sequence[Night]:
        """Performances of which everything can be given back, or is. Raises NotFound, Forbidden."""
        arranges(principal, org_id)
        return await self._db.all(store.cancelled(org_id, MOST_NIGHTS))

    async def sweep(self) -> int:
        """How many orders were undone."""
        done = 0
        for run in await self._db.all(store.open_runs()):
            while some := await self._db.write(lambda tx, run=run: self._some(tx, run)):  # type: ignore[misc]  # a default binds the name
                done += some
        return done

    def _some(self, tx: Transaction, run: store.Run) -> int:
        found = tx.all(store.to_undo(run.perf_id, BATCH))
        principal = Principal(person_id=run.person_id)
        for order in found:
            undo(tx, self._books, order, principal, "")
        if not found and not tx.one(store.left(run.perf_id)):
            store.end(tx, run.perf_id)
        return len(found)
