"""The API of health."""

from novacast.errors import Forbidden, NotFound, RateLimited, Unauthenticated
from novacast.limits import Rate
from novacast.vods.health.bodies import HealthBody, HealthQuery, ReportBody
from novacast.vods.health.service import VideoHealth
from novacast.web import Call, get, post

PATH = "/api/v1/videos/{video_id}/health"
NETWORK = Rate("health.network", burst=3000, period=60)
"""Reports of one person, or one network, where a school may have one for all."""


class HealthRoutes:
    def __init__(self, health: VideoHealth) -> None:
        self._health = health

    @post(
        PATH,
        tag="videos",
        public=True,
        scope="read",
        idempotent=False,
        summary="Tell how playing goes",
        errors=(NotFound, RateLimited),
    )
    async def report(self, call: Call, video_id: str, body: ReportBody) -> None:
        """For players, every half minute. What they tell is added up and kept without who told it."""
        call.limit(NETWORK)
        await self._health.report(video_id, body.session, body.report())

    @get(PATH, tag="videos", summary="How playing went", errors=(NotFound, Unauthenticated, Forbidden))
    async def show(self, call: Call, video_id: str, query: HealthQuery) -> HealthBody:
        return HealthBody.of(await self._health.of(call.principal, video_id, query.days))
