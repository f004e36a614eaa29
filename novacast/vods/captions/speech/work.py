"""The job that writes down speech: one piece at a time, so that others have their turn in between, and a crash costs
one piece. May be called twice, late, or again after a kill anywhere."""

import asyncio
import logging
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from novacast.clock import SECOND
from novacast.database import Database, Transaction
from novacast.errors import MediaFailure, NovaCastError, Unavailable
from novacast.i18n import packed, text
from novacast.identity import new_id
from novacast.jobs import LOW, JobQueue
from novacast.media.ffmpeg import FindFFmpeg
from novacast.media.info import MediaInfo
from novacast.media.probe import probe
from novacast.media.texts import cut_speech, find_silences
from novacast.tasks import TaskGroup
from novacast.vods import store as videos
from novacast.vods.captions import store as captions
from novacast.vods.captions.models import MOST_TRACKS, Act, Origin, Wish
from novacast.vods.captions.ports import Showing, Transcriber
from novacast.vods.captions.service import told
from novacast.vods.captions.speech import store
from novacast.vods.captions.speech.models import ATTEMPTS, BEAT, JOB, Speech, SpeechState, wait
from novacast.vods.captions.speech.pieces import Line, cues_of, cut, joined
from novacast.vods.captions.speech.service import tell
from novacast.vods.folders import MediaFolders, whole

log = logging.getLogger(__name__)


class Lost(Exception):
    """Somebody else has it, or it was left."""


