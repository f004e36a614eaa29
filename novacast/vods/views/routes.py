"""The API of views."""

from novacast.errors import Conflict, NotFound, RateLimited, Unauthenticated
from novacast.limits import Rate
from novacast.vods.views.bodies import ViewBody, ViewRequest, ViewsBody, ViewsQuery
from novacast.vods.views.models import Viewer
from novacast.vods.views.service import Views
from novacast.web import Call, get, post

PATH = "/api/v1/videos/{video_id}/views"
REPORTS = Rate("views", burst=600, period=60)
"""Of one person, or one network, where a school may have one for all."""


class ViewRoutes:
    def __init__(self, views: Views) -> None:
        self._views = views

    @get(PATH, tag="videos", public=True, summary="How often a video was watched", errors=(NotFound, Unauthenticated))
    async def show(self, call: Call, video_id: str, query: ViewsQuery) -> ViewsBody:
        return ViewsBody.of(await self._views.of(call.principal, video_id, query.days))

    @post(
        PATH,
        tag="videos",
        public=True,
        scope="read",
        idempotent=False,
        summary="Say that one has watched",
        errors=(NotFound, Conflict, RateLimited),
    )
    async def count(self, call: Call, video_id: str, body: ViewRequest) -> ViewBody:
        """For players, once 10 seconds, or half of a shorter video, were played. 409 while that can't be so yet."""
        call.limit(REPORTS)
        viewer = Viewer(call.principal.person_id, call.address, call.user_agent, body.session)
        return ViewBody(counted=await self._views.count(video_id, viewer))
