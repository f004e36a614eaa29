"""Better rungs for what was broadcast: what the encoder sent, or else the largest rung and its sounds, becomes a file,
and that the original of a transcode that takes its time. Its edition takes the place of the recorded one when all of it
is there, and not before.
"""

import asyncio
import logging
from pathlib import Path

from novacast import outbox
from novacast.clock import SECOND
from novacast.database import Database, Transaction
from novacast.errors import Conflict, DiskFull, NovaCastError
from novacast.i18n import text
from novacast.identity import Principal, new_id
from novacast.jobs import LOW, JobQueue
from novacast.media.commands import PLAYLIST
from novacast.media.ffmpeg import FindFFmpeg
from novacast.media.probe import probe
from novacast.media.remux import make_file, wrap_file
from novacast.vods import store as videos
from novacast.vods.folders import MediaFolders, put, whole
from novacast.vods.models import Rung, Video
from novacast.vods.recordings import store
from novacast.vods.service import editable
from novacast.vods.transcoding import store as transcodes
from novacast.vods.transcoding.models import JOB as TRANSCODE
from novacast.vods.transcoding.models import LIVE

log = logging.getLogger(__name__)

JOB = "vods.improve"
NEAR = 3 * SECOND
"""By how much what an encoder sent may be longer than what was shown of it: until it was on air."""


class Improving:
    def __init__(
        self, db: Database, folders: MediaFolders, queue: JobQueue, find_ffmpeg: FindFFmpeg, reserve: int
    ) -> None:
        self._db = db
        self._folders = folders
        self._queue = queue
        self._find_ffmpeg = find_ffmpeg
        self._reserve = reserve

    async def ask(self, principal: Principal, video_id: str) -> None:
        """Raises NotFound, Forbidden; Conflict for what was not broadcast, or is made anew already."""

        def unit(tx: Transaction) -> None:
            video = editable(principal, tx.one(videos.by_id(video_id)))
            if not _improvable(tx, video):
                raise Conflict(text("There is no recording of this video from which better renditions could be made."))
            want(tx, self._queue, video_id)

        await self._db.write(unit)

    async def run(self, video_id: str) -> None:
        """The job. Harmless to repeat."""
        video = await self._db.one(videos.by_id(video_id))
        if video is None or not await self._db.one(store.improving(video_id)):
            return
        try:
            await self._make(video)
        except NovaCastError as error:
            log.warning("no better rungs are made of %s: %s", video_id, error)
            await self._db.write(lambda tx: store.stop_improving(tx, video_id))

    async def sweep(self) -> None:
        """Wake what lost its wake-up."""

        def unit(tx: Transaction) -> None:
            for video_id in store.forgotten(tx):
                self._queue.enqueue_after(tx, JOB, video_id, priority=LOW, long=True)

        await self._db.write(unit)

    async def _make(self, video: Video) -> None:
        rungs = [rung for rung in await self._db.all(videos.rungs(video.id)) if rung.published]
        largest = max(rungs, key=lambda rung: (rung.width * rung.height, rung.bytes or 0), default=None)
        target = self._folders.video(video.id) / "original.mp4"
        if largest is not None and not await whole(target.exists):
            await self._write(video, largest, target)
        await self._db.write(lambda tx: self._made(tx, video.id, target))

    async def _write(self, video: Video, rung: Rung, target: Path) -> None:
        # The file and its index, and of the new edition about as much.
        if await asyncio.to_thread(self._folders.free) - self._reserve < 3 * (rung.bytes or 0):
            raise DiskFull(text("There is no room on the disk for better renditions."))
        assert video.edition is not None
        unfinished = target.with_name(f".improving-{new_id()}.mp4")
        for left in target.parent.glob(".improving-*"):
            await whole(left.unlink, missing_ok=True)
        try:
            edition = self._folders.edition(video.id, video.edition)
            if not await self._of_source(video, edition, unfinished):
                await make_file(await self._find_ffmpeg(), edition, rung.name, unfinished, title=video.title)
            await whole(put, unfinished, target)
        finally:
            await whole(unfinished.unlink, missing_ok=True)

    async def _of_source(self, video: Video, edition: Path, target: Path) -> bool:
        """Whether it could be made of what the encoder sent: where one sent all of it, nothing of that was hidden by
        the slate, and its times are those of the recording."""
        sources = await whole(self._folders.sources, video.id)
        if len(sources) != 1 or not await whole(_unbroken, edition):
            return False
        try:
            await wrap_file(await self._find_ffmpeg(), sources[0], target, title=video.title)
            info = await probe(target)
        except NovaCastError as error:
            log.warning("better rungs of %s are made of its largest one: %s", video.id, error)
            return False
        apart = abs((info.duration or 0) - (video.duration or 0))
        return info.video is not None and apart < NEAR

    def _made(self, tx: Transaction, video_id: str, target: Path) -> None:
        """The file is the original from now on; nothing where the video is another meanwhile."""
        video = tx.one(videos.by_id(video_id))
        store.stop_improving(tx, video_id)
        if video is None or not _improvable(tx, video):
            return
        videos.change(tx, video_id, {"source_name": f"{video_id}.mp4", "source_bytes": target.stat().st_size})
        transcodes.queue(tx, video_id)
        outbox.emit(tx, "video.queued", video_id, outbox.org(video.org_id))
        self._queue.enqueue_after(tx, TRANSCODE, video_id, priority=LOW, long=True)


def _unbroken(edition: Path) -> bool:
    """Blocking."""
    playlists = [path.read_text() for path in edition.glob(f"*/{PLAYLIST}")]
    return bool(playlists) and not any("#EXT-X-DISCONTINUITY\n" in one for one in playlists)


def want(tx: Transaction, queue: JobQueue, video_id: str) -> None:
    store.improve(tx, video_id)
    queue.enqueue_after(tx, JOB, video_id, priority=LOW, long=True)


def _improvable(tx: Transaction, video: Video) -> bool:
    """What is watched is what was recorded, and has a picture; nothing is made of it now."""
    transcode = tx.one(transcodes.by_video(video.id))
    at_rest = transcode is None or transcode.state not in LIVE
    return video.width is not None and at_rest and tx.one(store.edition(video.id)) == video.edition
