"""The API of chapters."""

from aiohttp import web

from novacast.errors import Forbidden, InvalidInput, NotFound, PreconditionFailed, Unauthenticated
from novacast.vods.chapters.bodies import ChaptersBody, ChaptersRequest
from novacast.vods.chapters.models import webvtt
from novacast.vods.chapters.service import VideoChapters
from novacast.web import Call, get, put

PATH = "/api/v1/videos/{video_id}/chapters"
_TRACK = {"responses": {"200": {"description": "WebVTT.", "content": {"text/vtt": {"schema": {"type": "string"}}}}}}


class ChapterRoutes:
    def __init__(self, chapters: VideoChapters) -> None:
        self._chapters = chapters

    @get(PATH, tag="videos", public=True, summary="Chapters of a video", errors=(NotFound, Unauthenticated))
    async def show(self, call: Call, video_id: str) -> ChaptersBody:
        return ChaptersBody.of(await self._chapters.show(call.principal, video_id))

    @put(
        PATH,
        tag="videos",
        summary="Write the chapters of a video",
        errors=(NotFound, Forbidden, InvalidInput, PreconditionFailed),
    )
    async def write(self, call: Call, video_id: str, body: ChaptersRequest) -> ChaptersBody:
        """All of them at once; those of the file come back no more."""
        return ChaptersBody.of(await self._chapters.write(call.principal, video_id, body.chapters, body.based_on))

    @get(
        f"{PATH}.vtt",
        tag="videos",
        public=True,
        summary="Chapters as a track for players",
        errors=(NotFound, Unauthenticated),
        operation=_TRACK,
    )
    async def track(self, call: Call, video_id: str) -> web.Response:
        shown = await self._chapters.show(call.principal, video_id)
        headers = {"Cache-Control": "private, no-cache"}
        lines = webvtt(shown.items, shown.duration)
        return web.Response(text=lines, content_type="text/vtt", headers=headers)
