"""What goes by itself: upper rungs of what nobody watches, and originals, each only where a setting says so.

Upper rungs come back when somebody watches: what is left plays at once, and a new edition takes its place.
"""

import logging
import shutil
from collections.abc import Sequence
from pathlib import Path

from novacast import outbox
from novacast.clock import DAY, Clock
from novacast.database import Database, Transaction
from novacast.durable import sync_folder
from novacast.jobs import JobQueue
from novacast.media.encode import MASTER
from novacast.settings import Storage as Settings
from novacast.vods import store as videos
from novacast.vods.folders import MediaFolders, whole, write
from novacast.vods.ports import Weighs
from novacast.vods.storage import store
from novacast.vods.storage.models import Heavy, dropped, without
from novacast.vods.transcoding import store as transcodes
from novacast.vods.transcoding.dressing import alone
from novacast.vods.transcoding.models import JOB

log = logging.getLogger(__name__)

AT_ONCE = 50
"""Videos of one kind that one sweep makes smaller."""


class Retention:
    def __init__(
        self,
        db: Database,
        folders: MediaFolders,
        queue: JobQueue,
        settings: Settings,
        clock: Clock,
        weights: Weighs | None = None,
    ) -> None:
        self._db = db
        self._folders = folders
        self._queue = queue
        self._settings = settings
        self._clock = clock
        self._weights = weights

    async def sweep(self) -> None:
        """One that fails (a permission, a busy network disk) holds up no other."""
        now = self._clock.now()
        if self._settings.unwatched_days:
            before = now - self._settings.unwatched_days * DAY
            for heavy in await self._db.all(store.heavy(before, AT_ONCE)):
                try:
                    await self._reduce(heavy, before)
                except OSError:
                    log.exception("the upper rungs of %s can't be removed; tried again later", heavy.video_id)
        if self._settings.originals == "drop":
            before = now - self._settings.originals_days * DAY
            for video_id in await self._db.all(store.disposable(before, AT_ONCE)):
                try:
                    await self._drop(video_id)
                except OSError:
                    log.exception("the original of %s can't be removed; tried again later", video_id)

    async def asked(self, video_id: str) -> None:
        """Somebody watches: what was dropped is made again, once."""
        if not await self._db.one(store.reduced(video_id)):
            return

        def unit(tx: Transaction) -> None:
            if tx.one(store.reduced(video_id)):
                self.remake(tx, video_id)

        await self._db.write(unit)

    def remake(self, tx: Transaction, video_id: str) -> None:
        """A new edition of the original, which takes the old one's place when it can be watched."""
        video = tx.one(videos.by_id(video_id))
        if video is None:
            return
        store.restored(tx, video_id)
        transcodes.queue(tx, video_id)
        outbox.emit(tx, "video.queued", video_id, outbox.org(video.org_id))
        self._queue.enqueue_after(tx, JOB, video_id, long=True)

    async def _reduce(self, heavy: Heavy, before: int) -> None:
        """First nobody is sent there any more, then the rows say so, then the files go."""
        folder = self._folders.edition(heavy.video_id, heavy.edition)
        names = dropped(heavy.rungs, self._settings.keep_height)
        original = await whole(self._folders.original, heavy.video_id)
        if original is None or not await whole((folder / MASTER).is_file):
            return

        def unit(tx: Transaction) -> bool:
            if not tx.one(store.untouched(heavy.video_id, heavy.edition, before)):
                return False
            video = tx.one(videos.by_id(heavy.video_id))
            assert video is not None
            store.reduce(tx, heavy.video_id, heavy.edition, names)
            left = [rung.name for rung in tx.all(videos.rungs(heavy.video_id)) if rung.published]
            if names:
                outbox.emit(tx, "video.rungs", heavy.video_id, outbox.org(video.org_id), rungs=left)
            return True

        async with alone(folder):
            if not await self._db.one(store.untouched(heavy.video_id, heavy.edition, before)):
                return
            before_it = await whole(_rewrite, folder, names)
            gone = await self._db.write(unit)
            if not gone:  # somebody watches by now
                await whole(write, folder / MASTER, before_it, sync=True)
        if gone:
            await whole(_remove, folder, names)
            if self._weights is not None:
                await self._weights.weigh(heavy.video_id)

    async def _drop(self, video_id: str) -> None:
        if await self._db.write(lambda tx: store.drop_original(tx, video_id)):
            await whole(drop_file, self._folders, video_id)


def drop_file(folders: MediaFolders, video_id: str) -> None:
    """Blocking."""
    while (original := folders.original(video_id)) is not None:
        original.unlink()


def _rewrite(folder: Path, names: Sequence[str]) -> str:
    """What the playlist was before."""
    master = (folder / MASTER).read_text(encoding="utf-8")
    if names:
        write(folder / MASTER, without(master, names), sync=True)
        sync_folder(folder)
    return master


def _remove(folder: Path, names: Sequence[str]) -> None:
    for name in names:
        shutil.rmtree(folder / name)
