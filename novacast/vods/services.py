"""The slice put together: what wiring hands to routes, pages, jobs, the command line and other slices."""

from collections.abc import Sequence

from novacast.clock import Clock
from novacast.database import Database
from novacast.folder import DataFolder
from novacast.jobs import JobQueue
from novacast.media.ffmpeg import FFmpeg, find_ffmpeg
from novacast.records import dataclass
from novacast.settings import Settings
from novacast.vods.captions.delivery import Wardrobe
from novacast.vods.captions.services import CaptionServices, caption_services
from novacast.vods.chapters.service import VideoChapters
from novacast.vods.collections.service import Collections
from novacast.vods.downloads.service import Downloads
from novacast.vods.downloads.work import DownloadWork
from novacast.vods.endings import Endings
from novacast.vods.films import Films
from novacast.vods.folders import MediaFolders
from novacast.vods.imports.beside import Rooms
from novacast.vods.imports.service import Imports
from novacast.vods.intake import Intake
from novacast.vods.overview.service import WorkOverview
from novacast.vods.personal import VideoPersonalData
from novacast.vods.pictures.service import Pictures
from novacast.vods.pictures.work import PictureWork
from novacast.vods.ports import Records
from novacast.vods.recordings.improving import Improving
from novacast.vods.recordings.service import Recordings
from novacast.vods.removal import Removal
from novacast.vods.replacement.service import Replacements
from novacast.vods.replacement.work import ReplacementWork
from novacast.vods.service import Videos
from novacast.vods.source import VideoSource
from novacast.vods.storage.forecast import Forecasts
from novacast.vods.storage.outlook import Outlooks
from novacast.vods.storage.quota import Quotas
from novacast.vods.storage.retention import Retention
from novacast.vods.storage.sweep import Sweeping
from novacast.vods.storage.weights import Weights
from novacast.vods.transcoding.choosing import Encoders
from novacast.vods.transcoding.dressing import Dressing
from novacast.vods.transcoding.making import Making
from novacast.vods.transcoding.ports import Air, Learns
from novacast.vods.transcoding.publish import Publisher
from novacast.vods.transcoding.rendering import Rendering
from novacast.vods.transcoding.service import Transcoding
from novacast.vods.transcoding.work import TranscodeWork
from novacast.vods.uploads.service import Uploads
from novacast.vods.watchable import WatchableVideos
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
    chapters: VideoChapters
    pictures: Pictures
    picture_work: PictureWork
    replacements: Replacements
    replacement_work: ReplacementWork
    downloads: Downloads
    download_work: DownloadWork
    collections: Collections
    captions: CaptionServices
    quotas: Quotas
    forecasts: Forecasts
    outlooks: Outlooks
    retention: Retention
    storage: Sweeping
    weights: Weights
    recordings: Recordings
    """What live asks to make a video of a programme that ended."""
    improving: Improving

    watchable: WatchableVideos
    films: Films
    """What live puts on air."""
    overview: WorkOverview
    endings: Endings
    """To be subscribed to the facts, durably."""


def vod_services(
    db: Database,
    queue: JobQueue,
    clock: Clock,
    settings: Settings,
    folder: DataFolder,
    records: Sequence[Records] = (),
    air: Air | None = None,
) -> VodServices:
    """`records` tell what is being recorded; it may be filled later. `air` says when a programme is live: transcodes
    step back then.
    """
    folders, intake = MediaFolders(folder), Intake(db, MediaFolders(folder), queue)

    async def find() -> FFmpeg:
        return await find_ffmpeg(folder.cache, explicit=settings.transcode.ffmpeg)

    weights, reserve = Weights(db, folders, clock), settings.uploads.reserve_bytes
    pictures, wardrobe = Pictures(db, folders, queue, weights), Wardrobe(db)
    publisher = Publisher(db, folders, queue, [pictures], wardrobe, weights)
    chapters = VideoChapters(db)
    showing = Dressing(db, folders, wardrobe, weights)
    captions = caption_services(db, folders, queue, clock, settings.speech, showing, find)
    quotas = Quotas(db, settings.storage.quota_bytes)
    forecasts = Forecasts(db, folders, quotas, reserve)
    retention = Retention(db, folders, queue, settings.storage, clock, weights)
    collections = Collections(db)
    beside = Rooms(captions.captions, pictures, chapters, collections)
    encoders = Encoders(folder.cache, clock, settings.transcode)
    rendering = Rendering(db, publisher, settings.transcode, encoders, air=air)
    learning: list[Learns] = [chapters, captions.extraction]
    making = Making(db, folders, queue, settings.transcode, forecasts, find, rendering, learning)
    storage = Sweeping(db, folders, retention, clock, reserve, records)
    return VodServices(
        videos=Videos(db, queue),
        uploads=Uploads(db, folders, intake, settings.uploads, clock, quotas),
        imports=Imports(db, folders, intake, reserve, quotas, beside),
        transcoding=Transcoding(db, queue, folders, publisher, clock),
        work=TranscodeWork(db, folders, queue, making, publisher, reserve),
        removal=Removal(db, folders),
        positions=Positions(db),
        source=VideoSource(db, folders, retention),
        personal=VideoPersonalData(db, folders),
        chapters=chapters,
        pictures=pictures,
        picture_work=PictureWork(db, folders, queue, pictures, find, weights),
        replacements=Replacements(db),
        replacement_work=ReplacementWork(db, folders, queue, settings.transcode),
        downloads=Downloads(db, folders, queue),
        download_work=DownloadWork(db, folders, queue, clock, reserve, find),
        collections=collections,
        captions=captions,
        quotas=quotas,
        forecasts=forecasts,
        outlooks=Outlooks(db, folders, quotas, forecasts, settings, encoders.codecs),
        retention=retention,
        storage=storage,
        weights=weights,
        recordings=Recordings(db, folders, queue, pictures, weights, improves=settings.live.better_rungs),
        improving=Improving(db, folders, queue, find, reserve),
        watchable=WatchableVideos(db),
        films=Films(db, folders),
        overview=WorkOverview(db, storage, quotas),
        endings=Endings(db, queue),
    )
