"""Programmes of an organization for others to choose from by title. Fits memberships' `Shelf` without knowing of it."""

from collections.abc import Mapping, Sequence

from novacast.database import Database
from novacast.identity import Principal
from novacast.live.programmes import store
from novacast.live.programmes.service import Programmes


class ProgrammeShelf:
    def __init__(self, db: Database, programmes: Programmes) -> None:
        self._db, self._programmes = db, programmes

    async def find(self, principal: Principal, org_id: str, text: str, limit: int) -> Sequence[tuple[str, str]]:
        """Id and title of what is on or to come and has all the words, the next first."""
        words = text.casefold().split()
        found = await self._programmes.linkable(principal, org_id)
        return [one for one in found if all(word in one[1].casefold() for word in words)][:limit]

    async def titles(self, org_id: str, ids: Sequence[str]) -> Mapping[str, str]:
        """Of what is the organization's."""
        found = await self._db.all(store.by_ids(ids)) if ids else []
        return {one.id: one.title for one in found if one.org_id == org_id}
