"""The API of clips."""

from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound, RateLimited, Unauthenticated
from novacast.live.recording.bodies import ClipBody, LatestClipBody, NewClipBody
from novacast.live.recording.clips import Clips
from novacast.web import Call, post


class ClipRoutes:
    def __init__(self, clips: Clips) -> None:
        self._clips = clips

    @post(
        "/api/v1/programmes/{programme_id}/clips",
        tag="live",
        status=201,
        summary="Cut a clip out of a programme, on air or over",
        errors=(NotFound, Unauthenticated, Forbidden, InvalidInput, Conflict, RateLimited),
    )
    async def make(self, call: Call, programme_id: str, body: NewClipBody) -> ClipBody:
        """A video of its own, which can be watched at once."""
        then = call.remember(ClipBody.of)
        return ClipBody.of(await self._clips.make(call.principal, programme_id, *body.span, body.title, then))

    @post(
        "/api/v1/programmes/{programme_id}/clips/latest",
        tag="live",
        status=201,
        summary="Cut out what was on just now",
        errors=(NotFound, Unauthenticated, Forbidden, InvalidInput, Conflict, RateLimited),
    )
    async def latest(self, call: Call, programme_id: str, body: LatestClipBody) -> ClipBody:
        """The last seconds of a programme on air; a video of its own, which can be watched at once."""
        then = call.remember(ClipBody.of)
        last, before = body.last_seconds, body.before_seconds
        return ClipBody.of(await self._clips.latest(call.principal, programme_id, last, before, body.title, then))
