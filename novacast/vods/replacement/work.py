"""The job that makes a file that arrived the file of a video. Harmless to repeat, and to be killed anywhere.

First the file is looked at, while the video stays what it is: what is no video is refused. Then it takes the original's
place, and a transcode is queued whose edition replaces the old one as soon as it can be watched.
"""

import logging

from novacast import outbox
from novacast.database import Database, Transaction
from novacast.errors import MediaFailure
from novacast.i18n import text
from novacast.jobs import JobQueue
from novacast.media.probe import ProbeBounds, probe
from novacast.settings import Transcode as Settings
from novacast.vods import store as videos
from novacast.vods.folders import MediaFolders, whole
from novacast.vods.models import VideoState
from novacast.vods.replacement import store
from novacast.vods.replacement.models import JOB, Replacement
from novacast.vods.transcoding import store as transcodes
from novacast.vods.transcoding.endings import conclude
from novacast.vods.transcoding.models import JOB as TRANSCODE
from novacast.vods.transcoding.models import LIVE, TranscodeState

log = logging.getLogger(__name__)

AGAIN_SECONDS = 1.0
"""How long a transcode of the old file gets to end before it is looked at again."""


class ReplacementWork:
    def __init__(self, db: Database, folders: MediaFolders, queue: JobQueue, settings: Settings) -> None:
        self._db = db
        self._folders = folders
        self._queue = queue
        self._settings = settings

    async def run(self, video_id: str) -> None:
        """The job."""
        waiting = await self._db.one(store.of_video(video_id))
        if waiting is None or waiting.reason is not None:
            return
        arrival = self._folders.arrival(waiting.upload_id)
        if await whole(arrival.exists):
            try:
                await probe(arrival, ProbeBounds(pixels=self._settings.max_pixels, hours=self._settings.max_hours))
            except MediaFailure as error:
                await self._refuse(waiting, error.message)
                await whole(lambda: arrival.unlink(missing_ok=True))
                return
        if not await self._db.write(lambda tx: self._at_rest(tx, waiting)):
            return
        name = waiting.source_name
        if await whole(self._folders.replace_original, video_id, waiting.upload_id, name):
            await self._db.write(lambda tx: self._replaced(tx, waiting))
            if await self._db.one(videos.by_id(video_id)) is None:
                # Deleted meanwhile: what removed its files may have come before this one.
                await whole(self._folders.remove, video_id)
        else:
            await self._refuse(waiting, text("The uploaded file is missing on the server's disk. Upload it again."))

    async def sweep(self) -> None:
        """Wake what lost its wake-up."""

        def unit(tx: Transaction) -> None:
            for video_id in store.forgotten(tx):
                self._queue.enqueue_after(tx, JOB, video_id, long=True)

        await self._db.write(unit)

    def _at_rest(self, tx: Transaction, waiting: Replacement) -> bool:
        """Whether nothing is made of the old file any more; else that is ended, and this job comes again. False also
        where the file has its place already: what runs then is its own transcode."""
        video_id = waiting.video_id
        now = tx.one(store.of_video(video_id))
        if now is None or now.upload_id != waiting.upload_id:
            return False
        transcode = tx.one(transcodes.by_video(video_id))
        if transcode is None or transcode.state not in LIVE:
            return True
        transcodes.ask_to_cancel(tx, video_id)
        if not tx.one(transcodes.at_work(video_id, tx.now)):
            conclude(tx, video_id, TranscodeState.CANCELLED, None, None)
            return True
        self._queue.enqueue_after(tx, JOB, video_id, delay=AGAIN_SECONDS, long=True)
        return False

    def _replaced(self, tx: Transaction, waiting: Replacement) -> None:
        video = tx.one(videos.by_id(waiting.video_id))
        now = tx.one(store.of_video(waiting.video_id))
        if video is None or now is None or now.upload_id != waiting.upload_id:
            return
        store.remove(tx, video.id)
        columns: dict[str, object] = {"source_name": waiting.source_name, "source_bytes": waiting.source_bytes}
        if video.state is VideoState.FAILED:
            columns["state"] = VideoState.PROCESSING.value
        videos.change(tx, video.id, columns)
        # Nothing of the old file's is worth keeping but the edition that is watched, which the video's row names.
        transcodes.forget(tx, video.id)
        transcodes.queue(tx, video.id)
        outbox.emit(tx, "video.replaced", video.id, outbox.org(video.org_id))
        self._queue.enqueue_after(tx, TRANSCODE, video.id, long=True)

    async def _refuse(self, waiting: Replacement, reason: str) -> None:
        def unit(tx: Transaction) -> None:
            video = tx.one(videos.by_id(waiting.video_id))
            if video is not None and store.refuse(tx, waiting, reason):
                outbox.emit(tx, "video.replacement_refused", video.id, outbox.org(video.org_id))

        await self._db.write(unit)
