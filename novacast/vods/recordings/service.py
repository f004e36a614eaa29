"""The moment in which what was broadcast is a video: what is to be done is written down, the folder is moved, the rows
say so. Whoever is killed in between is followed by the sweep, which does the rest; all of it may be done again.
"""

import errno
import logging
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from novacast import outbox
from novacast.database import Database, Transaction
from novacast.durable import sync_folder
from novacast.errors import Conflict
from novacast.i18n import text
from novacast.identity import Principal, new_id
from novacast.jobs import JobQueue
from novacast.media.encode import CUES, MASTER
from novacast.records import dataclass
from novacast.vods import store as videos
from novacast.vods.chapters import store as chapters
from novacast.vods.chapters.models import of_file
from novacast.vods.folders import SOURCES, MediaFolders, room, whole
from novacast.vods.models import Draft, Video, VideoState, Visibility
from novacast.vods.pictures import store as pictures
from novacast.vods.pictures.models import JOB as PICTURES
from novacast.vods.pictures.models import Kind, file_name
from novacast.vods.pictures.service import Pictures
from novacast.vods.ports import Weighs
from novacast.vods.recordings import store
from novacast.vods.recordings.improving import want
from novacast.vods.recordings.models import Handover, Recording
from novacast.vods.service import seen

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """A recording that has become a video."""

    org_id: str
    title: str
    language: str
    visibility: str
    folder: Path


