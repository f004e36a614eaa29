"""Disputes of memberships, for the list that the box office has of all."""

from collections.abc import Sequence

from novacast.database import Database
from novacast.money import Contested
from novacast.payments.memberships.disputes import store


class MembershipDisputes:
    """Fits the box office's `Contests`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def of_org(self, org_id: str, start: tuple[int, str], limit: int) -> Sequence[Contested]:
        return await self._db.all(store.of_org(org_id, start, limit))

    async def of_order(self, order_id: str) -> Sequence[Contested]:
        """No order is of a membership."""
        return ()
