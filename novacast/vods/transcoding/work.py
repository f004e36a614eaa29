"""The job that makes a video of an original. May be called twice, late, or again after it was killed anywhere.

Each attempt has a token. The row holds the token of the one attempt that may write; the folder an attempt works in
has the token in its name. So a second attempt never meets the leavings of a first, and a first that wakes up late
finds that nothing of its is wanted any more.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from novacast import outbox
from novacast.clock import HOUR, SECOND
from novacast.database import Database, Transaction
from novacast.errors import ChildFailed, DiskFull, MediaFailure, NotFound, NovaCastError
from novacast.identity import new_id
from novacast.media.commands import Encoding
from novacast.media.encode import ENCODE_LIMITS, MASTER, FinishedLadder, make_ladder, make_poster, make_storyboard
from novacast.media.ffmpeg import FFmpeg
from novacast.media.info import MediaInfo
from novacast.media.ladder import Ladder, plan_ladder
from novacast.media.probe import ProbeBounds, ProbeRefused, probe
from novacast.media.process import Limits
from novacast.settings import Transcode as Settings
from novacast.tasks import TaskGroup
from novacast.vods import store as videos
from novacast.vods.folders import MediaFolders, size_of, unbroken, whole
from novacast.vods.models import Video, VideoState
from novacast.vods.transcoding import store
from novacast.vods.transcoding.models import TranscodeState
from novacast.vods.transcoding.pulse import CancelAsked, Lost, Pulse
from novacast.vods.transcoding.service import fail_video

log = logging.getLogger(__name__)

SLOWEST = 60
"""An encoder that takes more than this many times the video's length (and 10 minutes) is stuck."""

FULL = 1024 * 1024
"""Bytes; a disk with less to spare is why an output is not whole."""

FindFFmpeg = Callable[[], Awaitable[FFmpeg]]


@dataclass(frozen=True, slots=True)
class Made:
    info: MediaInfo
    ladder: FinishedLadder
    poster: bool
    storyboard: bool
    size: int


class TranscodeWork:
    def __init__(
        self, db: Database, folders: MediaFolders, settings: Settings, reserve: int, find_ffmpeg: FindFFmpeg
    ) -> None:
        """`reserve`: bytes of disk that are left alone."""
        self._db = db
        self._folders = folders
        self._settings = settings
        self._reserve = reserve
        self._find_ffmpeg = find_ffmpeg

    async def run(self, video_id: str) -> None:
        edition = new_id()
        video = await self._db.write(lambda tx: _claimed(tx, video_id, edition))
        if video is None:
            return
        pulse = Pulse(self._db, video, edition, self._folders, self._reserve)
        try:
            async with pulse.beating():
                made = await self._make(video, edition, pulse)
                pulse.at("publish", 990)
                await whole(self._folders.publish, video_id, edition)
        except Lost:
            await self._leave(video_id, edition)
        except CancelAsked:
            await self._end(video, edition, TranscodeState.CANCELLED, None, None)
        except asyncio.CancelledError:
            await self._hand_back(video_id, edition)
            raise
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the row must say so
            full = isinstance(error, MediaFailure) and await self._is_full()
            await self._end(video, edition, TranscodeState.FAILED, *_told(error, video_id, full=full))
        else:
            await self._publish(video, edition, made)

    async def _make(self, video: Video, edition: str, pulse: Pulse) -> Made:
        source = await whole(self._folders.settle, video.id, video.source_name)
        if source is None:
            raise NotFound("The uploaded file is missing on the server's disk. Upload it again.")
        info = await probe(source, ProbeBounds(pixels=self._settings.max_pixels))
        ladder = self._plan(info)
        await self._check_room(ladder, info)
        await self._db.write(lambda tx: _planned(tx, video.id, edition, ladder))
        folder = await whole(self._folders.start, video.id, edition)
        program = await self._find_ffmpeg()
        pulse.at("encode", 10)
        finished = await make_ladder(
            program,
            source,
            info,
            ladder,
            folder,
            encoding=Encoding(preset=self._settings.preset),
            limits=self._limits(info),
            tell=lambda told: pulse.encoding(told, info.duration),
        )
        pulse.at("pictures", 960)
        poster = await _tried(make_poster(program, source, info, folder), "poster", video.id)
        storyboard = await _tried(make_storyboard(program, *finished.rungs[0], folder), "storyboard", video.id)
        await whole(_write, folder / MASTER, finished.master)
        return Made(info, finished, poster, storyboard, await whole(size_of, folder))

    def _plan(self, info: MediaInfo) -> Ladder:
        if info.duration > self._settings.max_hours * HOUR:
            hours = info.duration / HOUR
            raise MediaFailure(f"The video lasts {hours:.1f} hours; {self._settings.max_hours:g} are the most.")
        return plan_ladder(info, self._settings.heights, Fraction(str(self._settings.gop_seconds)))

    def _limits(self, info: MediaInfo) -> Limits:
        wall = 600 + SLOWEST * info.duration / SECOND
        return Limits(wall=wall, file_size=ENCODE_LIMITS.file_size, nice=self._settings.nice)

    async def _check_room(self, ladder: Ladder, info: MediaInfo) -> None:
        """Half of what demanding pictures take: simple ones take less, and a disk that fills later is seen in time."""
        rate = sum(rung.bitrate for rung in ladder.rungs) + (ladder.sound.bitrate if ladder.sound else 0)
        wanted = rate * info.duration // SECOND // 8 // 2
        free = await asyncio.to_thread(self._folders.free)
        if free - self._reserve < wanted:
            raise DiskFull(
                f"The renditions need about {wanted} bytes, and only {max(0, free - self._reserve)} may be used on the "
                f"disk that holds {self._folders.data.media}. Make room and try again."
            )

    async def _is_full(self) -> bool:
        """FFmpeg's HLS muxer may lose what does not fit and end well; then only what is missing tells."""
        return await asyncio.to_thread(self._folders.free) < self._reserve + FULL

    async def _publish(self, video: Video, edition: str, made: Made) -> None:
        try:
            published = await self._certainly(lambda tx: _published(tx, video.id, edition, made))
        except NovaCastError:
            # The row says running still; when the lease has run out, another attempt begins.
            log.exception("publishing %s failed", video.id)
            published = False
        if published:
            await whole(self._folders.keep_only, video.id, edition)
        else:
            await self._leave(video.id, edition)

    async def _end(
        self, video: Video, edition: str, state: TranscodeState, reason: str | None, code: str | None
    ) -> None:
        """Files first: when the row says that it is over, nothing of it is left."""
        await self._leave(video.id, edition)

        def unit(tx: Transaction) -> None:
            if store.end(tx, video.id, edition, state, reason, code):
                fail_video(tx, video, state, reason, code)

        await self._certainly(unit)

    async def _hand_back(self, video_id: str, edition: str) -> None:
        await whole(self._folders.abandon, video_id, edition)
        await self._certainly(lambda tx: store.hand_back(tx, video_id, edition))

    async def _leave(self, video_id: str, edition: str) -> None:
        await whole(self._folders.abandon, video_id, edition)
        if await self._db.one(videos.by_id(video_id)) is None:
            # Deleted while we worked: the removal may have come before our last file.
            with suppress(OSError):
                await whole(self._folders.remove, video_id)

    async def _certainly(self, unit: Callable[[Transaction], object]) -> bool:
        """Write, and know how it ended even if we are cancelled meanwhile."""
        tasks = TaskGroup("transcode")
        return bool(await unbroken(tasks.start(self._db.write(unit), "end")))


