"""An office's work with orders: find them, read them all for an export, sell at the counter."""

from collections.abc import AsyncIterator, Sequence

from novacast.clock import DAY
from novacast.database import Database, Page, Transaction, keyset
from novacast.identity import Principal
from novacast.tickets.events import store as events
from novacast.tickets.events.models import Event, Performance
from novacast.tickets.events.permission import sees_orders
from novacast.tickets.holds.models import Wish
from novacast.tickets.orders.models import Buyer, Method, Receipt
from novacast.tickets.orders.service import Orders
from novacast.tickets.sales import store
from novacast.tickets.sales.models import Found, SoldTicket, Wanted, expression, ticket_id

BATCH = 500
"""Rows that an export reads at a time: other readers have their turn between."""
KEPT = DAY
"""How long a form of the counter is known for having sold."""


class _Repeated(Exception):
    """The form has sold already."""


class Sales:
    def __init__(self, db: Database, orders: Orders) -> None:
        self._db, self._orders = db, orders

    async def find(
        self, principal: Principal, org_id: str, wanted: Wanted, cursor: str | None, limit: int
    ) -> Page[Found]:
        """Orders, newest first. Raises NotFound, Forbidden, InvalidInput for a cursor of another list."""
        sees_orders(principal, org_id)
        (before,) = keyset(cursor, int) or (store.START,)
        return Page.of(await self._some(org_id, wanted, before, limit + 1), limit, lambda one: (one.n,))

    async def every(self, principal: Principal, org_id: str, wanted: Wanted) -> AsyncIterator[Sequence[Found]]:
        """All that `find` would list, some at a time. Raises NotFound, Forbidden before the first."""
        sees_orders(principal, org_id)
        before = store.START
        while rows := await self._some(org_id, wanted, before, BATCH):
            yield rows
            before = rows[-1].n

    async def tickets(
        self, principal: Principal, org_id: str, perf_id: str | None
    ) -> AsyncIterator[Sequence[SoldTicket]]:
        """All tickets of an organization, or of a performance of its, some at a time. Raises NotFound, Forbidden."""
        sees_orders(principal, org_id)
        behind = 0
        while rows := await self._db.all(store.tickets(org_id, perf_id, behind, BATCH)):
            yield rows
            behind = rows[-1].n

    async def performances(self, principal: Principal, org_id: str, limit: int) -> list[tuple[Event, Performance]]:
        """By which lists are narrowed, the latest first. Raises NotFound, Forbidden."""
        sees_orders(principal, org_id)
        async with self._db.snapshot() as view:
            found = await view.all(events.latest(org_id, limit))
            known = {one.id: one for one in await view.all(events.some({each.event_id for each in found}))}
        return [(known[one.event_id], one) for one in found]

    async def sell(
        self,
        principal: Principal,
        perf_id: str,
        wishes: Sequence[Wish],
        buyer: Buyer,
        method: Method,
        once: str,
    ) -> Receipt:
        """At the counter; the same form sells once. Raises what `Orders.sell` does."""

        def keep(tx: Transaction, receipt: Receipt) -> None:
            if tx.one(store.of_once(once)) is not None:
                raise _Repeated
            store.add_once(tx, once, receipt.order.id)
            store.prune_once(tx, tx.now - KEPT)

        try:
            return await self._orders.sell(principal, perf_id, wishes, buyer, method, keep)
        except _Repeated:
            order_id = await self._db.one(store.of_once(once))
            performance = await self._db.one(events.performance(perf_id))
            assert order_id is not None, "what was repeated is there"
            assert performance is not None, "what was sold has a performance"
            return await self._orders.known(principal, performance.org_id, order_id)

    async def _some(self, org_id: str, wanted: Wanted, before: int, limit: int) -> list[Found]:
        if (id_ := ticket_id(wanted.text)) is not None:
            return await self._db.all(store.of_ticket(org_id, id_)) if before == store.START else []
        if not wanted.text.strip():
            return await self._db.all(store.listed(org_id, wanted, before, limit))
        found = expression(org_id, wanted.text)
        return [] if found is None else await self._db.all(store.matching(org_id, found, wanted, before, limit))
