"""The heartbeat of one attempt at a task: renews its lease, tells how far it is, and learns when it is to stop."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from novacast import outbox
from novacast.database import Database, Transaction
from novacast.errors import DiskFull, NovaCastError
from novacast.i18n import text
from novacast.media.progress import Progress
from novacast.tasks import TaskGroup
from novacast.vods.folders import MediaFolders
from novacast.vods.models import Video
from novacast.vods.transcoding import store
from novacast.vods.transcoding.models import Kind, Task

log = logging.getLogger(__name__)

SECONDS = 0.5
"""Between beats: the most often that progress is written, and the longest that a cancel waits to be seen."""
LOOKS = 5
"""In that time at what grows, as long as nothing of it can be watched: somebody waits for its first segment."""

STEPS = {Kind.PLAN: "probe", Kind.POSTER: "pictures", Kind.STORYBOARD: "pictures"}


class CancelAsked(Exception):
    """Someone wants the transcode to end."""


class Lost(Exception):
    """The task is gone or another attempt's, or its transcode is over: nothing more may be written."""


class Pulse:
    """`progress` (per mille of the task) and `speed` are set by the work and written by the next beat."""

    def __init__(self, db: Database, video: Video, task: Task, folders: MediaFolders, reserve: int) -> None:
        self._db = db
        self._video = video
        self._task = task
        self._folders = folders
        self._reserve = reserve
        self._told = -1
        self._verdict: Exception | None = None
        self.step = STEPS.get(task.kind, "encode")
        self.progress = 0
        self.speed: float | None = None
        self._shown = False
        self.grow: Callable[[], Awaitable[bool]] | None = None
        """Called with each beat, to show what is there by now; True if that is more than before."""

    @asynccontextmanager
    async def beating(self) -> AsyncIterator[None]:
        """Raises CancelAsked, Lost or DiskFull into the block as soon as a beat finds cause."""
        tasks = TaskGroup("transcode")
        try:
            async with asyncio.timeout(None) as scope:
                tasks.start(self._beat(scope), f"{self._video.id} {self._task.name}")
                yield
        except TimeoutError:
            if self._verdict is None:
                raise
            raise self._verdict from None
        finally:
            await tasks.close()

    def encoding(self, told: Progress, start: int, duration: int) -> None:
        """`start`: what the encoder's clock says at the task's beginning; both in microseconds."""
        done = max(0, told.out_time - start) if told.out_time else 0
        self.progress = 1000 if told.done else min(999, done * 1000 // max(1, duration))
        self.speed = told.speed

    async def _beat(self, scope: asyncio.Timeout) -> None:
        while self._verdict is None:
            try:
                self._verdict = await self._db.write(self._unit) or await self._room()
                if self._verdict is None:
                    await self._grow()
                    await self._wait()
            except (NovaCastError, OSError):
                # A busy or full disk may pass; if it does not, the lease runs out and the end of the work is refused.
                log.exception("the transcode of %s can't be kept up to date", self._video.id)
                await asyncio.sleep(SECONDS)
        scope.reschedule(asyncio.get_running_loop().time())

    async def _grow(self) -> None:
        if self.grow is not None and await self.grow():
            self._shown = True

    async def _wait(self) -> None:
        for _ in range(LOOKS):
            await asyncio.sleep(SECONDS / LOOKS)
            if not self._shown:
                await self._grow()

    def _unit(self, tx: Transaction) -> Exception | None:
        told = store.beat(tx, self._task, self.step, self.progress, self.speed)
        if told is None:
            return Lost()
        go_on, progress = told
        if not go_on:
            return CancelAsked()
        if self._told != progress:
            self._told = progress
            audience, speed = outbox.org(self._video.org_id), self.speed
            outbox.mention(
                tx, "video.progress", self._video.id, audience, step=self.step, progress=progress, speed=speed
            )
        return None

    async def _room(self) -> DiskFull | None:
        if await asyncio.to_thread(self._folders.free) >= self._reserve:
            return None
        return DiskFull(
            text(
                "The disk that holds {folder} is nearly full, and {reserve} bytes of it are "
                "kept free. Make room and try again.",
                folder=self._folders.data.media,
                reserve=self._reserve,
            )
        )
