"""What each kind of task makes. Each attempt works in a folder of its own; what is whole is moved to the edition."""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Sequence
from pathlib import Path

from novacast import i18n
from novacast.database import Database, Transaction
from novacast.durable import sync_file, sync_folder
from novacast.errors import ChildFailed, MediaFailure, NotFound
from novacast.identity import new_id
from novacast.jobs import LOW, NORMAL, JobQueue
from novacast.media.encode import (
    CUES,
    SHEETS,
    make_poster,
    make_storyboard,
)
from novacast.media.encoders import Codec
from novacast.media.ffmpeg import FindFFmpeg
from novacast.media.info import MediaInfo
from novacast.media.playlists import MediaPlaylist
from novacast.media.probe import ProbeBounds, probe
from novacast.settings import Transcode as Settings
from novacast.vods import store as videos
from novacast.vods.folders import MediaFolders, whole
from novacast.vods.models import Video, VideoState
from novacast.vods.transcoding import store
from novacast.vods.transcoding.board import shown, smallest
from novacast.vods.transcoding.models import ATTEMPTS, JOB, Kind, Made
from novacast.vods.transcoding.plan import Choices, Plan
from novacast.vods.transcoding.ports import Judge, Learns
from novacast.vods.transcoding.pulse import Lost
from novacast.vods.transcoding.rendering import Job, Ready, Rendering

log = logging.getLogger(__name__)


class Making:
    def __init__(
        self,
        db: Database,
        folders: MediaFolders,
        queue: JobQueue,
        settings: Settings,
        judge: Judge,
        find_ffmpeg: FindFFmpeg,
        rendering: Rendering,
        rooms: Sequence[Learns] = (),
    ) -> None:
        """`judge` may refuse a plan, `rooms` learn of every one that is taken."""
        self._db = db
        self._folders = folders
        self._queue = queue
        self._settings = settings
        self._judge = judge
        self._find_ffmpeg = find_ffmpeg
        self._rendering = rendering
        self._rooms = rooms

    async def make(self, job: Job) -> Made:
        """Raises MediaFailure and DiskFull; Lost where the video is gone."""
        match job.task.kind:
            case Kind.PLAN:
                await self._plan(job)
                return Made()
            case Kind.POSTER:
                return await _tried(self._poster(job), "poster", job)
            case Kind.STORYBOARD:
                return await _tried(self._storyboard(job), "storyboard", job)
            case _:
                return await self._rendering.render(job, await self._ready(job))

    async def _plan(self, job: Job) -> None:
        video_id = job.video.id
        source = await self._source(job.video)
        info = await probe(source, ProbeBounds(pixels=self._settings.max_pixels, hours=self._settings.max_hours))
        plan = Plan.of(info, Choices.of(self._settings, await self._codecs(info)))
        await self._judge.check(job.video, plan)
        found = await asyncio.to_thread(source.stat)
        digest = plan.digest(f"{found.st_size} {found.st_mtime_ns}")
        before = await self._db.one(store.by_video(video_id))
        edition = before.edition if before is not None and before.digest == digest else None
        edition = edition or new_id()
        await whole(self._folders.begin_edition, video_id, edition)
        await self._db.write(lambda tx: self._planned(tx, job, info, plan, digest, edition))

    async def _codecs(self, info: MediaInfo) -> Sequence[Codec]:
        if info.video is None or not self._rendering.encoders.codecs:
            return ()
        return await self._rendering.encoders.able(await self._find_ffmpeg())

    def _planned(self, tx: Transaction, job: Job, info: MediaInfo, plan: Plan, digest: str, edition: str) -> None:
        if not tx.one(store.held(job.task)):
            return
        for room in self._rooms:
            room.planned(tx, job.video, info)
        video_id = job.video.id
        store.plan(tx, video_id, edition, digest, plan.text, plan.weight)
        steps = plan.steps()
        store.add(tx, video_id, edition, steps)
        if job.video.state is not VideoState.READY:
            rungs = [(rung.name, rung.width, rung.height, "encoding", None) for rung in plan.rungs]
            videos.set_rungs(tx, video_id, rungs)
        for step in steps:
            priority = LOW if step.kind.rank >= Kind.REST.rank else NORMAL
            self._queue.enqueue_after(tx, JOB, video_id, priority=priority, long=True)

    async def _poster(self, job: Job) -> None:
        ready = await self._ready(job)
        made = await make_poster(ready.program, ready.source, ready.plan.info, job.attempt)
        await whole(_place, [made], ready.edition)

    async def _storyboard(self, job: Job) -> None:
        ready = await self._ready(job)
        renditions = [shown(ready.plan, rung.name, ready.tasks) for rung in ready.plan.rungs]
        complete = {one.name: one for one in renditions if one.complete}
        rung = smallest(ready.plan, complete)
        assert rung is not None
        playlist = MediaPlaylist(ready.plan.target, "", complete[rung.name].segments)
        board = await make_storyboard(ready.program, rung, playlist, ready.edition / rung.name, job.attempt)
        sheets = [job.attempt / (SHEETS % number) for number in range(board.sheets)]
        await whole(_place, [*sheets, job.attempt / CUES], ready.edition)

    async def _ready(self, job: Job) -> Ready:
        async with self._db.snapshot() as view:
            transcode = await view.one(store.by_video(job.video.id))
            tasks = await view.all(store.tasks(job.video.id))
        if transcode is None or transcode.plan is None or transcode.edition != job.task.edition:
            raise Lost
        if Plan.outdated(transcode.plan):
            await self._db.write(lambda tx: self._again(tx, job))
            raise Lost
        source = await self._source(job.video)
        edition = self._folders.edition(job.video.id, job.task.edition)
        return Ready(Plan.read(transcode.plan), tasks, source, edition, await self._find_ffmpeg())

    def _again(self, tx: Transaction, job: Job) -> None:
        """From the plan on: it was begun before an update."""
        if tx.one(store.held(job.task)):
            store.queue(tx, job.video.id)
            self._queue.enqueue_after(tx, JOB, job.video.id, long=True)

    async def _source(self, video: Video) -> Path:
        source = await whole(self._folders.settle, video.id, video.source_name)
        if source is None:
            raise NotFound(i18n.text("The uploaded file is missing on the server's disk. Upload it again."))
        return source


def _place(made: Sequence[Path], edition: Path) -> None:
    for file in made:
        sync_file(file)
        file.replace(edition / file.name)
    sync_folder(edition)


def killed(error: Exception) -> bool:
    """Somebody else ended FFmpeg, the kernel for want of memory perhaps: another attempt may do better."""
    return isinstance(error, ChildFailed) and error.returncode == -signal.SIGKILL


async def _tried(making: Awaitable[object], what: str, job: Job) -> Made:
    """Pictures are worth having, but a video is worth showing without them: nothing made is no failure."""
    try:
        await making
    except MediaFailure as error:
        if killed(error) and job.task.attempts < ATTEMPTS:
            raise
        log.warning("%s has no %s: %s", job.video.id, what, error.message)
        return Made()
    return Made({what: ()})
