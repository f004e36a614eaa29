"""What becomes of recordings when programmes end, and of those that a killed server left."""

import asyncio
import logging
import shutil
from collections.abc import Collection
from pathlib import Path

from novacast.clock import MINUTE
from novacast.database import Database
from novacast.folder import DataFolder
from novacast.live.channels import store as channels
from novacast.live.models import Programme, ProgrammeState
from novacast.live.pictures.models import picture_file
from novacast.live.programmes import store
from novacast.live.recording.finishing import Finishing
from novacast.live.recording.journal import Journal

log = logging.getLogger(__name__)

GRACE = MINUTE
"""How long the engine, which does it at once, has before the sweep takes a programme that ended for forgotten."""


class ProgrammeRecordings:
    def __init__(self, db: Database, folder: DataFolder, finishing: Finishing) -> None:
        self._db = db
        self._data = folder
        self._finishing = finishing

    def folder(self, programme_id: str) -> Path:
        """Where it is recorded, and what is too old for memory is fetched from."""
        return self._data.live / programme_id

    async def ended(self, programme_id: str, journal: Journal | None = None) -> bool:
        """After the end of a programme, with what its recorder kept: whether it is a video now. Where its channel does
        not record, what was kept for rewinding goes. Repeatable. Raises DiskFull; the sweep tries again then.
        """
        async with self._db.snapshot() as view:
            programme = await view.one(store.by_id(programme_id))
            if programme is None:
                return False
            channel = await view.one(channels.by_id(programme.channel_id))
            marks = await view.all(store.markers(programme_id))
        if channel is None or not channel.record or programme.test:
            await asyncio.to_thread(shutil.rmtree, self.folder(programme_id), ignore_errors=True)
            return False
        poster = picture_file(self._data, programme.poster) if programme.poster is not None else None
        told = [(one.at, one.title) for one in marks]
        return await self._finishing.finish(programme, told, journal=journal, poster=poster)

    async def sweep(self) -> None:
        """Programmes that ended and whose folder is still there. One that fails holds up no other."""
        for programme in await self._lying():
            if programme.state is not ProgrammeState.ENDED or not self._forgotten(programme):
                continue
            try:
                await self.ended(programme.id)
            except Exception:
                log.exception("the recording of %s is no video yet; tried again later", programme.id)

    async def recording(self) -> Collection[str]:
        """Ids of programmes whose folder is wanted. Fits the port of whoever looks for files that are nobody's."""
        return {programme.id for programme in await self._lying()}

    def _forgotten(self, programme: Programme) -> bool:
        return (programme.ended_at or 0) < self._db.clock.now() - GRACE

    async def _lying(self) -> list[Programme]:
        """Those that have a folder, and a row."""
        names = await asyncio.to_thread(_names, self._data.live)
        async with self._db.snapshot() as view:
            rows = [await view.all(store.by_id(name)) for name in names]
        return [one for found in rows for one in found]


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
