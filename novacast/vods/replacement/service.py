"""Replacements as makers see them. One begins by an upload that names the video it replaces."""

from novacast.database import Database, Transaction
from novacast.errors import Conflict
from novacast.i18n import text
from novacast.identity import Principal
from novacast.vods import store as videos
from novacast.vods.models import Video
from novacast.vods.replacement import store
from novacast.vods.replacement.models import Replacement
from novacast.vods.service import editable


class Replacements:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def show(self, principal: Principal, video_id: str) -> tuple[Video, Replacement | None]:
        """The one that waits or was refused, if any. Raises NotFound, Forbidden."""
        async with self._db.snapshot() as view:
            found = await view.one(videos.by_id(video_id))
            video = editable(principal, found)
            return video, await view.one(store.of_video(video_id))

    async def dismiss(self, principal: Principal, video_id: str) -> None:
        """Forget one that was refused. Raises Conflict for one that waits: it is about to begin."""

        def unit(tx: Transaction) -> None:
            editable(principal, tx.one(videos.by_id(video_id)))
            there = tx.one(store.of_video(video_id))
            if there is not None and there.reason is None:
                raise Conflict(text("The new file is being looked at already."))
            store.remove(tx, video_id)

        await self._db.write(unit)
