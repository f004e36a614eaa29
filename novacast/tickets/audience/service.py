"""Who has tickets. Fits notifications' ports without knowing of them."""

from collections.abc import Sequence

from novacast.database import Database, Query, Transaction
from novacast.tickets.audience import store
from novacast.tickets.audience.models import Holder, Night
from novacast.tickets.audience.store import Held
from novacast.tickets.papers.service import Papers


class TicketAudience:
    def __init__(self, db: Database, papers: Papers) -> None:
        self._db, self._papers = db, papers

    async def of_performance(self, perf_id: str, after: str, limit: int) -> Sequence[Holder]:
        """Behind the key `after`, each once."""
        return await self._listed(store.of_performance(perf_id, after, limit))

    async def of_programme(self, programme_id: str, after: str, limit: int) -> Sequence[Holder]:
        """Those whose tickets open it on air."""
        return await self._listed(store.of_programme(programme_id, after, limit))

    async def beginning(self, after: int, until: int, limit: int) -> Sequence[Night]:
        return await self._db.all(store.beginning(after, until, limit))

    def night(self, tx: Transaction, perf_id: str) -> Night | None:
        """None for what is called off."""
        return tx.one(store.night(perf_id))

    async def _listed(self, query: Query[Held]) -> Sequence[Holder]:
        return [self._holder(one) for one in await self._db.all(query)]

    def _holder(self, one: Held) -> Holder:
        if one.person_id is not None:
            return Holder(one.holder, one.person_id, "", one.language, f"{self._papers.root}/account/tickets")
        handed = one.transfer_id
        url = self._papers.order_page(one.order_id) if handed is None else self._papers.holder_page(handed)
        return Holder(one.holder, None, one.email, one.language, url)
