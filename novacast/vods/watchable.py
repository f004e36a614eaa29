"""Videos by their ids, as far as somebody may watch them. Fits live's `Library` without knowing of it."""

from collections.abc import Mapping, Sequence

from novacast.database import Database
from novacast.identity import Principal
from novacast.records import dataclass
from novacast.vods import store
from novacast.vods.bodies import poster_path
from novacast.vods.models import VideoState, may_see


@dataclass(frozen=True, slots=True)
class Watchable:
    id: str
    title: str
    duration: int | None
    poster: str | None
    """Path of its picture."""


class WatchableVideos:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def watchable(self, principal: Principal, video_ids: Sequence[str]) -> Mapping[str, Watchable]:
        """Of at most a hundred ids."""
        if not video_ids:
            return {}
        found = await self._db.all(store.by_ids(video_ids[:100]))
        return {
            one.id: Watchable(one.id, one.title, one.duration, poster_path(one))
            for one in found
            if one.state is VideoState.READY and may_see(principal, one)
        }
