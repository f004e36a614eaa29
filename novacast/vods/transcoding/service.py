"""Transcodes as people and sweeps see them: how far, cancel, retry, and what was left lying by a crash."""

import asyncio
from collections.abc import Callable

from novacast import outbox
from novacast.clock import SECOND, Clock
from novacast.database import Database, Then, Transaction
from novacast.errors import Conflict, Forbidden, NotFound
from novacast.i18n import text
from novacast.identity import Principal
from novacast.jobs import JobQueue
from novacast.vods import store as videos
from novacast.vods.folders import MediaFolders
from novacast.vods.models import Video, VideoState, may_edit, may_see
from novacast.vods.transcoding import store
from novacast.vods.transcoding.endings import conclude
from novacast.vods.transcoding.models import JOB, LIVE, Task, Transcode, TranscodeState
from novacast.vods.transcoding.publish import Publisher

MOST_WAKES = 16
"""For one video at a time; who finds nothing to do has cost nothing."""


class Transcoding:
    def __init__(
        self, db: Database, queue: JobQueue, folders: MediaFolders, publisher: Publisher, clock: Clock
    ) -> None:
        self._db = db
        self._clock = clock
        self._publisher = publisher
        self._queue = queue
        self._folders = folders

    async def show(self, principal: Principal, video_id: str) -> Transcode:
        async with self._db.snapshot() as view:
            video = await view.one(videos.by_id(video_id))
            transcode = await view.one(store.by_video(video_id))
        _editable(principal, video)
        return _there(transcode)

    async def cancel(self, principal: Principal, video_id: str, then: Then[Transcode] | None = None) -> Transcode:
        """One that nobody works on is cancelled at once, another within a second. Raises Conflict if it has ended.

        What was finished of it can be watched, and a retry goes on from there.
        """

        def unit(tx: Transaction, video: Video, transcode: Transcode) -> None:
            if transcode.state in LIVE:
                store.ask_to_cancel(tx, video_id)
                if not tx.one(store.at_work(video_id, tx.now)):
                    conclude(tx, video_id, TranscodeState.CANCELLED, None, None)
            elif transcode.state is not TranscodeState.CANCELLED:
                raise Conflict(text("This transcode has ended already; there is nothing to cancel."))

        cancelled = await self._change(principal, video_id, unit, then)
        if cancelled.state is TranscodeState.CANCELLED:
            await self._publisher.tidy(video_id)
        return cancelled

    async def retry(self, principal: Principal, video_id: str, then: Then[Transcode] | None = None) -> Transcode:
        """If it failed or was cancelled: from where it stopped, or from the beginning if file or settings changed.

        Raises Conflict otherwise.
        """

        def unit(tx: Transaction, video: Video, transcode: Transcode) -> None:
            if transcode.state not in {TranscodeState.FAILED, TranscodeState.CANCELLED}:
                raise Conflict(text("Only a transcode that failed or was cancelled is tried again."))
            store.queue(tx, video_id)
            if video.state is VideoState.FAILED:
                videos.change(tx, video_id, {"state": VideoState.PROCESSING.value})
            outbox.emit(tx, "video.queued", video_id, outbox.org(video.org_id))
            self._queue.enqueue_after(tx, JOB, video_id, long=True)

        return await self._change(principal, video_id, unit, then)

    async def begin(self) -> None:
        """At the server's start, before the first sweep: a server that was killed may have committed and never woken,
        or have had a job in its hands. Nobody waits ten minutes for that; who is woken twice finds nothing to do."""
        await self._db.write(store.forget_wake_ups)

    async def sweep(self) -> None:
        """Every few seconds: wake what lost its wake-up or its worker, fail what never ends, clear folders."""

        def unit(tx: Transaction) -> None:
            for task in tx.all(store.exhausted(tx.now)):
                _give_up(tx, task)
            for video_id, waiting in store.forgotten(tx):
                for _ in range(min(waiting, MOST_WAKES)):
                    self._queue.enqueue_after(tx, JOB, video_id, long=True)
            for video_id, free_at in tx.all(store.abandoned(tx.now)):
                delay = max(0, free_at - tx.now) / SECOND + 0.1
                self._queue.enqueue_after(tx, JOB, video_id, delay=delay, long=True)

        await self._db.write(unit)
        for video_id in await self._db.all(store.stalled(self._clock.now())):
            await self._settle(video_id)
        for video_id in await self._db.all(store.untidy()):
            await self._publisher.tidy(video_id)
        # Folders are listed before the rows are read: one that begins in between is not in the list.
        unfinished = await asyncio.to_thread(self._folders.unfinished)
        running = set(await self._db.all(store.workers()))
        for attempt, token in unfinished:
            if token not in running:
                await asyncio.to_thread(self._folders.discard, attempt)

    async def _settle(self, video_id: str) -> None:
        """Say the last word about a transcode whose last worker was killed before it could."""

        def unit(tx: Transaction) -> None:
            transcode = tx.one(store.by_video(video_id))
            if transcode is not None and transcode.cancelling and not tx.one(store.at_work(video_id, tx.now)):
                conclude(tx, video_id, TranscodeState.CANCELLED, None, None)

        await self._db.write(unit)
        await self._publisher.settle(video_id)

    async def _change(
        self,
        principal: Principal,
        video_id: str,
        change: Callable[[Transaction, Video, Transcode], None],
        then: Then[Transcode] | None,
    ) -> Transcode:
        def unit(tx: Transaction) -> Transcode:
            video = _editable(principal, tx.one(videos.by_id(video_id)))
            change(tx, video, _there(tx.one(store.by_video(video_id))))
            after = _there(tx.one(store.by_video(video_id)))
            if then is not None:
                then(tx, after)
            return after

        return await self._db.write(unit)


def _give_up(tx: Transaction, task: Task) -> None:
    reason = text(
        "It was begun {attempts} times and each time its worker ended without a word, "
        "perhaps for want of memory. Try again when the machine has less to do, or with fewer rungs.",
        attempts=task.attempts,
    )
    if store.fail(tx, task, reason):
        conclude(tx, task.video_id, TranscodeState.FAILED, reason, "worker_lost")


def _editable(principal: Principal, video: Video | None) -> Video:
    if video is None or not may_see(principal, video):
        raise NotFound(text("There is no such video, or it is not for you to see."))
    if not may_edit(principal, video):
        raise Forbidden(text("You may watch this video, but not work on it."))
    return video


def _there(transcode: Transcode | None) -> Transcode:
    if transcode is None:
        raise NotFound(text("This video has no transcode."))
    return transcode
