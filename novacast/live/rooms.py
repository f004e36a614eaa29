"""Programmes as things that are talked about. Fits chat's `Places` and `Place` without knowing of it."""

from novacast.database import Database
from novacast.identity import Principal
from novacast.live.models import ProgrammeState
from novacast.live.programmes import store
from novacast.live.programmes.service import seen
from novacast.records import dataclass


@dataclass(frozen=True, slots=True)
class ProgrammePlace:
    media_id: str
    org_id: str
    title: str
    began_at: int | None
    """Programme time 0; None while it is not on air."""
    open: bool
    kind: str = "live"


class ProgrammePlaces:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def place(self, principal: Principal, media_id: str) -> ProgrammePlace:
        """From the day it is planned until it has ended; then its room is read only, until a video takes it over.

        Raises NotFound, Unauthenticated where logging in would help.
        """
        found = await self._db.one(store.by_id(media_id))
        one = seen(principal, found)
        ended = one.state is ProgrammeState.ENDED
        began_at = one.started_at if one.airing else None
        return ProgrammePlace(one.id, one.org_id, one.title, began_at, open=not ended)

    async def known(self, media_id: str) -> bool:
        return await self._db.one(store.by_id(media_id)) is not None
