"""Programmes and channels as those are told of them who follow something. Fits notifications' ports without knowing of
them."""

from collections.abc import Sequence

from novacast.database import Database, Transaction
from novacast.identity import Principal
from novacast.live.channels import store as channels
from novacast.live.channels.service import seen
from novacast.live.models import Programme
from novacast.live.programmes import store
from novacast.records import dataclass
from novacast.visibility import ANNOUNCED, announced


@dataclass(frozen=True, slots=True)
class AnnouncedProgramme:
    programme: Programme

    @property
    def title(self) -> str:
        return self.programme.title

    @property
    def org_id(self) -> str:
        return self.programme.org_id

    @property
    def followed(self) -> Sequence[str]:
        """Ids of what it may be followed by."""
        return self.programme.channel_id, self.programme.org_id

    @property
    def path(self) -> str:
        return f"/watch/{self.programme.id}"

    @property
    def findable(self) -> bool:
        return self.programme.visibility in ANNOUNCED

    def shows(self, principal: Principal) -> bool:
        return announced(principal, self.programme)


class AnnouncedProgrammes:
    def thing(self, tx: Transaction, programme_id: str) -> AnnouncedProgramme | None:
        """None for what is not on air now, and for tests."""
        found = tx.one(store.by_id(programme_id))
        return None if found is None or found.test or not found.airing else AnnouncedProgramme(found)


class FollowedChannels:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def name(self, principal: Principal, channel_id: str) -> str:
        """Raises NotFound, Unauthenticated."""
        found = await self._db.one(channels.by_id(channel_id))
        return seen(principal, found).name

    def path(self, channel_id: str) -> str:
        return f"/channels/{channel_id}"
