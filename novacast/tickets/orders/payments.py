"""Payments as those who run the house look for them: which there are, whose, and what the provider says of one now."""

from collections.abc import Collection, Mapping

from novacast.database import Database, Page, keyset
from novacast.errors import NotFound
from novacast.i18n import text
from novacast.identity import Principal
from novacast.money import Provider
from novacast.tickets.events import store as events
from novacast.tickets.events.permission import sees_orders, sells
from novacast.tickets.models import AttemptState
from novacast.tickets.orders import store
from novacast.tickets.orders.models import CAPTURED, Attempt, Order
from novacast.tickets.ports import Books
from novacast.tickets.purchases.joining import settle_all


class Payments:
    def __init__(self, db: Database, providers: Mapping[str, Provider], books: Books) -> None:
        self._db, self._providers, self._books = db, providers, books

    async def order(self, principal: Principal, name: str) -> Order:
        """By its id, its code, a ticket's id, or a payment's reference at the provider. Raises NotFound, Forbidden."""
        found = await self._db.one(store.named(name.strip()))
        if found is None:
            raise NotFound(text("There is no such order."))
        sees_orders(principal, found.org_id)
        return found

    async def of_org(
        self, principal: Principal, org_id: str, states: Collection[AttemptState], cursor: str | None, limit: int
    ) -> Page[tuple[Attempt, Order]]:
        """Newest first; no states: all. Raises NotFound, Forbidden, InvalidInput for a cursor of another list."""
        sees_orders(principal, org_id)
        start = keyset(cursor, int, str) or events.START
        rows = await self._db.all(store.paid_or_not(org_id, tuple(states) or tuple(AttemptState), start, limit + 1))
        return Page.of(rows, limit, lambda one: (one[0].created_at, one[0].id))

    async def ask(self, principal: Principal, order_id: str) -> int:
        """Ask the providers about everything of an order that no money came by, whatever we think of it, and make it
        true here; how many were asked about. Raises NotFound, Forbidden, Unavailable."""
        order = await self._db.one(store.order(order_id))
        if order is None:
            raise NotFound(text("There is no such order."))
        sells(principal, order.org_id)
        asked = 0
        for attempt in await self._db.all(store.attempts(order_id)):
            provider = self._providers.get(attempt.provider)
            if provider is not None and attempt.state not in CAPTURED:
                outcome = await provider.retrieve(attempt.demand(order_id))
                await self._db.write(lambda tx, one=attempt, told=outcome: settle_all(tx, self._books, one, told))  # type: ignore[misc]  # a default binds the names
                asked += 1
        return asked
