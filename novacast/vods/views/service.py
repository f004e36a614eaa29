"""Counting views, and telling how many there are."""

from collections.abc import Mapping, Sequence

from novacast.database import Database, Transaction
from novacast.errors import Conflict, NotFound
from novacast.i18n import text
from novacast.identity import Principal
from novacast.security.keys import new_token
from novacast.vods import store as videos
from novacast.vods.models import may_edit
from novacast.vods.service import seen
from novacast.vods.views import store
from novacast.vods.views.models import FASTEST, ONCE, Counted, Viewer, day_of, is_robot, needed
from novacast.vods.views.ports import Viewings


class Views:
    def __init__(self, db: Database, viewings: Viewings) -> None:
        self._db = db
        self._viewings = viewings

    async def count(self, video_id: str, viewer: Viewer) -> bool:
        """Whether this is a view that was not counted yet. On disk when this returns.

        Raises NotFound for a session that is none, or another video's; Conflict while too little can have been played.
        """
        if is_robot(viewer.agent):
            return False
        watched = await self._viewings.watched(viewer.session_id)
        if watched is None or watched.media_id != video_id:
            raise NotFound(text("There is no such viewing session. Open the page again."))

        def unit(tx: Transaction) -> bool:
            video = tx.one(videos.by_id(video_id))
            if video is None:
                raise NotFound(text("There is no such video, or it is not for you to see."))
            if watched.segments == 0 or tx.now - watched.started_at < needed(video.duration) // FASTEST:
                raise Conflict(text("Too little of it was played yet to count as a view."))
            return _count(tx, video_id, viewer)

        return await self._db.write(unit)

    async def totals(self, video_ids: Sequence[str]) -> Mapping[str, int]:
        """Of videos that the caller may see already. What nobody watched is not in it."""
        return dict(await self._db.all(store.totals(video_ids))) if video_ids else {}

    async def of(self, principal: Principal, video_id: str, days: int) -> Counted:
        """All views, and those of the last days for who may edit. Raises NotFound, Unauthenticated."""
        async with self._db.snapshot() as view:
            found = await view.one(videos.by_id(video_id))
            video = seen(principal, found)
            totals = dict(await view.all(store.totals([video_id])))
            today = day_of(self._db.clock.now())
            counted = await view.all(store.days(video_id, today - days + 1)) if may_edit(principal, video) else []
        return Counted(totals.get(video_id, 0), counted, today)

    async def lately(self, video_id: str, days: int) -> Counted:
        """Those of the last days, which are all that `total` counts, for a caller who was let in already."""
        today = day_of(self._db.clock.now())
        counted = await self._db.all(store.days(video_id, today - days + 1))
        return Counted(sum(day.number for day in counted), counted, today)

    async def sweep(self) -> None:
        """Forget who was counted, as soon as they would count again, and salts of days gone by."""

        def unit(tx: Transaction) -> int:
            store.sweep_salts(tx, day_of(tx.now) - 1)
            return store.sweep_marks(tx, tx.now - ONCE)

        while await self._db.write(unit) == store.SWEPT:
            pass


def _count(tx: Transaction, video_id: str, viewer: Viewer) -> bool:
    today = day_of(tx.now)
    # Yesterday's as well: midnight makes nobody a new viewer.
    salts = [_salt(tx, today), tx.one(store.salt(today - 1))]
    marks = viewer.marks([salt for salt in salts if salt is not None])
    if tx.one(store.marked(video_id, marks, tx.now - ONCE)):
        return False
    for mark in marks[:2]:
        store.mark(tx, video_id, mark)
    store.count(tx, video_id, today)
    return True


def _salt(tx: Transaction, day: int) -> bytes:
    salt = tx.one(store.salt(day))
    if salt is None:
        salt = new_token(32).encode()
        store.add_salt(tx, day, salt)
    return salt
