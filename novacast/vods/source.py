"""Videos as things that playback can open. Fits playback's `MediaSource` and `Playable` without knowing of it."""

from dataclasses import dataclass
from pathlib import Path

from novacast.database import Database
from novacast.errors import NotFound
from novacast.identity import Principal
from novacast.media.encode import CUES, MASTER, POSTER
from novacast.vods import store
from novacast.vods.folders import MediaFolders
from novacast.vods.models import VideoState
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


class VideoSource:
    def __init__(self, db: Database, folders: MediaFolders) -> None:
        self._db = db
        self._folders = folders

    async def locate(self, principal: Principal, media_id: str) -> PlayableVideo:
        """Raises NotFound, also for what is not ready; Unauthenticated where signing in would help."""
        found = await self._db.one(store.by_id(media_id))
        video = seen(principal, found)
        if video.state is not VideoState.READY or video.edition is None:
            raise NotFound("This video is not ready to be watched yet.")
        return PlayableVideo(
            media_id=video.id,
            org_id=video.org_id,
            title=video.title,
            folder=self._folders.edition(video.id, video.edition),
            poster=POSTER if video.has_poster else None,
            storyboard=CUES if video.has_storyboard else None,
            duration=video.duration,
        )
