"""The room put together."""

from novacast.clock import Clock
from novacast.database import Database
from novacast.jobs import JobQueue
from novacast.media.ffmpeg import FindFFmpeg
from novacast.media.transcription import SpeechServer
from novacast.records import dataclass
from novacast.settings import Speech as SpeechSettings
from novacast.vods.captions.extraction import Extraction
from novacast.vods.captions.ports import Showing
from novacast.vods.captions.service import Captions
from novacast.vods.captions.speech.service import SpeechDesk
from novacast.vods.captions.speech.work import SpeechWork
from novacast.vods.folders import MediaFolders


@dataclass(frozen=True, slots=True)
class CaptionServices:
    captions: Captions
    extraction: Extraction
    speech: SpeechDesk
    work: SpeechWork

    async def sweep(self) -> None:
        await self.captions.sweep()
        await self.extraction.sweep()
        await self.speech.sweep()


def caption_services(
    db: Database, folders: MediaFolders, queue: JobQueue, clock: Clock, settings: SpeechSettings, showing: Showing,
    find_ffmpeg: FindFFmpeg,
) -> CaptionServices:  # fmt: skip
    own = settings
    server = SpeechServer(own.base_url, own.key, own.model, own.timeout_seconds) if own.base_url else None
    return CaptionServices(
        captions=Captions(db, showing),
        extraction=Extraction(db, folders, queue, showing, find_ffmpeg, clock),
        speech=SpeechDesk(db, queue, settings, clock),
        work=SpeechWork(db, folders, queue, showing, find_ffmpeg, server, own.piece_seconds),
    )
