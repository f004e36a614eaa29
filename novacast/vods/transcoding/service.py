"""Transcodes as people and sweeps see them: how far, cancel, retry, and what was left lying by a crash."""

import asyncio
from collections.abc import Callable

from novacast import outbox
from novacast.clock import SECOND
from novacast.database import Database, Then, Transaction
from novacast.errors import Conflict, Forbidden, NotFound
from novacast.identity import Principal
from novacast.jobs import JobQueue
from novacast.vods import store as videos
from novacast.vods.folders import MediaFolders
from novacast.vods.models import Video, VideoState, may_edit, may_see
from novacast.vods.transcoding import store
from novacast.vods.transcoding.models import JOB, Transcode, TranscodeState


class Transcoding:
    def __init__(self, db: Database, queue: JobQueue, folders: MediaFolders) -> None:
        self._db = db
        self._queue = queue
        self._folders = folders

    async def show(self, principal: Principal, video_id: str) -> Transcode:
        async with self._db.snapshot() as view:
            video = await view.one(videos.by_id(video_id))
            transcode = await view.one(store.by_video(video_id))
        _editable(principal, video)
        return _there(transcode)

    async def cancel(self, principal: Principal, video_id: str, then: Then[Transcode] | None = None) -> Transcode:
        """A waiting one is cancelled at once, a running one within a second. Raises Conflict if it has ended."""

        def unit(tx: Transaction, video: Video, transcode: Transcode) -> None:
            if transcode.state is TranscodeState.QUEUED and store.cancel_queued(tx, video_id):
                fail_video(tx, video, TranscodeState.CANCELLED, None, None)
            elif transcode.state is TranscodeState.RUNNING:
                store.ask_to_cancel(tx, video_id)
            elif transcode.state is not TranscodeState.CANCELLED:
                raise Conflict(f"This transcode has ended already ({transcode.state}); there is nothing to cancel.")

        return await self._change(principal, video_id, unit, then)

    async def retry(self, principal: Principal, video_id: str, then: Then[Transcode] | None = None) -> Transcode:
        """From the beginning, if it failed or was cancelled. Raises Conflict otherwise."""

        def unit(tx: Transaction, video: Video, transcode: Transcode) -> None:
            if transcode.state not in {TranscodeState.FAILED, TranscodeState.CANCELLED}:
                raise Conflict(f"This transcode is {transcode.state}; only a failed or cancelled one is tried again.")
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
            for transcode in tx.all(store.exhausted(tx.now)):
                _give_up(tx, transcode)
            for video_id in store.forgotten(tx):
                self._queue.enqueue_after(tx, JOB, video_id, long=True)
            for video_id, free_at in tx.all(store.abandoned(tx.now)):
                delay = max(0, free_at - tx.now) / SECOND + 0.1
                self._queue.enqueue_after(tx, JOB, video_id, delay=delay, long=True)

        await self._db.write(unit)
        # Folders are listed before the rows are read: one that begins in between is not in the list.
        unfinished = await asyncio.to_thread(self._folders.unfinished)
        running = set(await self._db.all(store.workers()))
        for video_id, edition in unfinished:
            if edition not in running:
                await asyncio.to_thread(self._folders.discard_making, video_id, edition)

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


def fail_video(tx: Transaction, video: Video, state: TranscodeState, reason: str | None, code: str | None) -> None:
    """What the end of a transcode that did not succeed means for its video; one that can be watched stays so."""
    videos.drop_unpublished_rungs(tx, video.id)
    if video.state is not VideoState.READY:
        videos.change(tx, video.id, {"state": VideoState.FAILED.value})
    topic = "video.cancelled" if state is TranscodeState.CANCELLED else "video.failed"
    outbox.emit(tx, topic, video.id, outbox.org(video.org_id), reason=reason, code=code)


def _give_up(tx: Transaction, transcode: Transcode) -> None:
    reason = (
        f"It was begun {transcode.attempts} times and each time its worker ended without a word, "
        "perhaps for want of memory. Try again when the machine has less to do, or with fewer rungs."
    )
    video = tx.one(videos.by_id(transcode.video_id))
    assert video is not None
    assert transcode.worker is not None
    if store.end(tx, video.id, transcode.worker, TranscodeState.FAILED, reason, "worker_lost"):
        fail_video(tx, video, TranscodeState.FAILED, reason, "worker_lost")


def _editable(principal: Principal, video: Video | None) -> Video:
    if video is None or not may_see(principal, video):
        raise NotFound("There is no such video, or it is not for you to see.")
    if not may_edit(principal, video):
        raise Forbidden("You may watch this video, but not work on it.")
    return video


def _there(transcode: Transcode | None) -> Transcode:
    if transcode is None:
        raise NotFound("This video has no transcode.")
    return transcode
