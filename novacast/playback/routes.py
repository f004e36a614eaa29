"""Playback's API. The bytes themselves are answered by `playback.delivery`."""

from novacast.errors import Conflict, NotFound, RateLimited, Unauthenticated
from novacast.playback.bodies import StreamBody, StreamQuery, ViewingBody, ViewingsBody
from novacast.playback.service import Playback
from novacast.web import Call, ListQuery, delete, get


class PlaybackRoutes:
    def __init__(self, playback: Playback) -> None:
        self._playback = playback

    @get(
        "/api/v1/streams/{id}",
        tag="playback",
        public=True,
        summary="An address to watch something at",
        errors=(NotFound, Unauthenticated, Conflict, RateLimited),
    )
    async def stream(self, call: Call, id: str, query: StreamQuery) -> StreamBody:
        """The address is short-lived and signed. The first request for it begins a viewing session and is redirected
        to that session's own address, under which playlists, segments and pictures lie; later requests lead to the
        same session. 409 lists the devices that watch already, one of which `take_over` ends."""
        stream = await self._playback.stream(
            call.principal, id, address=call.address, take_over=query.take_over, session=query.session
        )
        return StreamBody.of(stream)

    @get("/api/v1/viewing-sessions", tag="playback", summary="What I watch, and on which devices")
    async def sessions(self, call: Call, query: ListQuery) -> ViewingsBody:
        """Newest first."""
        return ViewingsBody.of(await self._playback.sessions(call.principal, query.cursor, query.limit), ViewingBody.of)

    @delete("/api/v1/viewing-sessions/{id}", tag="playback", status=204, summary="Stop a device", errors=(NotFound,))
    async def end(self, call: Call, id: str) -> None:
        """Its next segment is refused."""
        await self._playback.end(call.principal, id)
