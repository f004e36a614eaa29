"""Pictures as makers use them: look, take, bring, choose, remove."""

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from novacast import outbox
from novacast.database import Database, Then, Transaction
from novacast.errors import Conflict, InvalidInput, NotFound, UnsupportedMedia
from novacast.i18n import text
from novacast.identity import Principal, new_id
from novacast.jobs import JobQueue
from novacast.media.frames import BEGINNING, still_kind
from novacast.outbox import Event
from novacast.records import dataclass
from novacast.vods import store as videos
from novacast.vods.folders import MediaFolders, link, room, whole
from novacast.vods.models import Video, VideoState
from novacast.vods.pictures import store
from novacast.vods.pictures.models import CHOSEN, JOB, MOST, SHARES, Kind, Picture, State, file_name, raw_name
from novacast.vods.ports import Weighs
from novacast.vods.service import editable


@dataclass(frozen=True, slots=True)
class Gallery:
    video: Video
    items: Sequence[Picture]

    @property
    def waiting(self) -> bool:
        return any(one.state is State.WANTED for one in self.items)


class Pictures:
    def __init__(self, db: Database, folders: MediaFolders, queue: JobQueue, weights: Weighs | None = None) -> None:
        self._db = db
        self._folders = folders
        self._queue = queue
        self._weights = weights

    async def show(self, principal: Principal, video_id: str) -> Gallery:
        """Raises NotFound, Forbidden: pictures that were not chosen are for those who choose."""
        async with self._db.snapshot() as view:
            found = await view.one(videos.by_id(video_id))
            video = editable(principal, found)
            return Gallery(video, await view.all(store.of_video(video_id)))

    async def file(self, principal: Principal, video_id: str, picture_id: str) -> Path:
        """Raises NotFound, also for one that is not ready."""
        gallery = await self.show(principal, video_id)
        if not any(one.id == picture_id and one.state is State.READY for one in gallery.items):
            raise _missing()
        return self._folders.video(video_id) / "pictures" / file_name(picture_id)

    async def take(
        self, principal: Principal, video_id: str, at: int, *, choose: bool, then: Then[Picture] | None = None
    ) -> Picture:
        """The frame at `at` microseconds, made by a job. Raises InvalidInput, Conflict."""

        def unit(tx: Transaction) -> Picture:
            video = editable(principal, tx.one(videos.by_id(video_id)))
            if video.state is not VideoState.READY or video.width is None:
                raise Conflict(text("There are no frames to take a picture of, or not yet."))
            if not 0 <= at <= (video.duration or 0):
                raise InvalidInput.field("seconds", text("The video is over before that."), "out_of_range")
            return self._added(tx, video_id, Kind.FRAME, at, new_id(), choose=choose, then=then)

        return await self._db.write(unit)

    async def propose(self, principal: Principal, video_id: str) -> None:
        """Three to choose from, instead of those proposed before. Raises Conflict where there is nothing to see."""

        def unit(tx: Transaction) -> Sequence[str]:
            video = editable(principal, tx.one(videos.by_id(video_id)))
            if video.state is not VideoState.READY or video.width is None:
                raise Conflict(text("There are no frames to take a picture of, or not yet."))
            return self._propose(tx, video_id)

        for picture_id in await self._db.write(unit):
            await whole(self.discard, video_id, picture_id)

    async def bring(
        self, principal: Principal, video_id: str, chunks: AsyncIterator[bytes], *, choose: bool
    ) -> Picture:
        """A picture file, made safe by a job. Raises UnsupportedMedia, Conflict, and what `chunks` raises."""
        gallery = await self.show(principal, video_id)
        _check_count(gallery.items)
        picture_id = new_id()
        folder = await whole(self._folders.kept, video_id, "pictures")
        raw = folder / raw_name(picture_id)
        try:
            await _received(raw, chunks)

            def unit(tx: Transaction) -> Picture:
                editable(principal, tx.one(videos.by_id(video_id)))
                return self._added(tx, video_id, Kind.BROUGHT, None, picture_id, choose=choose)

            return await self._db.write(unit)
        except BaseException:
            await whole(lambda: raw.unlink(missing_ok=True))
            raise

    async def choose(self, principal: Principal, video_id: str, picture_id: str | None) -> Gallery:
        """None: the transcode's own again. Raises NotFound, Conflict for one that is not ready."""
        gallery = await self.show(principal, video_id)
        if picture_id is not None:
            await whole(self.link, gallery.video, picture_id)

        def unit(tx: Transaction) -> Gallery:
            video = editable(principal, tx.one(videos.by_id(video_id)))
            store.choose_no_other(tx, video_id)
            if picture_id is not None and _there(tx.one(store.named(video_id, picture_id))).state is not State.READY:
                raise Conflict(text("This picture is not ready yet, or could not be made."))
            self.chosen(tx, video, picture_id)
            after = tx.one(videos.by_id(video_id))
            assert after is not None
            return Gallery(after, tx.all(store.of_video(video_id)))

        return await self._db.write(unit)

    async def remove(self, principal: Principal, video_id: str, picture_id: str) -> None:
        def unit(tx: Transaction) -> None:
            video = editable(principal, tx.one(videos.by_id(video_id)))
            _there(tx.one(store.named(video_id, picture_id)))
            if video.poster == picture_id:
                self.chosen(tx, video, None)
            store.remove(tx, picture_id)

        await self._db.write(unit)
        await whole(self.discard, video_id, picture_id)
        if self._weights is not None:
            await self._weights.weigh(video_id)

    def chosen(self, tx: Transaction, video: Video, picture_id: str | None) -> None:
        videos.change(tx, video.id, {"poster": picture_id})
        outbox.emit(tx, "video.poster", video.id, outbox.org(video.org_id), picture=picture_id)

    def tell(self, tx: Transaction, video: Video) -> None:
        """That the list of pictures is another."""
        outbox.emit(tx, "video.pictures", video.id, outbox.org(video.org_id))

    def discard(self, video_id: str, picture_id: str) -> None:
        """Blocking. The files of a picture that has no row any more."""
        folder = self._folders.video(video_id) / "pictures"
        for name in (file_name(picture_id), raw_name(picture_id)):
            (folder / name).unlink(missing_ok=True)

    async def hear(self, event: Event) -> None:
        """A durable subscriber: a published edition gets what was chosen, and pictures are proposed anew."""
        if event.topic != "video.published":
            return
        video_id = event.subject
        gone = await self._db.write(lambda tx: self._propose(tx, video_id))
        for picture_id in gone:
            await whole(self.discard, video_id, picture_id)
        video = await self._db.one(videos.by_id(video_id))
        if video is not None and video.poster is not None:
            await whole(self.link, video, video.poster)

    def place(self, video: Video, folder: Path) -> None:
        """Blocking. The chosen picture into an edition's folder. Fits the transcode's `Keeps`."""
        if video.poster is None:
            return
        target = folder / (CHOSEN % video.poster)
        source = self._folders.video(video.id) / "pictures" / file_name(video.poster)
        with suppress(FileNotFoundError):
            if not target.exists():
                link(source, target)

    def link(self, video: Video, picture_id: str) -> None:
        """Blocking. The picture into the edition that is watched."""
        if video.edition is not None:
            source = self._folders.video(video.id) / "pictures" / file_name(picture_id)
            with suppress(FileNotFoundError):
                link(source, self._folders.edition(video.id, video.edition) / (CHOSEN % picture_id))

    def _propose(self, tx: Transaction, video_id: str) -> Sequence[str]:
        """Ids of those of an earlier edition that nobody chose: they are gone."""
        video = tx.one(videos.by_id(video_id))
        if video is None or video.width is None or not video.duration:
            return ()
        there = tx.all(store.of_video(video_id))
        gone = [one.id for one in there if one.kind is Kind.PROPOSED and one.id != video.poster]
        for picture_id in gone:
            store.remove(tx, picture_id)
        for share in SHARES:
            store.add(tx, video_id, Kind.PROPOSED, int(video.duration * share), choose=False)
        self._queue.enqueue_after(tx, JOB, video_id, long=True)
        return gone

    def _added(
        self,
        tx: Transaction,
        video_id: str,
        kind: Kind,
        at: int | None,
        picture_id: str,
        *,
        choose: bool,
        then: Then[Picture] | None = None,
    ) -> Picture:
        _check_count(tx.all(store.of_video(video_id)))
        if choose:
            store.choose_no_other(tx, video_id)
        store.add(tx, video_id, kind, at, choose=choose, id=picture_id)
        self._queue.enqueue_after(tx, JOB, video_id, long=True)
        added = _there(tx.one(store.named(video_id, picture_id)))
        if then is not None:
            then(tx, added)
        return added


def _fresh(raw: Path) -> BinaryIO:
    """Nobody else may read it, from its first byte on."""
    return os.fdopen(os.open(raw, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb")


async def _received(raw: Path, chunks: AsyncIterator[bytes]) -> None:
    """A picture is small: it is written as it comes, and looked at once its beginning is there."""
    head = b""
    file = await whole(_fresh, raw)
    try:
        async for chunk in chunks:
            if len(head) < BEGINNING:
                head += chunk[:BEGINNING]
                if len(head) >= BEGINNING:
                    still_kind(head)
            with room(raw.parent):
                await whole(file.write, chunk)
        if len(head) < BEGINNING:
            raise UnsupportedMedia(text("This is no picture that is taken here. Bring a JPEG, PNG or WebP file."))
    finally:
        await whole(file.close)


def _check_count(items: Sequence[Picture]) -> None:
    if sum(one.kind is not Kind.PROPOSED for one in items) >= MOST:
        raise Conflict(text("This video has {most} pictures already. Remove one first.", most=MOST))


def _there(picture: Picture | None) -> Picture:
    if picture is None:
        raise _missing()
    return picture


def _missing() -> NotFound:
    return NotFound(text("There is no such picture of this video."))
