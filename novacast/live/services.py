"""The slice put together: what wiring hands to routes, pages, the engine, the command line and other slices."""

from novacast.clock import MINUTE
from novacast.database import Database
from novacast.folder import DataFolder
from novacast.i18n import Languages
from novacast.limits import RateLimiter
from novacast.live.airing import Airing
from novacast.live.channels.service import Channels
from novacast.live.endings import Endings
from novacast.live.keys.service import Keys
from novacast.live.personal import LivePersonalData
from novacast.live.pictures.service import Pictures
from novacast.live.playing import Playing
from novacast.live.playout.ports import Films
from novacast.live.playout.service import Playouts
from novacast.live.preflight.service import Preflight
from novacast.live.programmes.producing import Producing
from novacast.live.programmes.service import Programmes
from novacast.live.recording.clips import Clips
from novacast.live.recording.finishing import Finishing
from novacast.live.recording.ports import Quotas, Recordings
from novacast.live.recording.service import ProgrammeRecordings
from novacast.live.reminders.ports import Post
from novacast.live.reminders.service import Reminders
from novacast.live.source import Antenna, LiveSource
from novacast.live.targets.service import PURPOSE, Targets
from novacast.live.webrtc.server import WhipDoor
from novacast.live.whep.service import Monitoring
from novacast.media.ffmpeg import FFmpeg, find_ffmpeg
from novacast.records import dataclass
from novacast.security.keys import secret
from novacast.security.seal import Seal
from novacast.settings import Settings


@dataclass(frozen=True, slots=True)
class LiveServices:
    channels: Channels
    programmes: Programmes
    producing: Producing
    keys: Keys
    airing: Airing
    pictures: Pictures
    source: LiveSource
    antenna: Antenna
    """To be given the engine."""
    whip: WhipDoor
    """To be given the server of WHIP."""
    monitoring: Monitoring
    """To be given the server of WHEP."""
    recordings: ProgrammeRecordings
    clips: Clips
    targets: Targets
    playouts: Playouts
    reminders: Reminders
    personal: LivePersonalData
    endings: Endings
    """To be subscribed to the facts, durably."""
    preflight: Preflight
    """The same."""
    playing: Playing


def live_services(
    db: Database,
    limiter: RateLimiter,
    settings: Settings,
    folder: DataFolder,
    videos: Recordings,
    quotas: Quotas,
    films: Films,
    post: Post,
) -> LiveServices:
    """`videos` is who makes recordings videos."""
    key = secret(folder.keys, "installation")
    antenna, finishing = Antenna(), Finishing(folder.live, videos)
    longest = settings.live.clip_minutes * MINUTE

    async def find() -> FFmpeg:
        return await find_ffmpeg(folder.cache, explicit=settings.transcode.ffmpeg)

    channels, producing = Channels(db), Producing(db)
    return LiveServices(
        channels=channels,
        programmes=Programmes(db),
        producing=producing,
        keys=Keys(db),
        airing=Airing(db, limiter, early=settings.live.early_minutes * MINUTE),
        pictures=Pictures(db, folder, find),
        source=LiveSource(db, folder, antenna),
        antenna=antenna,
        whip=WhipDoor(),
        monitoring=Monitoring(db),
        recordings=ProgrammeRecordings(db, folder, finishing),
        clips=Clips(db, folder.live, videos, quotas, limiter, who=settings.live.clips, longest=longest),
        targets=Targets(db, Seal(key, PURPOSE), private=settings.live.private_targets),
        playouts=Playouts(db, films),
        reminders=Reminders(
            db,
            post,
            Languages(settings.language),
            key,
            settings.public_url,
            minutes=settings.live.reminder_minutes,
        ),
        personal=LivePersonalData(db),
        endings=Endings(db),
        preflight=Preflight(db, channels, producing, folder, settings),
        playing=Playing(db.clock),
    )
