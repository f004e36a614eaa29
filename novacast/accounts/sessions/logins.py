"""From where and when somebody logged in, for slices that have to prove it. Fits memberships' `LogIns`."""

from collections.abc import Sequence

from novacast.accounts.sessions import store
from novacast.database import Database


class LogIns:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def of_person(self, person_id: str, limit: int) -> Sequence[tuple[int, int, str, str]]:
        """When, last sign of life, device and network address; the newest first, those that ended too while they are
        kept."""
        return await self._db.all(store.log_ins(person_id, limit))
