"""Videos as things that playback can open. Fits playback's `MediaSource` and `Playable` without knowing of it."""

from pathlib import Path
from typing import Protocol

from novacast.database import Database
from novacast.errors import NotFound
from novacast.i18n import text
from novacast.identity import Principal
from novacast.media.encode import CUES, MASTER, POSTER
from novacast.records import dataclass
from novacast.vods import store
from novacast.vods.folders import MediaFolders
from novacast.vods.models import VideoState
from novacast.vods.pictures.models import CHOSEN
from novacast.vods.service import seen


@dataclass(frozen=True, slots=True)
class PlayableVideo:
    media_id: str
    org_id: str
    title: str
    folder: Path
    poster: str | None
    storyboard: str | None
    duration: int | None
    kind: str = "video"
    master: str = MASTER
    on_air: None = None
    part: None = None
    latency: None = None


class Asked(Protocol):
    async def asked(self, video_id: str, /) -> None:
        """Somebody is about to watch it."""
        ...


class VideoSource:
    def __init__(self, db: Database, folders: MediaFolders, asked: Asked | None = None) -> None:
        self._db = db
        self._folders = folders
        self._asked = asked

    async def locate(self, principal: Principal, media_id: str) -> PlayableVideo:
        """To be watched. Raises what `show` does."""
        found = await self.show(principal, media_id)
        if self._asked is not None:
            await self._asked.asked(media_id)
        return found

    async def show(self, principal: Principal, media_id: str) -> PlayableVideo:
        """Raises NotFound, also for what is not ready; Unauthenticated where signing in would help."""
        found = await self._db.one(store.by_id(media_id))
        video = seen(principal, found)
        if video.state is not VideoState.READY or video.edition is None:
            raise NotFound(text("This video is not ready to be watched yet."))
        return PlayableVideo(
            media_id=video.id,
            org_id=video.org_id,
            title=video.title,
            folder=self._folders.edition(video.id, video.edition),
            poster=CHOSEN % video.poster if video.poster else POSTER if video.has_poster else None,
            storyboard=CUES if video.has_storyboard else None,
            duration=video.duration,
        )
