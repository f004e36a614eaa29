"""Chapters as people use them."""

from collections.abc import Callable, Sequence

from novacast import outbox
from novacast.database import Database, Transaction
from novacast.errors import Conflict
from novacast.i18n import text
from novacast.identity import Principal
from novacast.media.info import MediaInfo
from novacast.vods import store as videos
from novacast.vods.chapters import store
from novacast.vods.chapters.models import Chapter, Chapters, checked, found_in, of_file
from novacast.vods.models import Video
from novacast.vods.service import editable, seen


class VideoChapters:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def show(self, principal: Principal, video_id: str) -> Chapters:
        """Raises NotFound, Unauthenticated where logging in would help."""
        async with self._db.snapshot() as view:
            found = await view.one(videos.by_id(video_id))
            video = seen(principal, found)
            items = await view.all(store.of_video(video_id))
            typed = await view.one(store.typed(video_id))
        return Chapters(video_id, tuple(items), bool(typed), video.duration)

    async def write(self, principal: Principal, video_id: str, chapters: Sequence[Chapter]) -> Chapters:
        """All of them, instead of what was there; none at all is a choice too. Raises InvalidInput, Forbidden."""
        return await self._write(principal, video_id, lambda video: checked(chapters, video.duration))

    async def take_described(self, principal: Principal, video_id: str) -> Chapters:
        """Those that the description lists. Raises Conflict where it lists none."""

        def listed(video: Video) -> Sequence[Chapter]:
            chapters = found_in(video.description, video.duration)
            if not chapters:
                raise Conflict(text("No lines of the description begin with times of this video."))
            return chapters

        return await self._write(principal, video_id, listed)

    def planned(self, tx: Transaction, video: Video, info: MediaInfo) -> None:
        """Those that the file brings, unless somebody typed some. Fits the transcode's `Learns`."""
        if not tx.one(store.typed(video.id)):
            store.replace(tx, video.id, of_file(info.chapters, info.duration))

    async def _write(
        self, principal: Principal, video_id: str, wanted: Callable[[Video], Sequence[Chapter]]
    ) -> Chapters:
        def unit(tx: Transaction) -> Chapters:
            video = editable(principal, tx.one(videos.by_id(video_id)))
            items = tuple(wanted(video))
            store.replace(tx, video_id, items)
            store.mark_typed(tx, video_id)
            outbox.emit(tx, "video.chapters", video_id, outbox.org(video.org_id), chapters=len(items))
            return Chapters(video_id, items, True, video.duration)

        return await self._db.write(unit)
