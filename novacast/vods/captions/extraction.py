"""The job that takes text subtitles out of a video's own file, once for each state of the file."""

import asyncio
import logging
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from novacast.clock import DAY, Clock
from novacast.database import Database, Transaction
from novacast.errors import MediaFailure, NovaCastError
from novacast.i18n import packed
from novacast.identity import new_id
from novacast.jobs import LOW, NORMAL, JobQueue
from novacast.media.ffmpeg import FindFFmpeg
from novacast.media.info import MediaInfo, Subtitles
from novacast.media.languages import tag
from novacast.media.probe import probe
from novacast.media.texts import extract_subtitles, is_text
from novacast.records import dataclass
from novacast.vods import store as videos
from novacast.vods.captions import store
from novacast.vods.captions.formats import reading
from novacast.vods.captions.models import MOST_TRACKS, Act, Cue, Origin, Wish
from novacast.vods.captions.ports import Showing
from novacast.vods.captions.service import told
from novacast.vods.captions.store import Examined
from novacast.vods.folders import MediaFolders, whole
from novacast.vods.models import Video

log = logging.getLogger(__name__)

JOB = "vods.captions.extract"
AT_ONCE = 20
"""Videos that one sweep sends to be looked into."""


@dataclass(frozen=True, slots=True)
class Taken:
    streams: Sequence[tuple[Subtitles, Sequence[Cue]]]
    problem: str | None = None
    """Why that is not all."""


class Extraction:
    def __init__(
        self,
        db: Database,
        folders: MediaFolders,
        queue: JobQueue,
        showing: Showing,
        find_ffmpeg: FindFFmpeg,
        clock: Clock,
    ) -> None:
        self._db = db
        self._folders = folders
        self._queue = queue
        self._showing = showing
        self._find_ffmpeg = find_ffmpeg
        self._clock = clock

    def planned(self, tx: Transaction, video: Video, info: MediaInfo) -> None:
        """Fits the transcode's `Learns`: what is in the file is known. Most files have nothing for us."""
        if any(is_text(stream) for stream in info.subtitles):
            self._queue.enqueue_after(tx, JOB, video.id, priority=NORMAL, long=True)
        else:
            _kept(tx, video.id, Examined(_state(info), _left(info), None), [])

    async def sweep(self) -> None:
        """Videos whose wake-up was lost, or that are from before there were captions."""
        for video_id in await self._db.all(store.unexamined(AT_ONCE)):
            self._queue.enqueue(JOB, video_id, priority=LOW, long=True)
        await asyncio.to_thread(_tidy, self._folders.data.cache / "captions", self._clock.now() - DAY)

    async def run(self, video_id: str) -> None:
        """The job. Harmless to repeat."""
        if await self._db.one(videos.by_id(video_id)) is None:
            return
        before = await self._db.one(store.examined(video_id))
        known = before.original if before is not None else ""
        examined, taken = await self._looked_into(video_id, known)
        if examined.original == known:
            return
        if await self._db.write(lambda tx: _kept(tx, video_id, examined, taken.streams)):
            await self._showing.dress(video_id)

    async def _looked_into(self, video_id: str, known: str) -> tuple[Examined, Taken]:
        """Without an original that can be read, what is known stays known."""
        original = await whole(self._folders.original, video_id)
        if original is None:
            return Examined(known or "none", [], None), Taken([])
        try:
            info = await probe(original)
        except MediaFailure as error:
            return Examined(known or "unread", [], packed(error.message)), Taken([])
        taken = await self._taken(video_id, original, info) if _state(info) != known else Taken([])
        return Examined(_state(info), _left(info), taken.problem), taken

    async def _taken(self, video_id: str, original: Path, info: MediaInfo) -> Taken:
        streams = [one for one in info.subtitles if is_text(one)]
        if not streams:
            return Taken([])
        folder = self._folders.data.cache / "captions" / f"{video_id}-{new_id()}"
        await asyncio.to_thread(folder.mkdir, parents=True, mode=0o700)
        try:
            files = await extract_subtitles(await self._find_ffmpeg(), original, info, streams, folder)
            return await asyncio.to_thread(_read, streams, files)
        except MediaFailure as error:
            log.warning("subtitles of %s can't be taken out of its file: %s", video_id, error.message)
            return Taken([], packed(error.message))
        finally:
            await whole(shutil.rmtree, folder, ignore_errors=True)


def _tidy(folder: Path, before: int) -> None:
    """What workers left behind that were killed; none is at work on one for so long."""
    for entry in folder.iterdir() if folder.is_dir() else ():
        with suppress(FileNotFoundError):  # done meanwhile
            if entry.stat().st_mtime_ns // 1000 < before:
                shutil.rmtree(entry, ignore_errors=True)


def _state(info: MediaInfo) -> str:
    """Tells one original from another that takes its place."""
    return f"{info.size} {info.duration}"


def _left(info: MediaInfo) -> Sequence[tuple[str, str]]:
    return [(one.codec, tag(one.language) or "") for one in info.subtitles if not is_text(one)]


def _read(streams: Sequence[Subtitles], files: Sequence[Path]) -> Taken:
    taken: list[tuple[Subtitles, Sequence[Cue]]] = []
    problem = None
    for stream, file in zip(streams, files, strict=True):
        try:
            taken.append((stream, reading.read(file.read_bytes()).cues))
        except NovaCastError as error:  # one that is empty or endless is no reason to leave out the others
            problem = packed(error.message)
    return Taken(taken, problem)


def _kept(tx: Transaction, video_id: str, examined: Examined, taken: Sequence[tuple[Subtitles, Sequence[Cue]]]) -> bool:
    """Whether the video has other captions than before."""
    video, before = tx.one(videos.by_id(video_id)), tx.one(store.examined(video_id))
    if video is None or (before is not None and before.original == examined.original):
        return False
    changed = store.remove_untouched(tx, video_id)
    room = MOST_TRACKS - (tx.one(store.count(video_id)) or 0)
    for stream, cues in taken[: max(0, room)]:
        wish = Wish(_language(stream, video), forced=stream.forced)
        source = f"{examined.original} {stream.index}"
        store.add(tx, new_id(), video_id, Origin.EMBEDDED, wish.checked(), cues, Act.FILE, source)
        changed += 1
    store.examine(tx, video_id, examined)
    if changed:
        told(tx, video)
    return bool(changed)


def _language(stream: Subtitles, video: Video) -> str:
    return tag(stream.language) or video.language or "und"
