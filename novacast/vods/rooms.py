"""Videos as things that are talked about. Fits chat's `Places` and `Place` without knowing of it."""

from novacast.database import Database
from novacast.errors import NotFound
from novacast.i18n import text
from novacast.identity import Principal
from novacast.records import dataclass
from novacast.vods import store
from novacast.vods.models import VideoState
from novacast.vods.service import seen


@dataclass(frozen=True, slots=True)
class VideoPlace:
    media_id: str
    org_id: str
    title: str
    kind: str = "video"
    began_at: None = None
    open: bool = True


class VideoPlaces:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def place(self, principal: Principal, media_id: str) -> VideoPlace:
        """Raises NotFound, also for what is not ready; Unauthenticated where logging in would help."""
        found = await self._db.one(store.by_id(media_id))
        video = seen(principal, found)
        if video.state is not VideoState.READY:
            raise NotFound(text("This video is not ready to be watched yet."))
        return VideoPlace(video.id, video.org_id, video.title)

    async def known(self, media_id: str) -> bool:
        return await self._db.one(store.by_id(media_id)) is not None
