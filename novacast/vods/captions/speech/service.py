"""Asking for a video's speech to be written down, seeing how far it is, and leaving it."""

from novacast import outbox
from novacast.clock import Clock
from novacast.database import Database, Then, Transaction
from novacast.errors import Conflict
from novacast.i18n import text
from novacast.identity import Principal
from novacast.jobs import LOW, NORMAL, JobQueue
from novacast.settings import Speech as Settings
from novacast.vods import store as videos
from novacast.vods.captions.speech import store
from novacast.vods.captions.speech.models import JOB, LIVE, Speech
from novacast.vods.models import Video, VideoState
from novacast.vods.service import editable

UNASKED = 20
"""Videos that one sweep begins with, where each is written down without asking."""


class SpeechDesk:
    def __init__(self, db: Database, queue: JobQueue, settings: Settings, clock: Clock) -> None:
        self._db = db
        self._queue = queue
        self._settings = settings
        self._clock = clock

    @property
    def offered(self) -> bool:
        """Whether there is a server that writes down speech."""
        return bool(self._settings.base_url)

    async def show(self, principal: Principal, video_id: str) -> Speech | None:
        """None where it was never asked for. Raises NotFound, Forbidden."""
        async with self._db.snapshot() as view:
            found = await view.one(videos.by_id(video_id))
            speech = await view.one(store.by_video(video_id))
        editable(principal, found)
        return speech

    async def ask(
        self, principal: Principal, video_id: str, language: str = "", then: Then[Speech] | None = None
    ) -> Speech:
        """`language` (BCP 47) spoken; empty: the video's, the settings', or what the server finds out.

        Raises Conflict where there is no server, nothing to hear yet, or somebody asked before and it goes on.
        """
        if not self.offered:
            raise Conflict(
                text("No server that writes down speech is set up here. The operator does that by [speech] base_url.")
            )

        def unit(tx: Transaction) -> Speech:
            video = editable(principal, tx.one(videos.by_id(video_id)))
            before = tx.one(store.by_video(video_id))
            if before is not None and before.state in LIVE:
                raise Conflict(text("The speech of this video is being written down already."))
            if video.state is not VideoState.READY:
                raise Conflict(text("This video is not ready yet. Ask again when it can be watched."))
            store.begin(tx, video_id, language or video.language or self._settings.language)
            self._queue.enqueue_after(tx, JOB, video_id, priority=NORMAL, long=True)
            return _answered(tx, video, then)

        return await self._db.write(unit)

    async def cancel(self, principal: Principal, video_id: str) -> Speech:
        """Raises Conflict where there is nothing to leave."""

        def unit(tx: Transaction) -> Speech:
            video = editable(principal, tx.one(videos.by_id(video_id)))
            if not store.cancel(tx, video_id):
                raise Conflict(text("The speech of this video is not being written down."))
            return _answered(tx, video, None)

        return await self._db.write(unit)

    async def sweep(self) -> None:
        """Wake what lost its wake-up or its worker; begin with new videos where that is set."""
        for video_id in await self._db.all(store.due(self._clock.now())):
            self._queue.enqueue(JOB, video_id, priority=LOW, long=True)
        if self.offered and self._settings.automatic:
            for video_id in await self._db.all(store.unasked(UNASKED)):
                await self._db.write(lambda tx, one=video_id: self._begin(tx, one))  # type: ignore[misc]  # default binds the loop's value

    def _begin(self, tx: Transaction, video_id: str) -> None:
        video = tx.one(videos.by_id(video_id))
        if video is not None and tx.one(store.by_video(video_id)) is None:
            store.begin(tx, video_id, video.language or self._settings.language)
            self._queue.enqueue_after(tx, JOB, video_id, priority=LOW, long=True)


def _answered(tx: Transaction, video: Video, then: Then[Speech] | None) -> Speech:
    speech = tx.one(store.by_video(video.id))
    assert speech is not None
    tell(tx, video, speech)
    if then is not None:
        then(tx, speech)
    return speech


def tell(tx: Transaction, video: Video, speech: Speech) -> None:
    """How far it is, or that it is over."""
    state, progress, audience = speech.state.value, round(speech.progress * 1000), outbox.org(video.org_id)
    if speech.state in LIVE:
        outbox.mention(tx, "video.heard", video.id, audience, state=state, progress=progress)
    else:
        outbox.emit(tx, "video.transcribed", video.id, audience, state=state, progress=progress)
