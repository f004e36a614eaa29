"""Everything of live that is reached over HTTP."""

from novacast.live.channels.routes import ChannelRoutes
from novacast.live.keys.obs import Ingest
from novacast.live.keys.routes import KeyRoutes
from novacast.live.overview.routes import StreamRoutes
from novacast.live.overview.service import LiveOverview
from novacast.live.pictures.routes import ChannelPictureRoutes
from novacast.live.playout.routes import PlayoutRoutes
from novacast.live.programmes.routes import ProgrammeRoutes
from novacast.live.recording.routes import ClipRoutes
from novacast.live.reminders.routes import ReminderRoutes
from novacast.live.services import LiveServices
from novacast.live.targets.routes import TargetRoutes
from novacast.live.webrtc.routes import WhipRoutes
from novacast.live.whep.routes import WhepRoutes
from novacast.settings import Settings


def live_routes(own: LiveServices, settings: Settings, overview: LiveOverview) -> list[object]:
    return [
        ChannelRoutes(own.channels),
        KeyRoutes(own.keys, own.channels, Ingest.of(settings)),
        ChannelPictureRoutes(own.pictures),
        ProgrammeRoutes(own.programmes, own.producing, settings.public_url),
        ClipRoutes(own.clips),
        ReminderRoutes(own.reminders),
        WhipRoutes(own.whip),
        WhepRoutes(own.monitoring),
        TargetRoutes(own.targets),
        PlayoutRoutes(own.playouts),
        StreamRoutes(overview, Ingest.of(settings)),
    ]
