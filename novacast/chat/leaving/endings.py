"""The end of what is watched is the end of its room; what is left behind is found by the sweep."""

from novacast.chat.entrance import Entrance
from novacast.chat.leaving import store
from novacast.chat.moderation.leaving import store as moderation
from novacast.database import Database
from novacast.outbox import Event

BATCH = 500
"""Messages that go in one transaction, so that none takes long."""
ROOMS = 100

_ENDS = frozenset({"video.deleted", "programme.deleted"})


class Endings:
    """A durable subscriber of facts: what a crash interrupts is told again."""

    def __init__(self, db: Database, entrance: Entrance) -> None:
        self._db, self._entrance = db, entrance

    async def hear(self, event: Event) -> None:
        if event.topic == "organization.deleted":
            while rooms := await self._db.all(store.rooms_of(event.subject, ROOMS)):
                for room_id in rooms:
                    await self._remove(room_id)
            await self._db.write(lambda tx: moderation.remove_org(tx, event.subject))
        elif event.topic in _ENDS:
            await self._end(event.subject)

    async def sweep(self) -> None:
        """Rooms of programmes that went with their channel have nobody who tells of it."""
        last = ""
        while rooms := await self._db.all(store.rooms_behind(last, ROOMS)):
            for room_id in rooms:
                await self._end(room_id)
            last = rooms[-1]

    async def _end(self, room_id: str) -> None:
        """A programme that is deleted may live on as a video."""
        if not await self._entrance.known(room_id):
            await self._remove(room_id)

    async def _remove(self, room_id: str) -> None:
        while await self._db.write(lambda tx: store.remove_some(tx, room_id, BATCH)):
            pass
