"""Taking players' reports, and telling a video's makers what they come to."""

from novacast.clock import DAY
from novacast.database import Database, Transaction
from novacast.errors import Forbidden, NotFound
from novacast.i18n import text
from novacast.identity import Principal
from novacast.limits import Rate, RateLimiter
from novacast.vods import store as videos
from novacast.vods.health import store
from novacast.vods.health.models import Health, Report, hour_of, read
from novacast.vods.health.ports import OnAir, Viewings
from novacast.vods.health.recent import Recent
from novacast.vods.models import may_edit
from novacast.vods.service import seen

REPORTS = Rate("health", burst=12, period=120)
"""Of one session: players report every half minute, and when their page goes."""
HOURLY = 2
"""Up to so many days are told by the hour, more by the day."""


class VideoHealth:
    def __init__(
        self, db: Database, viewings: Viewings, limiter: RateLimiter, *, keep_days: int, on_air: OnAir | None = None
    ) -> None:
        self._db = db
        self._viewings = viewings
        self._limiter = limiter
        self._keep_days = keep_days
        self.recent = Recent(db.clock)
        self._on_air = on_air

    async def report(self, video_id: str, session_id: str, report: Report) -> None:
        """Raises NotFound for a session that is none, or another video's; RateLimited."""
        watched = await self._viewings.watched(session_id)
        if watched is None or watched.media_id != video_id:
            raise NotFound(text("There is no such viewing session. Open the page again."))
        self._limiter.check(REPORTS, session_id)
        if not (amounts := report.amounts()):
            return
        self.recent.add(video_id, report)

        def unit(tx: Transaction) -> bool:
            # The session is playback's: its video may have gone since, or not be one yet.
            there = tx.one(videos.by_id(video_id)) is not None
            if there:
                store.add(tx, video_id, hour_of(tx.now), amounts)
            return there

        if not await self._db.write(unit) and self._on_air is not None:
            stalled, played = 1000 * sum(report.stalls), 1000 * sum(time for _, time in report.played)
            self._on_air.reported(video_id, len(report.stalls), stalled, played)

    async def of(self, principal: Principal, video_id: str, days: int) -> Health:
        """The last days. Raises NotFound, Unauthenticated, Forbidden."""
        last = hour_of(self._db.clock.now())
        step = 1 if days <= HOURLY else 24
        # Days are whole ones in UTC, hours the last ones.
        first = last - 24 * days + 1 if step == 1 else last // 24 * 24 - 24 * (days - 1)
        async with self._db.snapshot() as view:
            found = await view.one(videos.by_id(video_id))
            video = seen(principal, found)
            if not may_edit(principal, video):
                raise Forbidden(text("You may watch this video, but not see how others do."))
            amounts = await view.all(store.amounts(video_id, first, last))
        return read(amounts, first, last, step)

    async def sums(self, video_id: str, days: int) -> Health:
        """Of the last days in one, added up by the database, for a caller who was let in already."""
        last = hour_of(self._db.clock.now())
        first = last // 24 * 24 - 24 * (days - 1)
        return read(await self._db.all(store.sums(video_id, first, last)), first, last, 24 * days)

    async def sweep(self) -> None:
        """Forget what is older than `[health] keep_days`."""
        before = hour_of(self._db.clock.now() - self._keep_days * DAY)
        while await self._db.write(lambda tx: store.sweep(tx, before)) == store.SWEPT:
            pass
