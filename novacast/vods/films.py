"""Videos as what can be put on air. Fits live's `Films` without knowing of it."""

from pathlib import Path

from novacast.database import Database
from novacast.records import dataclass
from novacast.vods import store
from novacast.vods.folders import MediaFolders
from novacast.vods.models import VideoState


@dataclass(frozen=True, slots=True)
class Film:
    id: str
    title: str
    duration: int
    edition: Path
    rung: str


class Films:
    def __init__(self, db: Database, folders: MediaFolders) -> None:
        self._db, self._folders = db, folders

    async def film(self, org_id: str, video_id: str) -> Film | None:
        async with self._db.snapshot() as view:
            video = await view.one(store.by_id(video_id))
            rungs = await view.all(store.rungs(video_id))
        best = next((rung.name for rung in rungs if rung.published), None)
        if video is None or video.org_id != org_id or video.state is not VideoState.READY:
            return None
        if video.edition is None or not video.duration or best is None:
            return None
        return Film(video.id, video.title, video.duration, self._folders.edition(video.id, video.edition), best)
