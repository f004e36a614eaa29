"""Whether anything is live now. Fits the port of those who step back then, in whatever process they work."""

from novacast.clock import SECOND
from novacast.database import Database
from novacast.live import store

FRESH = 10 * SECOND
"""A broadcast writes its numbers once a second; one that has not for so long has no process any more."""


class Presence:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def on_air(self) -> bool:
        return bool(await self._db.all(store.live_since(self._db.clock.now() - FRESH)))
