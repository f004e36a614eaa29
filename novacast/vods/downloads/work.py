"""The job that makes files to be downloaded, and the sweep that removes those nobody wants any more."""

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path

from novacast import outbox
from novacast.clock import Clock
from novacast.database import Database, Transaction
from novacast.errors import DiskFull, NovaCastError
from novacast.i18n import text
from novacast.identity import new_id
from novacast.jobs import LOW, JobQueue
from novacast.media.ffmpeg import FindFFmpeg
from novacast.media.remux import make_file
from novacast.vods import store as videos
from novacast.vods.downloads import store
from novacast.vods.downloads.models import JOB, KEPT, File, file_name
from novacast.vods.folders import MediaFolders, put, whole
from novacast.vods.models import Video

log = logging.getLogger(__name__)


class DownloadWork:
    def __init__(
        self,
        db: Database,
        folders: MediaFolders,
        queue: JobQueue,
        clock: Clock,
        reserve: int,
        find_ffmpeg: FindFFmpeg,
    ) -> None:
        """`reserve`: bytes of disk that are left alone."""
        self._db = db
        self._folders = folders
        self._queue = queue
        self._clock = clock
        self._reserve = reserve
        self._find_ffmpeg = find_ffmpeg

    async def run(self, video_id: str) -> None:
        """The job: all files of a video that are wanted. Harmless to repeat."""
        for wanted in await self._db.all(store.wanted(video_id)):
            video = await self._db.one(videos.by_id(video_id))
            if video is None:
                return
            try:
                size = await self._make(video, wanted)
            except (NovaCastError, OSError) as error:
                log.warning("%s of %s could not be made into a file: %s", wanted.rung, video_id, error)
                await self._failed(wanted, error)
            else:
                await self._db.write(lambda tx, made=wanted, size=size: _made(tx, made, size))  # type: ignore[misc]  # defaults bind the loop's values

    async def sweep(self) -> None:
        """Wake what lost its wake-up; remove what nobody fetched lately, and what belongs to no row."""

        def unit(tx: Transaction) -> Sequence[File]:
            for video_id in store.forgotten(tx):
                self._queue.enqueue_after(tx, JOB, video_id, priority=LOW, long=True)
            return store.stale(tx, self._clock.now() - KEPT)

        for gone in await self._db.write(unit):
            path = self._folders.video(gone.video_id) / "downloads" / file_name(gone.edition, gone.rung)
            await whole(path.unlink, missing_ok=True)

    async def _make(self, video: Video, wanted: File) -> int:
        """Its size."""
        if video.edition != wanted.edition:
            raise NovaCastError(text("The video was replaced meanwhile. Have the file prepared again."))
        rungs = {rung.name: rung.bytes or 0 for rung in await self._db.all(videos.rungs(video.id))}
        # Twice: the index is moved to the front of the file when it is whole, and sounds come on top.
        if await asyncio.to_thread(self._folders.free) - self._reserve < 2 * rungs.get(wanted.rung, 0):
            raise DiskFull(
                text("There is no room on the disk for this file. Ask whoever runs this server to free some.")
            )
        folder = await whole(self._folders.kept, video.id, "downloads")
        target = folder / file_name(wanted.edition, wanted.rung)
        await whole(_clear, folder, target, wanted.rung)
        unfinished = folder / f".{target.stem}-{new_id()}.mp4"
        edition = self._folders.edition(video.id, wanted.edition)
        try:
            await make_file(await self._find_ffmpeg(), edition, wanted.rung, unfinished, title=video.title)
            await whole(put, unfinished, target)
            return target.stat().st_size
        finally:
            await whole(unfinished.unlink, missing_ok=True)

    async def _failed(self, wanted: File, error: Exception) -> None:
        told = error.message if isinstance(error, NovaCastError) else text("The file could not be written.")
        await self._db.write(lambda tx: store.failed(tx, wanted, told))


def _made(tx: Transaction, made: File, size: int) -> None:
    video = tx.one(videos.by_id(made.video_id))
    if video is not None and store.ready(tx, made, size):
        outbox.emit(tx, "video.download", video.id, outbox.org(video.org_id), rung=made.rung)


def _clear(folder: Path, target: Path, rung: str) -> None:
    """What a killed attempt left, and files of the rung in other editions."""
    others = [one for one in folder.glob(f"*-{rung}.mp4") if one != target]
    for left in (*folder.glob(f".{target.stem}-*"), *others):
        left.unlink(missing_ok=True)
