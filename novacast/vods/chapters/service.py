"""Chapters as people use them."""

from collections.abc import Callable, Sequence

from novacast import outbox
from novacast.database import Database, Transaction
from novacast.errors import Conflict, PreconditionFailed
from novacast.i18n import text
from novacast.identity import Principal
from novacast.media.info import MediaInfo
from novacast.vods import store as videos
from novacast.vods.chapters import store
from novacast.vods.chapters.models import Chapter, Chapters, State, checked, found_in, of_file
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
            state = await view.one(store.state(video_id))
        return Chapters(video_id, tuple(items), state or State(), video.duration)

    async def write(
        self, principal: Principal, video_id: str, chapters: Sequence[Chapter], based_on: int | None = None
    ) -> Chapters:
        """All of them, instead of what was there; none at all is a choice too. Raises InvalidInput, Forbidden;
        PreconditionFailed if there is another revision than `based_on`, unless it is the very same. None: whatever
        there is.
        """
        return await self._write(principal, video_id, lambda video: checked(chapters, video.duration), based_on)

    async def take_described(self, principal: Principal, video_id: str, based_on: int | None = None) -> Chapters:
        """Those that the description lists. Raises Conflict where it lists none, and as `write` does."""

        def listed(video: Video) -> Sequence[Chapter]:
            chapters = found_in(video.description, video.duration)
            if not chapters:
                raise Conflict(text("No lines of the description begin with times of this video."))
            return chapters

        return await self._write(principal, video_id, listed, based_on)

    def planned(self, tx: Transaction, video: Video, info: MediaInfo) -> None:
        """Those that the file brings, unless somebody typed some. Fits the transcode's `Learns`."""
        state, items = tx.one(store.state(video.id)) or State(), of_file(info.chapters, info.duration)
        if not state.typed and list(items) != tx.all(store.of_video(video.id)):
            store.replace(tx, video.id, items, typed=False)

    async def _write(
        self,
        principal: Principal,
        video_id: str,
        wanted: Callable[[Video], Sequence[Chapter]],
        based_on: int | None,
    ) -> Chapters:
        def unit(tx: Transaction) -> Chapters:
            video = editable(principal, tx.one(videos.by_id(video_id)))
            items, before = tuple(wanted(video)), tx.one(store.state(video_id)) or State()
            same = list(items) == tx.all(store.of_video(video_id))
            if based_on not in (None, before.revision) and not same:
                raise PreconditionFailed(
                    text(
                        "Somebody else has saved these chapters since you opened them. Look at what they did, "
                        "then put in your changes again."
                    )
                )
            if not same or not before.typed:
                store.replace(tx, video_id, items, typed=True)
                outbox.emit(tx, "video.chapters", video_id, outbox.org(video.org_id), chapters=len(items))
            return Chapters(video_id, items, tx.one(store.state(video_id)) or State(), video.duration)

        return await self._db.write(unit)
