"""The list of notices, as its owner reads it."""

from novacast.database import Database, Page, keyset
from novacast.identity import Principal, person_of
from novacast.notifications.news import store
from novacast.notifications.news.models import Notice


class Notices:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def listed(self, principal: Principal, cursor: str | None, limit: int) -> Page[Notice]:
        """The latest first. Raises Unauthenticated, InvalidInput for a cursor that is none."""
        start = keyset(cursor, int, str) or store.START
        rows = await self._db.all(store.shown(person_of(principal), (start[0], start[1]), limit + 1))
        return Page.of(rows, limit, lambda one: (one.at, one.id))

    async def unread(self, principal: Principal) -> int:
        """How many, up to a hundred. Raises Unauthenticated."""
        return await self._db.one(store.unread(person_of(principal))) or 0

    async def read(self, principal: Principal) -> None:
        """All of them were seen. Repeatable. Raises Unauthenticated."""
        person_id = person_of(principal)
        if await self._db.one(store.unread(person_id)):
            await self._db.write(lambda tx: store.mark_read(tx, person_id))
