"""Videos of an organization for others to choose from by title. Fits memberships' `Shelf` without knowing of it."""

from collections.abc import Mapping, Sequence

from novacast.database import Database
from novacast.identity import Principal
from novacast.visibility import Visibility
from novacast.vods import store
from novacast.vods.models import VideoState
from novacast.vods.service import StudioFilter, Videos


class VideoShelf:
    def __init__(self, db: Database, videos: Videos) -> None:
        self._db, self._videos = db, videos

    async def find(self, principal: Principal, org_id: str, text: str, limit: int) -> Sequence[tuple[str, str]]:
        """Id and title, the newest or the best match first. Raises NotFound for strangers."""
        found = await self._videos.studio(principal, org_id, StudioFilter(text=text), limit=limit)
        return [(entry.video.id, entry.video.title) for entry in found.items]

    async def open(self, principal: Principal, org_id: str, limit: int) -> Sequence[tuple[str, str]]:
        """As `find`, of what everybody may watch. Fits rentals' `Trailers`."""
        wanted = StudioFilter(state=VideoState.READY, visibility=Visibility.PUBLIC)
        found = await self._videos.studio(principal, org_id, wanted, limit=limit)
        return [(entry.video.id, entry.video.title) for entry in found.items]

    async def titles(self, org_id: str, ids: Sequence[str]) -> Mapping[str, str]:
        """Of what is the organization's."""
        found = await self._db.all(store.by_ids(ids)) if ids else []
        return {one.id: one.title for one in found if one.org_id == org_id}
