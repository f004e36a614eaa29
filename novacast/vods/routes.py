"""The API of videos. A video is created by an upload (`/api/v1/uploads`)."""

from aiohttp import web

from novacast.database import Then
from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound, Unauthenticated
from novacast.i18n import text
from novacast.identity import Principal
from novacast.vods.bodies import (
    ChangesBody,
    LibraryQuery,
    PositionBody,
    PositionRequest,
    StudioBody,
    StudioEntryBody,
    StudioQuery,
    TranscodeBody,
    VideoBody,
    VideoDetailBody,
    VideosBody,
    WatchingBody,
    WatchingListBody,
)
from novacast.vods.ports import Admits
from novacast.vods.service import StudioFilter, Videos
from novacast.vods.source import PlayableVideo, VideoSource
from novacast.vods.transcoding.models import Transcode
from novacast.vods.transcoding.service import Transcoding
from novacast.vods.watching import Positions
from novacast.web import Body, Call, delete, get, patch, post, put
from novacast.web.pictures import JPEG_FILE

VIDEO = "/api/v1/videos/{video_id}"


class PosterQuery(Body):
    edition: str = ""


class VideoRoutes:
    def __init__(
        self,
        videos: Videos,
        positions: Positions,
        transcoding: Transcoding,
        source: VideoSource,
        admits: Admits | None = None,
    ) -> None:
        self._videos = videos
        self._positions = positions
        self._transcoding = transcoding
        self._source = source
        self._admits = admits

    @get("/api/v1/videos", tag="videos", public=True, summary="The library", errors=(InvalidInput,))
    async def library(self, call: Call, query: LibraryQuery) -> VideosBody:
        """What can be watched by the caller and is meant to be found; latest first, or best matches first with `q`."""
        page = await self._videos.library(call.principal, text=query.q, cursor=query.cursor, limit=query.limit)
        return VideosBody.of(page, VideoBody.of)

    @get(
        "/api/v1/organizations/{org_id}/videos",
        tag="videos",
        summary="Videos of an organization, in every state",
        errors=(InvalidInput, NotFound),
    )
    async def studio(self, call: Call, org_id: str, query: StudioQuery) -> StudioBody:
        wanted = StudioFilter(query.state, query.visibility, query.q, query.mine)
        page = await self._videos.studio(call.principal, org_id, wanted, cursor=query.cursor, limit=query.limit)
        return StudioBody.of(page, StudioEntryBody.entry)

    @get("/api/v1/watching", tag="videos", summary="Videos begun and not finished")
    async def watching(self, call: Call) -> WatchingListBody:
        return WatchingListBody.of(await self._positions.unfinished(call.principal), WatchingBody.of)

    @get(VIDEO, tag="videos", public=True, summary="A video", errors=(NotFound, Unauthenticated))
    async def show(self, call: Call, video_id: str) -> VideoDetailBody:
        return VideoDetailBody.detailed(await self._videos.show(call.principal, video_id))

    @patch(VIDEO, tag="videos", summary="Change a video", errors=(NotFound, Forbidden, InvalidInput))
    async def edit(self, call: Call, video_id: str, body: ChangesBody) -> VideoBody:
        return VideoBody.of(await self._videos.edit(call.principal, video_id, body.changes()))

    @delete(VIDEO, tag="videos", summary="Delete a video and its files", status=204, errors=(NotFound, Forbidden))
    async def delete(self, call: Call, video_id: str) -> None:
        await self._videos.delete(call.principal, video_id)

    @get(
        f"{VIDEO}/poster",
        tag="videos",
        public=True,
        summary="A picture of a video",
        errors=(NotFound, Unauthenticated),
        operation=JPEG_FILE,
    )
    async def poster(self, call: Call, video_id: str, query: PosterQuery) -> web.FileResponse:
        place = await self._shown(call.principal, video_id)
        if place.poster is None:
            raise NotFound(text("This video has no picture."))
        # What may be seen can change, so shared caches must not keep it; the name changes with the picture.
        return web.FileResponse(place.folder / place.poster, headers={"Cache-Control": "private, max-age=3600"})

    @get(f"{VIDEO}/transcode", tag="videos", summary="How far a transcode is", errors=(NotFound, Forbidden))
    async def transcode(self, call: Call, video_id: str) -> TranscodeBody:
        return TranscodeBody.of(await self._transcoding.show(call.principal, video_id))

    @post(
        f"{VIDEO}/transcode/retry",
        tag="videos",
        summary="Try a failed or cancelled transcode again",
        errors=(NotFound, Forbidden, Conflict),
    )
    async def retry(self, call: Call, video_id: str) -> TranscodeBody:
        then: Then[Transcode] = call.remember(TranscodeBody.of)
        return TranscodeBody.of(await self._transcoding.retry(call.principal, video_id, then))

    @post(
        f"{VIDEO}/transcode/cancel",
        tag="videos",
        summary="Stop a transcode",
        errors=(NotFound, Forbidden, Conflict),
    )
    async def cancel(self, call: Call, video_id: str) -> TranscodeBody:
        then: Then[Transcode] = call.remember(TranscodeBody.of)
        return TranscodeBody.of(await self._transcoding.cancel(call.principal, video_id, then))

    @put(f"{VIDEO}/position", tag="videos", summary="Keep where one stopped", errors=(NotFound, InvalidInput))
    async def keep_position(self, call: Call, video_id: str, body: PositionRequest) -> PositionBody:
        return PositionBody.of(await self._positions.keep(call.principal, video_id, body.at))

    async def _shown(self, principal: Principal, video_id: str) -> PlayableVideo:
        """By its visibility, else by what somebody bought of it. Raises NotFound, Unauthenticated."""
        try:
            return await self._source.show(principal, video_id)
        except (NotFound, Unauthenticated):
            admitted = principal if self._admits is None else await self._admits.admitted(principal, video_id)
            if not admitted.passes:
                raise
            return await self._source.show(admitted, video_id)
