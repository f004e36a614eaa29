"""Whether there is anything on at all: then the house's pages lead there."""

from novacast.database import Database
from novacast.outbox import Event as Fact
from novacast.tickets.events import store


class Marquee:
    def __init__(self, db: Database) -> None:
        self._db = db
        self.lit = False
        """Whether an event is published, as of the last look."""

    async def look(self) -> None:
        found = await self._db.one(store.any_published())
        self.lit = bool(found)

    async def hear(self, fact: Fact) -> None:
        """A subscriber to the facts."""
        if fact.topic in ("event.created", "event.changed", "organization.deleted"):
            await self.look()
