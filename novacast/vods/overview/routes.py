"""The admin API of work on videos and of storage. Cancel, retry and forecasts are routes that makers of videos have."""

from novacast.database import Page
from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound
from novacast.vods.overview.bodies import DiskBody, JobBody, JobsBody, JobsQuery, QuotaBody, SweepBody, UsageBody
from novacast.vods.overview.service import WorkOverview
from novacast.web import Call, get, post, put

JOBS = "/api/v1/admin/jobs"
STORAGE = "/api/v1/admin/storage"


class WorkRoutes:
    def __init__(self, overview: WorkOverview) -> None:
        self._overview = overview

    @get(JOBS, tag="admin", scope="admin", summary="Work on videos", errors=(Forbidden, InvalidInput))
    async def jobs(self, call: Call, query: JobsQuery) -> JobsBody:
        """What runs and waits, in the order in which it is worked on; or transcodes that have ended, latest first."""
        if query.state == "live":
            return JobsBody.of(Page(await self._overview.live(call.principal), None), JobBody.of)
        return JobsBody.of(
            await self._overview.ended(call.principal, query.state, query.cursor, query.limit), JobBody.of
        )

    @post(
        f"{JOBS}/{{video_id}}/first",
        tag="admin",
        scope="admin",
        status=204,
        idempotent=False,
        summary="Work on a transcode before the others",
        errors=(Forbidden, NotFound, Conflict),
    )
    async def first(self, call: Call, video_id: str) -> None:
        """Of the same urgency: what makes any video watchable still comes before what makes another one better."""
        await self._overview.move(call.principal, video_id, first=True)

    @post(
        f"{JOBS}/{{video_id}}/last",
        tag="admin",
        scope="admin",
        status=204,
        idempotent=False,
        summary="Work on a transcode after the others",
        errors=(Forbidden, NotFound, Conflict),
    )
    async def last(self, call: Call, video_id: str) -> None:
        await self._overview.move(call.principal, video_id, first=False)

    @get(STORAGE, tag="admin", scope="admin", summary="How much room is left on the disk", errors=(Forbidden,))
    async def disk(self, call: Call) -> DiskBody:
        """What each organization takes is at `/api/v1/organizations/{org_id}/storage`."""
        return DiskBody(free=await self._overview.free(call.principal))

    @put(
        "/api/v1/admin/organizations/{org_id}/quota",
        tag="admin",
        scope="admin",
        summary="Say how much room an organization may have",
        errors=(Forbidden, NotFound),
    )
    async def set_quota(self, call: Call, org_id: str, body: QuotaBody) -> UsageBody:
        usage = await self._overview.set_quota(call.principal, org_id, body.bytes, default=body.default)
        return UsageBody.of(usage)

    @get(
        f"{STORAGE}/sweep",
        tag="admin",
        scope="admin",
        summary="Files without rows, and rows without files",
        errors=(Forbidden,),
    )
    async def report(self, call: Call) -> SweepBody:
        """Changes nothing."""
        return SweepBody.of(await self._overview.report(call.principal))

    @post(
        f"{STORAGE}/sweep",
        tag="admin",
        scope="admin",
        idempotent=False,
        summary="Do what the sweep's report offers",
        errors=(Forbidden,),
    )
    async def mend(self, call: Call) -> SweepBody:
        return SweepBody.of(*await self._overview.mend(call.principal))
