"""The slice put together: what wiring hands to routes, pages, jobs, the command line and other slices."""

from dataclasses import dataclass
from pathlib import Path

from novacast.clock import Clock
from novacast.database import Database
from novacast.folder import DataFolder
from novacast.jobs import JobQueue
from novacast.media.ffmpeg import FFmpeg, find_ffmpeg
from novacast.settings import Settings
from novacast.vods.endings import Endings
from novacast.vods.folders import MediaFolders
from novacast.vods.imports import Imports
from novacast.vods.intake import Intake
from novacast.vods.personal import VideoPersonalData
from novacast.vods.removal import Removal
from novacast.vods.service import Videos
from novacast.vods.source import VideoSource
from novacast.vods.transcoding.service import Transcoding
from novacast.vods.transcoding.work import TranscodeWork
from novacast.vods.uploads.service import Uploads
from novacast.vods.watching import Positions


@dataclass(frozen=True, slots=True)
class VodServices:
    videos: Videos
    uploads: Uploads
    imports: Imports
    transcoding: Transcoding
    work: TranscodeWork
    removal: Removal
    positions: Positions
    source: VideoSource
    personal: VideoPersonalData
    endings: Endings
    """To be subscribed to the facts, durably."""


def vod_services(db: Database, queue: JobQueue, clock: Clock, settings: Settings, folder: DataFolder) -> VodServices:
    folders, intake = MediaFolders(folder), Intake(queue)
    explicit = Path(settings.transcode.ffmpeg) if settings.transcode.ffmpeg else None

    async def find() -> FFmpeg:
        return await find_ffmpeg(folder.cache, explicit=explicit)

    return VodServices(
        Videos(db, queue),
        Uploads(db, folders, intake, settings.uploads, clock),
        Imports(db, folders, intake),
        Transcoding(db, queue, folders),
        TranscodeWork(db, folders, settings.transcode, settings.uploads.reserve_bytes, find),
        Removal(db, folders),
        Positions(db),
        VideoSource(db, folders),
        VideoPersonalData(db, folders),
        Endings(db, queue),
    )
