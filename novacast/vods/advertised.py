"""Videos as those are told of them who may not see them yet. Fits tickets' `Films` without knowing of it."""

from pathlib import Path

from novacast.database import Database
from novacast.identity import Principal
from novacast.records import dataclass
from novacast.vods import store
from novacast.vods.service import seen
from novacast.vods.source import VideoSource


@dataclass(frozen=True, slots=True)
class AdvertisedVideo:
    media_id: str
    org_id: str
    title: str
    description: str
    duration: int | None
    poster: Path | None


class AdvertisedVideos:
    def __init__(self, db: Database, source: VideoSource) -> None:
        self._db, self._source = db, source

    async def film(self, principal: Principal, media_id: str) -> AdvertisedVideo:
        """Raises NotFound, also for what is not ready; Unauthenticated where signing in would help."""
        place = await self._source.show(principal, media_id)
        found = await self._db.one(store.by_id(media_id))
        video = seen(principal, found)
        poster = None if place.poster is None else place.folder / place.poster
        return AdvertisedVideo(media_id, video.org_id, video.title, video.description, video.duration, poster)
