"""Pictures as people bring, see and remove them. What is brought is decoded under limits and encoded anew at once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from novacast import outbox
from novacast.clock import DAY, SECOND
from novacast.database import Database, Transaction
from novacast.errors import NotFound
from novacast.folder import DataFolder
from novacast.i18n import text
from novacast.identity import Principal, new_id
from novacast.live import store as live
from novacast.live.channels import store as channels
from novacast.live.channels.service import managed, seen
from novacast.live.facts import tell
from novacast.live.models import Channel, Programme
from novacast.live.pictures import store
from novacast.live.pictures.models import Place, picture_file, pictures_folder
from novacast.live.programmes import store as programmes
from novacast.live.programmes.service import produced
from novacast.live.programmes.service import seen as seen_programme
from novacast.live.recording.still import STILL
from novacast.media.brought import Brought, remove_unnamed
from novacast.media.ffmpeg import FindFFmpeg

UNNAMED = DAY
"""How long a file that no row names is left alone: the row may be about to come."""

Owner = Callable[[Transaction], Channel | Programme]
"""The thing that a picture is for, if the asker may change it."""


class Pictures:
    def __init__(self, db: Database, folder: DataFolder, find_ffmpeg: FindFFmpeg) -> None:
        self._db, self._folder, self._maker = db, folder, Brought(find_ffmpeg)

    async def bring_for_channel(
        self, principal: Principal, channel_id: str, place: Place, chunks: AsyncIterator[bytes]
    ) -> Channel:
        """Raises NotFound, Forbidden, UnsupportedMedia, DiskFull, Overloaded, and what `chunks` raises."""

        def owner(tx: Transaction) -> Channel:
            return managed(principal, tx.one(channels.by_id(channel_id)))

        await self._set(principal, owner, place, await self._brought(owner, chunks))
        return await self._db.write(owner)

    async def bring_for_programme(
        self, principal: Principal, programme_id: str, chunks: AsyncIterator[bytes]
    ) -> Programme:
        """A poster. Raises the same."""

        def owner(tx: Transaction) -> Programme:
            return produced(principal, tx.one(programmes.by_id(programme_id)))

        await self._set(principal, owner, Place.POSTER, await self._brought(owner, chunks))
        return await self._db.write(owner)

    async def remove_of_channel(self, principal: Principal, channel_id: str, place: Place) -> None:
        """Raises NotFound, Forbidden. Repeatable."""
        await self._set(principal, lambda tx: managed(principal, tx.one(channels.by_id(channel_id))), place, None)

    async def remove_of_programme(self, principal: Principal, programme_id: str) -> None:
        def owner(tx: Transaction) -> Programme:
            return produced(principal, tx.one(programmes.by_id(programme_id)))

        await self._set(principal, owner, Place.POSTER, None)

    async def of_channel(self, principal: Principal, channel_id: str, place: Place) -> Path:
        """Its file, for whoever sees the channel. Raises NotFound, Unauthenticated."""
        found = await self._db.one(channels.by_id(channel_id))
        channel = seen(principal, found)
        return self._file(channel.poster if place is Place.POSTER else channel.slate)

    async def of_programme(self, principal: Principal, programme_id: str) -> Path:
        """The same of a programme's poster."""
        found = await self._db.one(programmes.by_id(programme_id))
        return self._file(seen_programme(principal, found).poster)

    async def sweep(self) -> int:
        """Remove files that no row has named for a day; how many."""
        named = set(await self._db.all(store.named()))
        before = (self._db.clock.now() - UNNAMED) / SECOND
        return await asyncio.to_thread(remove_unnamed, pictures_folder(self._folder), named, before)

    async def _brought(self, owner: Owner, chunks: AsyncIterator[bytes]) -> str:
        """Id of a picture made of what comes; its file is in place, its row is not."""
        await self._db.write(owner)  # who may not change it brings nothing
        picture_id = new_id()
        await self._maker.make(picture_file(self._folder, picture_id), chunks)
        return picture_id

    async def _set(self, principal: Principal, owner: Owner, place: Place, picture_id: str | None) -> None:
        def unit(tx: Transaction) -> None:
            of = owner(tx)
            columns = {place.value: picture_id}
            if isinstance(of, Programme):
                programmes.change(tx, of.id, columns)
                tell(tx, "programme.changed", of)
            else:
                channels.change(tx, of.id, columns)
                live.log(tx, "channel.changed", of, person_id=principal.person_id, detail=place.value)
                outbox.emit(tx, "channel.changed", of.id, outbox.org(of.org_id))

        await self._db.write(unit)

    async def still(self, principal: Principal, programme_id: str) -> Path:
        """What is on air there about now, for whom may watch it. Raises NotFound, Unauthenticated."""
        found = await self._db.one(programmes.by_id(programme_id))
        programme = seen_programme(principal, found)
        path = self._folder.live / programme.id / STILL
        if not programme.airing or not await asyncio.to_thread(path.is_file):
            raise NotFound(text("There is no such picture."))
        return path

    async def still_path(self, programme: Programme) -> str:
        """Another picture has another address; empty where there is none."""
        if not programme.airing:
            return ""
        at = await asyncio.to_thread(_made_at, self._folder.live / programme.id / STILL)
        return f"/api/v1/programmes/{programme.id}/still?picture={at}" if at else ""

    def _file(self, picture_id: str | None) -> Path:
        path = None if picture_id is None else picture_file(self._folder, picture_id)
        if path is None or not path.is_file():
            raise NotFound(text("There is no such picture."))
        return path


def _made_at(path: Path) -> int:
    """Seconds; 0 where there is nothing."""
    try:
        return int(path.stat().st_mtime)
    except OSError:
        return 0
