"""Downloads as people use them: see what there is, have it made, take it; and who may."""

from collections.abc import Sequence
from pathlib import Path

from novacast import outbox
from novacast.database import Database, Then, Transaction
from novacast.errors import Conflict, Forbidden, NotFound
from novacast.i18n import text
from novacast.identity import Principal
from novacast.jobs import LOW, JobQueue
from novacast.records import dataclass
from novacast.vods import store as videos
from novacast.vods.downloads import store
from novacast.vods.downloads.models import (
    JOB,
    ORIGINAL,
    SOURCE,
    Allowed,
    File,
    Item,
    Offer,
    State,
    file_name,
    may_take,
    plain,
    title_name,
)
from novacast.vods.folders import MediaFolders, whole
from novacast.vods.models import Rung, Video, may_edit
from novacast.vods.service import editable, seen


@dataclass(frozen=True, slots=True)
class Taken:
    path: Path
    name: str
    """For the one who takes it."""


class Downloads:
    def __init__(self, db: Database, folders: MediaFolders, queue: JobQueue) -> None:
        self._db = db
        self._folders = folders
        self._queue = queue

    async def show(self, principal: Principal, video_id: str) -> Offer:
        """Raises NotFound, Unauthenticated for what can't be seen; who may see but not take is told so."""
        async with self._db.snapshot() as view:
            found = await view.one(videos.by_id(video_id))
            video = seen(principal, found)
            allowed, taken = await view.one(store.permission(video_id)) or (Allowed.NOBODY, 0)
            rungs = [rung for rung in await view.all(videos.rungs(video_id)) if rung.published]
            files = {one.rung: one for one in await view.all(store.files(video_id))}
        permitted = may_take(principal, video, allowed)
        if not permitted:
            return Offer(video, allowed, False, (), taken)
        original = await whole(self._folders.original, video_id)
        first = [Item(ORIGINAL, video.width, video.height, State.READY, video.source_bytes, None)]
        sources = await whole(self._sources, video_id) if may_edit(principal, video) else ()
        items = [*(first if original is not None else ()), *sources, *_items(video, rungs, files)]
        return Offer(video, allowed, True, items, taken)

    async def allow(self, principal: Principal, video_id: str, allowed: Allowed) -> Offer:
        def unit(tx: Transaction) -> None:
            video = editable(principal, tx.one(videos.by_id(video_id)))
            store.allow(tx, video_id, allowed)
            outbox.emit(tx, "video.downloads", video_id, outbox.org(video.org_id), allowed=allowed.value)

        await self._db.write(unit)
        return await self.show(principal, video_id)

    async def prepare(self, principal: Principal, video_id: str, rung: str, then: Then[Item] | None = None) -> Item:
        """Have a rung made into a file, unless it is one or about to be. Raises Forbidden, NotFound."""

        def unit(tx: Transaction) -> Item:
            video = self._permitted(tx, principal, video_id)
            found, edition = self._rung(tx, video, rung)
            there = tx.one(store.file(video_id, rung))
            if there is None or there.edition != edition or there.state is State.FAILED:
                store.want(tx, video_id, rung, edition)
                self._queue.enqueue_after(tx, JOB, video_id, priority=LOW, long=True)
            now = tx.one(store.file(video_id, rung))
            assert now is not None
            (item,) = _items(video, [found], {rung: now})
            if then is not None:
                then(tx, item)
            return item

        return await self._db.write(unit)

    async def take(self, principal: Principal, video_id: str, name: str, *, begins: bool) -> Taken:
        """The file. `begins`: from its beginning, which is counted. Raises Forbidden, NotFound, Conflict."""

        if (asked := SOURCE.fullmatch(name)) is not None:
            return await self._source(principal, video_id, int(asked[1]))

        def unit(tx: Transaction) -> tuple[Video, File | None]:
            video = self._permitted(tx, principal, video_id)
            there = None if name == ORIGINAL else tx.one(store.file(video_id, name))
            if name != ORIGINAL:
                if there is None or there.edition != video.edition:
                    self._rung(tx, video, name)
                    raise Conflict(text("This file has to be prepared first."))
                if there.state is not State.READY:
                    raise Conflict(text("This file is not ready yet."))
                store.used(tx, video_id, name)
            if begins:
                store.count(tx, video_id)
            return video, there

        video, there = await self._db.write(unit)
        if there is None:
            original = await whole(self._folders.original, video_id)
            if original is None:
                raise NotFound(text("The original of this video is not kept any more."))
            return Taken(original, plain(video.source_name) or original.name)
        path = self._folders.video(video_id) / "downloads" / file_name(there.edition, there.rung)
        if not await whole(path.is_file):
            await self._db.write(lambda tx: store.forget(tx, there))
            raise Conflict(text("This file has to be prepared first."))
        return Taken(path, title_name(video.title, there.rung))

    async def _source(self, principal: Principal, video_id: str, number: int) -> Taken:
        found = await self._db.one(videos.by_id(video_id))
        video = editable(principal, found)
        lying = await whole(self._folders.sources, video_id)
        if number > len(lying):
            raise NotFound(text("There is no such file of this video."))
        path = lying[number - 1]
        return Taken(path, f"{plain(video.title) or 'Video'} {path.name}")

    def _sources(self, video_id: str) -> list[Item]:
        """Blocking."""
        return [
            Item(f"source-{number}", None, None, State.READY, path.stat().st_size, None)
            for number, path in enumerate(self._folders.sources(video_id), start=1)
        ]

    def _rung(self, tx: Transaction, video: Video, name: str) -> tuple[Rung, str]:
        """One that can be taken, and the edition it is of. Raises NotFound."""
        for one in tx.all(videos.rungs(video.id)):
            if one.published and one.name == name and video.edition is not None:
                return one, video.edition
        raise NotFound(text("This video has no such rung to take, or not yet."))

    def _permitted(self, tx: Transaction, principal: Principal, video_id: str) -> Video:
        video = seen(principal, tx.one(videos.by_id(video_id)))
        allowed, _ = tx.one(store.permission(video_id)) or (Allowed.NOBODY, 0)
        if not may_take(principal, video, allowed):
            raise Forbidden(text("This video may be watched, but not downloaded."))
        return video


def _items(video: Video, rungs: Sequence[Rung], files: dict[str, File]) -> list[Item]:
    items = []
    for rung in rungs:
        there = files.get(rung.name)
        if there is None or there.edition != video.edition:
            items.append(Item(rung.name, rung.width, rung.height, State.NONE, rung.bytes, None))
        else:
            size = there.bytes or rung.bytes
            items.append(Item(rung.name, rung.width, rung.height, there.state, size, there.reason))
    return items
