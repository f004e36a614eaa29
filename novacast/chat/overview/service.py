"""How lively a room is."""

from novacast.chat.overview import store
from novacast.clock import MINUTE
from novacast.database import Database

SPAN = 5


class Liveliness:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def rate(self, room_id: str) -> float:
        """Messages a minute, over the last five."""
        said = await self._db.one(store.said(room_id, self._db.clock.now() - SPAN * MINUTE)) or 0
        return said / SPAN
