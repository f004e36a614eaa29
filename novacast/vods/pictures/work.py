"""The job that makes the pictures somebody wants. Harmless to repeat."""

import logging
from pathlib import Path

from novacast.database import Database, Transaction
from novacast.errors import MediaFailure, NovaCastError
from novacast.i18n import text
from novacast.identity import new_id
from novacast.jobs import JobQueue
from novacast.media.ffmpeg import FindFFmpeg
from novacast.media.frames import make_brought, make_frame, make_rung_frame
from novacast.media.probe import probe
from novacast.vods import store as videos
from novacast.vods.folders import MediaFolders, put, whole
from novacast.vods.models import Video
from novacast.vods.pictures import store
from novacast.vods.pictures.models import JOB, Kind, Picture, file_name, raw_name
from novacast.vods.pictures.service import Pictures
from novacast.vods.ports import Weighs

log = logging.getLogger(__name__)


class PictureWork:
    def __init__(
        self,
        db: Database,
        folders: MediaFolders,
        queue: JobQueue,
        pictures: Pictures,
        find_ffmpeg: FindFFmpeg,
        weights: Weighs | None = None,
    ) -> None:
        self._db = db
        self._folders = folders
        self._queue = queue
        self._pictures = pictures
        self._find_ffmpeg = find_ffmpeg
        self._weights = weights

    async def run(self, video_id: str) -> None:
        """The job: all pictures of a video that are wanted."""
        try:
            await self._make_all(video_id)
        finally:
            if self._weights is not None:
                await self._weights.weigh(video_id)

    async def _make_all(self, video_id: str) -> None:
        for picture in await self._db.all(store.wanted(video_id)):
            video = await self._db.one(videos.by_id(video_id))
            if video is None:
                return
            try:
                await self._make(video, picture)
            except NovaCastError as error:
                log.warning("a picture of %s could not be made: %s", video_id, error)
                await self._fail(video, picture, error.message)

    async def sweep(self) -> None:
        """Wake what lost its wake-up."""

        def unit(tx: Transaction) -> None:
            for video_id in store.forgotten(tx):
                self._queue.enqueue_after(tx, JOB, video_id, long=True)

        await self._db.write(unit)

    async def _make(self, video: Video, picture: Picture) -> None:
        folder = await whole(self._folders.kept, video.id, "pictures")
        await whole(_clear, folder, picture.id)
        unfinished = folder / f".{picture.id}-{new_id()}.jpg"
        try:
            await self._draw(video, picture, unfinished)
            await whole(put, unfinished, folder / file_name(picture.id))
        finally:
            await whole(lambda: unfinished.unlink(missing_ok=True))
        if picture.choose:
            # Before anybody is told of it: an edition that comes later links it by itself.
            await whole(self._pictures.link, video, picture.id)
        if not await self._db.write(lambda tx: self._made(tx, video.id, picture.id)):
            await whole(self._pictures.discard, video.id, picture.id)
        await whole(lambda: (folder / raw_name(picture.id)).unlink(missing_ok=True))

    def _made(self, tx: Transaction, video_id: str, picture_id: str) -> bool:
        """False if it was removed meanwhile."""
        video, picture = tx.one(videos.by_id(video_id)), tx.one(store.named(video_id, picture_id))
        if video is None or picture is None:
            return False
        if store.ready(tx, picture_id):
            if picture.choose:
                store.choose_no_other(tx, video_id)
                self._pictures.chosen(tx, video, picture_id)
            self._pictures.tell(tx, video)
        return True

    async def _draw(self, video: Video, picture: Picture, target: Path) -> None:
        program = await self._find_ffmpeg()
        if picture.kind is Kind.BROUGHT:
            await make_brought(program, target.with_name(raw_name(picture.id)), target)
            return
        at = picture.at or 0
        source = await whole(self._folders.original, video.id)
        if source is not None:
            await make_frame(program, source, await probe(source), at, target)
            return
        rungs = [rung for rung in await self._db.all(videos.rungs(video.id)) if rung.published]
        if not rungs or video.edition is None:
            raise MediaFailure(text("Neither the original nor a rendition is there to take a picture of."))
        largest = max(rungs, key=lambda rung: rung.width * rung.height)
        await make_rung_frame(program, self._folders.edition(video.id, video.edition) / largest.name, at, target)

    async def _fail(self, video: Video, picture: Picture, reason: str) -> None:
        def unit(tx: Transaction) -> None:
            if store.failed(tx, picture.id, reason):
                self._pictures.tell(tx, video)

        await self._db.write(unit)
        raw = self._folders.video(video.id) / "pictures" / raw_name(picture.id)
        await whole(lambda: raw.unlink(missing_ok=True))


def _clear(folder: Path, picture_id: str) -> None:
    """What a killed attempt left."""
    for left in folder.glob(f".{picture_id}-*"):
        left.unlink(missing_ok=True)
