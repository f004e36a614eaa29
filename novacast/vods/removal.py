"""Files of deleted videos, removed after the commit that deleted the rows, and found again after a crash."""

import asyncio
import logging

from novacast.database import Database
from novacast.vods import store
from novacast.vods.folders import MediaFolders

log = logging.getLogger(__name__)

JOB = "vods.remove"


class Removal:
    def __init__(self, db: Database, folders: MediaFolders) -> None:
        self._db = db
        self._folders = folders

    async def remove(self, video_id: str) -> None:
        """The job: everything that lies on disk of a video whose row is gone. Harmless to repeat."""
        if await self._db.one(store.by_id(video_id)) is not None:
            return
        await asyncio.to_thread(self._folders.remove, video_id)
        await self._db.write(lambda tx: store.removed(tx, video_id))

    async def sweep(self) -> None:
        """Finish what was interrupted. One that fails (a permission, a busy network disk) holds up no other."""
        for video_id in await self._db.all(store.doomed()):
            try:
                await self.remove(video_id)
            except OSError:
                log.exception("files of the deleted video %s can't be removed; tried again later", video_id)
