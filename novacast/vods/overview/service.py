"""Work on videos and their room on the disk, for operators."""

from collections.abc import Sequence

from novacast.database import Database, Page, keyset
from novacast.errors import Conflict, NotFound
from novacast.i18n import text
from novacast.identity import Principal, operates
from novacast.vods import store as videos
from novacast.vods.overview import store
from novacast.vods.overview.models import Job
from novacast.vods.storage.models import Finding, Report, Usage
from novacast.vods.storage.quota import Quotas
from novacast.vods.storage.sweep import Sweeping

START = (2**63 - 1, "")


class WorkOverview:
    def __init__(self, db: Database, storage: Sweeping, quotas: Quotas) -> None:
        self._db, self._storage, self._quotas = db, storage, quotas

    async def live(self, principal: Principal) -> Sequence[Job]:
        """What runs, then what waits in the order in which it is worked on. Raises Forbidden."""
        operates(principal)
        return await self._db.all(store.live())

    async def ended(self, principal: Principal, state: str, cursor: str | None, limit: int) -> Page[Job]:
        """Transcodes that came to this end, latest first. Raises Forbidden."""
        operates(principal)
        start = keyset(cursor, int, str) or START
        rows = await self._db.all(store.ended(state, (start[0], start[1]), limit + 1))
        return Page.of(rows, limit, lambda job: (job.queued_at, job.video_id))

    async def move(self, principal: Principal, video_id: str, *, first: bool) -> None:
        """A transcode to the front or the end of those of the same urgency. Raises Forbidden, NotFound, Conflict."""
        operates(principal)
        if await self._db.one(videos.by_id(video_id)) is None:
            raise NotFound(text("There is no such video."))
        put = store.put_first if first else store.put_last
        if not await self._db.write(lambda tx: put(tx, video_id)):
            raise Conflict(text("This transcode has ended: there is nothing to move."))

    async def free(self, principal: Principal) -> int:
        """Bytes of the disk that may still be used. Raises Forbidden."""
        operates(principal)
        return await self._storage.free()

    async def set_quota(self, principal: Principal, org_id: str, quota: int | None, *, default: bool) -> Usage:
        """`default`: what the settings say. Raises Forbidden, NotFound."""
        operates(principal)
        if default:
            return await self._quotas.unset(principal, org_id)
        return await self._quotas.set(principal, org_id, quota)

    async def report(self, principal: Principal) -> Report:
        """Files without rows and rows without files. Changes nothing. Raises Forbidden."""
        operates(principal)
        return await self._storage.report()

    async def mend(self, principal: Principal) -> tuple[Report, Sequence[Finding]]:
        """Do what the report offers; what was found, and what of it was done. Raises Forbidden."""
        operates(principal)
        report = await self._storage.report()
        return report, await self._storage.mend(report)
