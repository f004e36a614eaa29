"""The API of clips."""

from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound, RateLimited, Unauthenticated
from novacast.live.recording.bodies import ClipBody, NewClipBody
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
