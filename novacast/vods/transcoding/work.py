"""The job that makes videos of originals, task by task. May be called twice, late, or again after a kill anywhere.

Each attempt at a task has a token. The row holds the token of the one attempt that may write; the folder an attempt
works in has the token in its name. So a second attempt never meets the leavings of a first, and a first that wakes up
late finds that nothing of its is wanted any more.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

from novacast import i18n, outbox
from novacast.database import Database, Transaction
from novacast.errors import ChildFailed, DiskFull, MediaFailure, NovaCastError
from novacast.jobs import JobQueue
from novacast.media.probe import ProbeRefused
from novacast.tasks import TaskGroup
from novacast.vods import store as videos
from novacast.vods.folders import MediaFolders, unbroken, whole
from novacast.vods.transcoding import store
from novacast.vods.transcoding.endings import conclude
from novacast.vods.transcoding.making import Making, killed
from novacast.vods.transcoding.models import JOB, Kind, Made, Task, TranscodeState
from novacast.vods.transcoding.publish import Publisher
from novacast.vods.transcoding.pulse import CancelAsked, Lost, Pulse
from novacast.vods.transcoding.rendering import Job

log = logging.getLogger(__name__)

HEAD_START = 0.5
"""Seconds in which a worker with nothing to do takes a video up as a whole."""
FULL = 1024 * 1024
"""Bytes; a disk with less to spare is why an output is not whole."""


class TranscodeWork:
    def __init__(
        self, db: Database, folders: MediaFolders, queue: JobQueue, making: Making, publisher: Publisher, reserve: int
    ) -> None:
        """`reserve`: bytes of disk that are left alone."""
        self._db = db
        self._folders = folders
        self._queue = queue
        self._making = making
        self._publisher = publisher
        self._reserve = reserve

    async def run(self, woken_for: str | None = None) -> None:
        """The job: the most urgent task there is, with the light ones that go beside it. `woken_for` names the video
        that the wake-up came from, which may have to wait for another's."""
        tasks = await self._some(None)
        if [task.kind for task in tasks] == [Kind.PLAN]:
            # Whoever planned goes on at once: the way through the queue would cost half a second of waiting.
            await self._some(tasks[0].video_id)

    async def begin(self, woken_for: str | None = None) -> None:
        """The job: what is quick and makes a video watchable, which should not wait for those who encode others."""
        await asyncio.sleep(HEAD_START)
        tasks = await self._some(None, quick=True)
        if [task.kind for task in tasks] == [Kind.PLAN]:
            await self._some(tasks[0].video_id, quick=True)

    async def finish(self, video_id: str) -> None:
        """All tasks of one video, one after the other, as long as there is one that nobody else has."""
        while await self._some(video_id):
            pass

    async def _some(self, video_id: str | None, *, quick: bool = False) -> list[Task]:
        tasks = await self._db.write(lambda tx: _claimed(tx, video_id, quick=quick))
        running = TaskGroup("transcode")
        try:
            await asyncio.gather(*(running.start(self._run(task), task.name) for task in tasks))
        finally:
            await running.close()
        return tasks

    async def _run(self, task: Task) -> None:
        video = await self._db.one(videos.by_id(task.video_id))
        if video is None:
            return
        assert task.worker is not None
        pulse = Pulse(self._db, video, task, self._folders, self._reserve)
        attempt = self._folders.attempt(task.video_id, task.name, task.worker)
        try:
            async with pulse.beating():
                await whole(self._folders.start, task.video_id, task.name, task.worker)
                made = await self._making.make(Job(video, task, attempt, pulse))
        except Lost:
            await self._leave(task, release=True)
        except CancelAsked:
            await self._leave(task, release=True)
            await self._conclude(task, TranscodeState.CANCELLED, None, None)
        except asyncio.CancelledError:
            await self._leave(task, release=True)
            raise
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the row must say so
            full = isinstance(error, MediaFailure) and await self._is_full()
            await self._leave(task, release=False)
            if killed(error) and not full and await self._certainly(lambda tx: self._again(tx, task)):
                log.warning("FFmpeg was killed while it made %s of %s; it is tried again", task.name, task.video_id)
            else:
                await self._conclude(task, TranscodeState.FAILED, *_told(error, task, full=full))
        else:
            await self._done(task, made)

    async def _done(self, task: Task, made: Made) -> None:
        try:
            done = await self._certainly(lambda tx: store.finish(tx, task, made))
        except NovaCastError:
            # The row says running still; when the lease has run out, another attempt begins.
            log.exception("the end of %s of %s can't be written", task.name, task.video_id)
            done = False
        await self._leave(task, release=False)
        if done:
            await self._publisher.settle(task.video_id)

    async def _conclude(self, task: Task, state: TranscodeState, reason: str | None, code: str | None) -> None:
        """The transcode is over because of this task. A cancelled one waits for the others that run."""

        def unit(tx: Transaction) -> bool:
            if state is TranscodeState.CANCELLED and tx.one(store.at_work(task.video_id, tx.now)):
                return False
            if state is TranscodeState.FAILED and not store.fail(tx, task, reason or ""):
                return False
            return conclude(tx, task.video_id, state, reason, code)

        if await self._certainly(unit):
            await self._publisher.tidy(task.video_id)

    def _again(self, tx: Transaction, task: Task) -> bool:
        if not store.put_back(tx, task):
            return False
        self._queue.enqueue_after(tx, JOB, task.video_id, long=True)
        return True

    async def _leave(self, task: Task, *, release: bool) -> None:
        """Files first: when the row says that it is over, nothing of the attempt is left."""
        assert task.worker is not None
        await whole(self._folders.abandon, task.video_id, task.name, task.worker)
        if release:
            await self._certainly(lambda tx: store.release(tx, task))
        if await self._db.one(videos.by_id(task.video_id)) is None:
            # Deleted while we worked: the removal may have come before our last file.
            with suppress(OSError):
                await whole(self._folders.remove, task.video_id)

    async def _is_full(self) -> bool:
        """FFmpeg's HLS muxer may lose what does not fit and end well; then only what is missing tells."""
        return await asyncio.to_thread(self._folders.free) < self._reserve + FULL

    async def _certainly(self, unit: Callable[[Transaction], object]) -> bool:
        """Write, and know how it ended even if we are cancelled meanwhile."""
        tasks = TaskGroup("transcode")
        return bool(await unbroken(tasks.start(self._db.write(unit), "end")))


def _claimed(tx: Transaction, video_id: str | None, *, quick: bool) -> list[Task]:
    tasks = store.claim(tx, video_id, quick=quick)
    for task in tasks:
        video = tx.one(videos.by_id(task.video_id))
        transcode = tx.one(store.by_video(task.video_id))
        if video is not None and transcode is not None and not task.edition and task.attempts == 1:
            outbox.emit(tx, "video.started", video.id, outbox.org(video.org_id))
    return tasks


def _told(error: Exception, task: Task, *, full: bool) -> tuple[str, str]:
    """Reason in words and its code."""
    if full or (isinstance(error, ChildFailed) and any("No space left on device" in line for line in error.tail)):
        return i18n.text("The disk became full while the video was transcoded. Make room and try again."), DiskFull.code
    if isinstance(error, ProbeRefused):
        return error.message, error.reason.value
    where = f"{task.name} of {task.video_id}"
    if isinstance(error, NovaCastError):
        if isinstance(error, ChildFailed):
            log.warning("transcoding %s failed: %s\n%s", where, error.message, "\n".join(error.tail))
        return error.message, error.code
    log.error("transcoding %s failed", where, exc_info=error)
    return i18n.text("Something unforeseen went wrong; the server's log says what. Try again."), "internal"
