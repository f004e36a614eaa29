"""Whose a programme is of which everyone hears, for other slices: a fact of it names its channel."""

from novacast.database import Database
from novacast.live.channels import store
from novacast.outbox import Event


class ChannelOwners:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def org_of(self, event: Event) -> str | None:
        channel = await self._db.one(store.by_id(str(event.payload.get("channel", ""))))
        return None if channel is None else channel.org_id