def _claimed(tx: Transaction, video_id: str, edition: str) -> Video | None:
    if not store.claim(tx, video_id, edition):
        return None
    video = tx.one(videos.by_id(video_id))
    if video is not None:
        outbox.emit(tx, "video.started", video_id, outbox.org(video.org_id))
    return video


def _planned(tx: Transaction, video_id: str, edition: str, ladder: Ladder) -> None:
    if tx.one(store.held(video_id, edition)):
        videos.plan_rungs(tx, video_id, [(rung.name, rung.width, rung.height) for rung in ladder.rungs])


def _published(tx: Transaction, video_id: str, edition: str, made: Made) -> bool:
    if not store.end(tx, video_id, edition, TranscodeState.DONE):
        return False
    video = tx.one(videos.by_id(video_id))
    assert video is not None
    videos.publish_rungs(tx, video_id, {done.name: done.size for _, done in made.ladder.rungs})
    width, height = _size(made.info)
    changes = {
        "state": VideoState.READY.value,
        "edition": edition,
        "published_at": video.published_at or tx.now,
        "duration": made.info.duration,
        "width": width,
        "height": height,
        "media_bytes": made.size,
        "has_poster": made.poster,
        "has_storyboard": made.storyboard,
    }
    videos.change(tx, video_id, changes)
    outbox.emit(tx, "video.published", video_id, outbox.org(video.org_id), visibility=video.visibility.value)
    return True


def _size(info: MediaInfo) -> tuple[int, int]:
    assert info.video is not None
    width, height = info.video.display_size
    return max(1, round(Fraction(width))), max(1, round(Fraction(height)))


def _told(error: Exception, video_id: str, *, full: bool) -> tuple[str, str]:
    """Reason in words and its code."""
    if full or (isinstance(error, ChildFailed) and any("No space left on device" in line for line in error.tail)):
        return "The disk became full while the video was transcoded. Make room and try again.", DiskFull.code
    if isinstance(error, ProbeRefused):
        return error.message, error.reason.value
    if isinstance(error, NovaCastError):
        if isinstance(error, ChildFailed):
            log.warning("transcoding %s failed: %s\n%s", video_id, error.message, "\n".join(error.tail))
        return error.message, error.code
    log.error("transcoding %s failed", video_id, exc_info=error)
    return "Something unforeseen went wrong; the server's log says what. Try again.", "internal"


async def _tried(making: Awaitable[object], what: str, video_id: str) -> bool:
    """Pictures are worth having, but a video is worth showing without them."""
    try:
        await making
    except MediaFailure as error:
        log.warning("%s has no %s: %s", video_id, what, error.message)
        return False
    return True


def _write(path: Path, text: str) -> None:
    path.write_text(text)
