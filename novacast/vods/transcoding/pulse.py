"""The heartbeat of one attempt: renews its lease, tells how far it is, and learns when it is to stop."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from novacast import outbox
from novacast.database import Database, Transaction
from novacast.errors import DiskFull, NovaCastError
from novacast.media.progress import Progress
from novacast.tasks import TaskGroup
from novacast.vods.folders import MediaFolders
from novacast.vods.models import Video
from novacast.vods.transcoding import store

log = logging.getLogger(__name__)

SECONDS = 0.5
"""Between beats: the most often that progress is written, and the longest that a cancel waits to be seen."""


class CancelAsked(Exception):
    """Someone wants this attempt to end."""


class Lost(Exception):
    """The row is gone or another attempt's: nothing more may be written."""


class Pulse:
    """`step`, `progress` (per mille) and `speed` are set by the work and written by the next beat."""

    def __init__(self, db: Database, video: Video, worker: str, folders: MediaFolders, reserve: int) -> None:
        self._db = db
        self._video = video
        self._worker = worker
        self._folders = folders
        self._reserve = reserve
        self._told: tuple[str, int] | None = None
        self._verdict: Exception | None = None
        self.step = "probe"
        self.progress = 0
        self.speed: float | None = None

    @asynccontextmanager
    async def beating(self) -> AsyncIterator[None]:
        """Raises CancelAsked, Lost or DiskFull into the block as soon as a beat finds cause."""
        tasks = TaskGroup("transcode")
        try:
            async with asyncio.timeout(None) as scope:
                tasks.start(self._beat(scope), self._video.id)
                yield
        except TimeoutError:
            if self._verdict is None:
                raise
            raise self._verdict from None
        finally:
            await tasks.close()

    def at(self, step: str, progress: int) -> None:
        self.step, self.progress, self.speed = step, progress, None

    def encoding(self, told: Progress, duration: int) -> None:
        """Encoding is from 1 to 95 %."""
        self.progress, self.speed = 10 + round(940 * told.share(duration)), told.speed

    async def _beat(self, scope: asyncio.Timeout) -> None:
        while self._verdict is None:
            try:
                self._verdict = await self._db.write(self._unit) or await self._room()
            except NovaCastError:
                # A busy or full disk may pass; if it does not, the lease runs out and the end of the work is refused.
                log.exception("the transcode of %s can't be kept up to date", self._video.id)
            if self._verdict is None:
                await asyncio.sleep(SECONDS)
        scope.reschedule(asyncio.get_running_loop().time())

    def _unit(self, tx: Transaction) -> Exception | None:
        go_on = store.beat(tx, self._video.id, self._worker, self.step, self.progress, self.speed)
        if go_on is None:
            return Lost()
        if not go_on:
            return CancelAsked()
        if self._told != (self.step, self.progress):
            self._told = (self.step, self.progress)
            audience, speed = outbox.org(self._video.org_id), self.speed
            outbox.emit(
                tx, "video.progress", self._video.id, audience, step=self.step, progress=self.progress, speed=speed
            )
        return None

    async def _room(self) -> DiskFull | None:
        if await asyncio.to_thread(self._folders.free) >= self._reserve:
            return None
        return DiskFull(
            f"The disk that holds {self._folders.data.media} is nearly full, and {self._reserve} bytes of it are "
            "kept free. Make room and try again."
        )
