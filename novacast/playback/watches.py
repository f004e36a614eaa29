"""Who watched what, for slices that keep it for longer than playback does. Fits tickets' `Viewings`."""

from collections.abc import Sequence

from novacast.database import Database
from novacast.playback import store


class Watches:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def seen_since(self, at: int) -> Sequence[tuple[str, str, str, str, int, int]]:
        """Sessions of people: id, person, what they watched, device, begin, last sign of life since `at`."""
        return await self._db.all(store.seen_since(at))
