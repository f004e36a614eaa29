"""Who may hear what becomes of an order: whoever has its page, which tells its id. Nobody guesses one."""

from novacast.database import Database
from novacast.identity import Principal
from novacast.tickets.orders import store


class Following:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def may_look(self, principal: Principal, order_id: str) -> bool:
        """Fits the topics' `Rule`. Buyers need no account."""
        return await self._db.one(store.order(order_id)) is not None
