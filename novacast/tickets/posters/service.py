"""Pictures of events as people bring, see and remove them."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from pathlib import Path

from novacast.clock import DAY, SECOND
from novacast.database import Database, Transaction
from novacast.errors import NotFound
from novacast.i18n import text
from novacast.identity import Principal, new_id
from novacast.media.brought import Brought, remove_unnamed
from novacast.media.ffmpeg import FindFFmpeg
from novacast.tickets.events import store as events
from novacast.tickets.events.making import tell_event
from novacast.tickets.events.models import Event
from novacast.tickets.events.permission import arranged_event, seen_event
from novacast.tickets.posters import store

UNNAMED = DAY
"""How long a file that no row names is left alone: the row may be about to come."""


class Posters:
    def __init__(self, db: Database, folder: Path, find_ffmpeg: FindFFmpeg) -> None:
        """`folder`: of nothing else."""
        self._db, self._folder, self._maker = db, folder, Brought(find_ffmpeg)

    async def of(self, event_ids: Iterable[str]) -> Mapping[str, str]:
        """Addresses of the pictures of those events that have one; another picture has another address."""
        wanted = list(event_ids)
        found = await self._db.all(store.posters(wanted)) if wanted else []
        return {event_id: f"/api/v1/events/{event_id}/poster?picture={picture}" for event_id, picture in found}

    async def file(self, principal: Principal, event_id: str) -> Path:
        """A JPEG, for whoever sees the event. Raises NotFound."""
        found = await self._db.one(events.event(event_id))
        seen_event(principal, found)
        for _, picture in await self._db.all(store.posters([event_id])):
            path = self._path(picture)
            if await asyncio.to_thread(path.is_file):
                return path
        raise NotFound(text("There is no such picture."))

    async def bring(self, principal: Principal, event_id: str, chunks: AsyncIterator[bytes]) -> Event:
        """Raises NotFound, Forbidden, UnsupportedMedia, DiskFull, Overloaded, and what `chunks` raises."""

        def owner(tx: Transaction) -> Event:
            return arranged_event(principal, tx.one(events.event(event_id)))

        def unit(tx: Transaction) -> Event:
            event = owner(tx)
            store.put(tx, event_id, picture)
            tell_event(tx, "event.changed", event, principal, detail="poster")
            return event

        await self._db.write(owner)  # who may not change it brings nothing
        picture = new_id()
        await self._maker.make(self._path(picture), chunks)
        return await self._db.write(unit)

    async def remove(self, principal: Principal, event_id: str) -> None:
        """Raises NotFound, Forbidden. Repeatable."""

        def unit(tx: Transaction) -> None:
            event = arranged_event(principal, tx.one(events.event(event_id)))
            if store.drop(tx, event_id):
                tell_event(tx, "event.changed", event, principal, detail="poster")

        await self._db.write(unit)

    async def sweep(self) -> int:
        """Remove files that no row has named for a day; how many."""
        named = set(await self._db.all(store.named()))
        before = (self._db.clock.now() - UNNAMED) / SECOND
        return await asyncio.to_thread(remove_unnamed, self._folder, named, before)

    def _path(self, picture: str) -> Path:
        return self._folder / f"{picture}.jpg"