class Recordings:
    """Fits the port of live."""

    def __init__(
        self,
        db: Database,
        folders: MediaFolders,
        queue: JobQueue,
        shown: Pictures,
        weights: Weighs | None = None,
        *,
        improves: bool = False,
    ) -> None:
        """`improves`: every recording gets better rungs once it is a video."""
        self._db = db
        self._folders = folders
        self._queue = queue
        self._pictures = shown
        self._weights = weights
        self._improves = improves

    async def publish(self, recording: Recording, then: Callable[[Transaction], None] | None = None) -> None:
        """It is a video when this returns. Repeatable. `then` runs in the transaction from which on it will be one.

        Raises DiskFull where the folder has to be copied to another disk and does not fit; it stays where it is then,
        and the sweep tries again.
        """
        wanted = Handover.of(recording, new_id(), new_id())

        def unit(tx: Transaction) -> bool:
            if tx.one(videos.by_id(recording.id)) is not None:
                return False
            store.arrive(tx, wanted)
            if then is not None:
                then(tx)
            return True

        if await self._db.write(unit):
            await self._finish(recording.id)

    async def sweep(self) -> None:
        """Finish what was interrupted. One that fails holds up no other."""
        for video_id in await self._db.all(store.all_arriving()):
            try:
                await self._finish(video_id)
            except Exception:
                log.exception("the recording %s is no video yet; tried again later", video_id)

    async def folder(self, video_id: str) -> Path | None:
        """Where what was recorded lies, with its journal; None of a video that was not broadcast, or is made anew."""
        async with self._db.snapshot() as view:
            edition = await view.one(store.edition(video_id))
            video = await view.one(videos.by_id(video_id))
        if edition is None or video is None or video.edition != edition:
            return None
        return self._folders.edition(video_id, edition)

    async def watched(self, principal: Principal, video_id: str) -> Kept:
        """What became a video, for whom may watch it. Raises NotFound, Unauthenticated; Conflict where its segments are
        not what was recorded any more."""
        async with self._db.snapshot() as view:
            found = await view.one(videos.by_id(video_id))
            video = seen(principal, found)
            edition = await view.one(store.edition(video_id))
        if edition is None or video.edition != edition:
            raise Conflict(text("This video was not broadcast, or it was made anew since: it can't be cut any more."))
        folder = self._folders.edition(video_id, edition)
        return Kept(video.org_id, video.title, video.language, video.visibility.value, folder)

    async def _finish(self, video_id: str) -> None:
        one = await self._db.one(store.arriving(video_id))
        if one is None:
            return
        if not await whole(self._place, one):
            log.error("the files of the recording %s are gone", video_id)
            await self._db.write(lambda tx: store.forget(tx, video_id))
            return
        edition = self._folders.edition(video_id, one.edition)
        drawn = await whole((edition / CUES).is_file)
        brought = one.poster is not None and await whole(self._bring, one)
        video = await self._db.write(lambda tx: self._published(tx, one, drawn=drawn, brought=brought))
        if video is not None and video.poster is not None:
            await whole(self._pictures.link, video, video.poster)
        if self._weights is not None:
            await self._weights.weigh(video_id)

    def _place(self, one: Handover) -> bool:
        """Blocking. False where there is nothing to be moved, or was."""
        target = self._folders.edition(one.video_id, one.edition)
        if target.exists():
            self._apart(target)
            return (target / MASTER).is_file()
        if not (one.folder / MASTER).is_file():
            return False
        with room(self._folders.data.media):
            target.parent.mkdir(mode=0o700, exist_ok=True)
            _move(one.folder, target)
            sync_folder(target.parent)
            sync_folder(self._folders.data.media)
        self._apart(target)
        return True

    @staticmethod
    def _apart(edition: Path) -> None:
        """Blocking. What encoders sent outlives what was made of it. Repeatable."""
        if (edition / SOURCES).is_dir() and not (edition.parent / SOURCES).exists():
            (edition / SOURCES).rename(edition.parent / SOURCES)
            sync_folder(edition.parent)

    def _bring(self, one: Handover) -> bool:
        """Blocking. The poster that goes with it, to where pictures lie."""
        assert one.poster is not None
        place = self._folders.kept(one.video_id, "pictures") / file_name(one.picture_id)
        try:
            with room(place.parent):
                shutil.copyfile(one.poster, place)
        except FileNotFoundError:
            return False
        place.chmod(0o600)
        return True

    def _published(self, tx: Transaction, one: Handover, *, drawn: bool, brought: bool) -> Video | None:
        """None if somebody else was faster, or the organization is gone."""
        video_id = one.video_id
        if tx.one(store.arriving(video_id)) is None or tx.one(videos.by_id(video_id)) is not None:
            store.forget(tx, video_id)
            return None
        videos.add(tx, _draft(one))
        videos.set_rungs(tx, video_id, [(name, w, h, "published", size) for name, w, h, size in one.rungs])
        largest = max(one.rungs, key=lambda rung: rung[1] * rung[2], default=None)
        videos.change(
            tx,
            video_id,
            {
                "state": VideoState.READY.value,
                "edition": one.edition,
                "published_at": tx.now,
                "duration": one.duration,
                "width": None if largest is None else largest[1],
                "height": None if largest is None else largest[2],
                "media_bytes": one.size,
                "has_storyboard": int(drawn),
                "poster": one.picture_id if brought else None,
            },
        )
        store.arrived(tx, video_id, one.edition)
        if marks := of_file(one.marks, one.duration):
            chapters.replace(tx, video_id, marks, typed=True)
        self._picture(tx, one, brought=brought)
        if self._improves and one.rungs:
            want(tx, self._queue, video_id)
        audience = outbox.org(one.org_id)
        outbox.emit(tx, "video.created", video_id, audience)
        outbox.emit(tx, "video.published", video_id, audience, visibility=one.visibility)
        outbox.emit(tx, "video.rungs", video_id, audience, rungs=[name for name, *_ in one.rungs])
        outbox.emit(tx, "video.finished", video_id, audience)
        return tx.one(videos.by_id(video_id))

    def _picture(self, tx: Transaction, one: Handover, *, brought: bool) -> None:
        if brought:
            pictures.add(tx, one.video_id, Kind.BROUGHT, None, choose=False, id=one.picture_id)
            pictures.ready(tx, one.picture_id)
        elif one.rungs:
            middle = one.duration // 2
            pictures.add(tx, one.video_id, Kind.FRAME, middle, choose=True, id=one.picture_id)
            self._queue.enqueue_after(tx, PICTURES, one.video_id, long=True)


def _draft(one: Handover) -> Draft:
    return Draft(
        id=one.video_id,
        org_id=one.org_id,
        owner_id=one.owner_id,
        title=one.title,
        description=one.description,
        language=one.language,
        visibility=Visibility(one.visibility),
        source_name="",
        source_bytes=0,
    )


def _move(source: Path, target: Path) -> None:
    """To another file system it is copied, and is there only when it is whole."""
    try:
        source.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        unfinished = target.with_name(f".{target.name}")
        shutil.rmtree(unfinished, ignore_errors=True)
        try:
            shutil.copytree(source, unfinished)
        except shutil.Error as several:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise OSError(errno.ENOSPC, str(several)) from several
        unfinished.rename(target)
        with suppress(OSError):
            shutil.rmtree(source)