class SpeechWork:
    def __init__(
        self,
        db: Database,
        folders: MediaFolders,
        queue: JobQueue,
        showing: Showing,
        find_ffmpeg: FindFFmpeg,
        transcriber: Transcriber | None,
        piece_seconds: int,
    ) -> None:
        """`transcriber`: None where none is set up."""
        self._db = db
        self._folders = folders
        self._queue = queue
        self._showing = showing
        self._find_ffmpeg = find_ffmpeg
        self._transcriber = transcriber
        self._piece_seconds = piece_seconds

    async def run(self, video_id: str) -> None:
        """The job: the next step of one video's speech."""
        worker = new_id()
        if not await self._db.write(lambda tx: store.claim(tx, video_id, worker)):
            return
        folder = self._folders.data.cache / "captions" / f"{video_id}-{worker}"
        await asyncio.to_thread(folder.mkdir, parents=True, mode=0o700)
        try:
            await self._held(video_id, worker, folder)
        except Lost:
            log.info("the speech of %s is not ours any more", video_id)
        except Exception as error:  # noqa: BLE001 - whatever it is, the row must say so
            await self._failed(video_id, worker, error)
        finally:
            await whole(shutil.rmtree, folder, ignore_errors=True)

    async def _held(self, video_id: str, worker: str, folder: Path) -> None:
        """Work while it is ours: a lost lease ends it."""
        tasks = TaskGroup("speech")
        scope = asyncio.timeout(None)
        try:
            async with scope:
                tasks.start(self._beat(video_id, worker, scope), "beat")
                await self._step(video_id, worker, folder)
        except TimeoutError:
            if scope.expired():
                raise Lost from None
            raise
        finally:
            await tasks.close()

    async def _beat(self, video_id: str, worker: str, scope: asyncio.Timeout) -> None:
        while True:
            if not await self._db.write(lambda tx: store.beat(tx, video_id, worker)):
                scope.reschedule(asyncio.get_running_loop().time())
                return
            await asyncio.sleep(BEAT)

    async def _step(self, video_id: str, worker: str, folder: Path) -> None:
        speech = await self._db.one(store.by_video(video_id))
        source, info = await self._source(video_id)
        if speech is None or speech.worker != worker:
            raise Lost
        if speech.attempts > ATTEMPTS:
            raise MediaFailure(text("It was tried {attempts} times, each time without an end.", attempts=ATTEMPTS))
        if speech.pieces is None:
            silences = await find_silences(await self._find_ffmpeg(), source, info)
            pieces = cut(info.duration // 1000, silences, self._piece_seconds * 1000)
            await self._go_on(video_id, lambda tx: store.plan(tx, video_id, worker, pieces))
        elif len(speech.heard) < len(speech.pieces):
            language, lines = await self._listen(speech, source, info, folder)
            await self._go_on(video_id, lambda tx: store.hear(tx, speech, worker, language, lines))
        else:
            await self._db.write(lambda tx: _finished(tx, speech, worker))
            await self._showing.dress(video_id)

    async def _listen(self, speech: Speech, source: Path, info: MediaInfo, folder: Path) -> tuple[str, Sequence[Line]]:
        if self._transcriber is None:
            raise MediaFailure(text("No server that writes down speech is set up here any more."))
        assert speech.pieces is not None
        piece, sound = speech.pieces[len(speech.heard)], folder / "piece.flac"
        await cut_speech(await self._find_ffmpeg(), source, info, piece.heard_from, piece.length, sound)
        transcript = await self._transcriber.transcribe(sound, speech.language)
        lines = [Line(one.start, one.end, one.words) for one in transcript.said]
        return speech.language or (transcript.language if lines else ""), lines

    async def _source(self, video_id: str) -> tuple[Path, MediaInfo]:
        source = await whole(self._folders.original, video_id)
        if source is None:
            raise MediaFailure(text("The video's original is not here any more, so nothing can be heard."))
        info = await probe(source)
        if info.main_audio is None:
            raise MediaFailure(text("This video has no sound."))
        return source, info

    async def _go_on(self, video_id: str, step: Callable[[Transaction], bool]) -> None:
        """To the next step, which is a job of its own."""

        def unit(tx: Transaction) -> bool:
            if not step(tx):
                return False
            _tell(tx, video_id)
            self._queue.enqueue_after(tx, JOB, video_id, priority=LOW, long=True)
            return True

        if not await self._db.write(unit):
            raise Lost

    async def _failed(self, video_id: str, worker: str, error: Exception) -> None:
        """What may pass is tried again, later and later; else it ends with the reason."""
        reason = error.message if isinstance(error, NovaCastError) else text("Something unforeseen went wrong.")
        log.warning(
            "the speech of %s: %s", video_id, reason, exc_info=None if isinstance(error, NovaCastError) else error
        )

        def unit(tx: Transaction) -> None:
            speech = tx.one(store.by_video(video_id))
            if speech is None or speech.worker != worker:
                return
            if isinstance(error, Unavailable) and speech.attempts < ATTEMPTS:
                pause = wait(speech.attempts, getattr(error, "retry_after", None))
                store.put_off(tx, video_id, worker, tx.now + pause, packed(reason))
                self._queue.enqueue_after(tx, JOB, video_id, priority=LOW, delay=pause / SECOND + 0.1, long=True)
            else:
                store.end(tx, video_id, worker, SpeechState.FAILED, packed(reason), None)
            _tell(tx, video_id)

        await self._db.write(unit)


def _finished(tx: Transaction, speech: Speech, worker: str) -> None:
    """A track of its own, or new cues for an automatic one that nobody has touched; never those of people."""
    video, now = tx.one(videos.by_id(speech.video_id)), tx.one(store.by_video(speech.video_id))
    if video is None or now is None or now.worker != worker:
        raise Lost
    assert speech.pieces is not None
    cues = cues_of(joined(speech.pieces, speech.heard))
    if not cues:
        store.end(tx, video.id, worker, SpeechState.FAILED, packed(text("Nobody says a word in this video.")), None)
        return _tell(tx, video.id)
    tracks, language = tx.all(captions.tracks(video.id)), speech.language or "und"
    old = store.untouched(tracks, language)
    if old is None and len(tracks) >= MOST_TRACKS:
        reason = text("This video has {most} tracks of captions, and no more fit.", most=MOST_TRACKS)
        store.end(tx, video.id, worker, SpeechState.FAILED, packed(reason), None)
        return _tell(tx, video.id)
    track_id = new_id() if old is None else old.id
    if old is None:
        captions.add(tx, track_id, video.id, Origin.AUTOMATIC, Wish(language).checked(), cues, Act.MACHINE)
    else:
        captions.revise(tx, old, Act.MACHINE, cues, by_hand=False)
    store.end(tx, video.id, worker, SpeechState.DONE, None, track_id)
    told(tx, video)
    return _tell(tx, video.id)


def _tell(tx: Transaction, video_id: str) -> None:
    video, speech = tx.one(videos.by_id(video_id)), tx.one(store.by_video(video_id))
    if video is not None and speech is not None:
        tell(tx, video, speech)
