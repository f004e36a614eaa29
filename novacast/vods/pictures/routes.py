"""The API of the pictures that a video's poster is chosen from. The poster itself is at `/videos/{id}/poster`."""

from aiohttp import web

from novacast.errors import Conflict, DiskFull, Forbidden, InvalidInput, NotFound, TooLarge, UnsupportedMedia
from novacast.limits import Rate
from novacast.vods.pictures.bodies import BroughtQuery, ChoiceRequest, FrameRequest, GalleryBody, PictureBody
from novacast.vods.pictures.models import LARGEST
from novacast.vods.pictures.service import Pictures
from novacast.web import Call, delete, get, post, put
from novacast.web.pictures import BROUGHT

VIDEO = "/api/v1/videos/{video_id}"
PATH = f"{VIDEO}/pictures"
MAKING = Rate("vods.pictures", burst=30, period=60)
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_JPEG = {"responses": {"200": {"description": "A JPEG.", "content": {"image/jpeg": _BINARY}}}}


class PictureRoutes:
    def __init__(self, pictures: Pictures) -> None:
        self._pictures = pictures

    @get(PATH, tag="videos", summary="Pictures to choose a poster from", errors=(NotFound, Forbidden))
    async def show(self, call: Call, video_id: str) -> GalleryBody:
        return GalleryBody.of(await self._pictures.show(call.principal, video_id))

    @post(
        PATH,
        tag="videos",
        status=201,
        summary="Take a frame as a picture",
        errors=(NotFound, Forbidden, InvalidInput, Conflict),
    )
    async def take(self, call: Call, video_id: str, body: FrameRequest) -> PictureBody:
        """It is made by a job: `video.pictures` tells of the end."""
        call.limit(MAKING)
        then = call.remember(PictureBody.of)
        picture = await self._pictures.take(call.principal, video_id, body.at, choose=body.choose, then=then)
        return PictureBody.of(picture)

    @post(
        f"{VIDEO}/picture-files",
        tag="videos",
        status=201,
        stream=True,
        idempotent=False,
        summary="Bring a picture",
        errors=(NotFound, Forbidden, Conflict, TooLarge, UnsupportedMedia, DiskFull),
        operation=BROUGHT,
    )
    async def bring(self, call: Call, video_id: str, query: BroughtQuery) -> PictureBody:
        """JPEG, PNG or WebP; encoded anew by a job, at most 1280 pixels wide and high, without anything but pixels."""
        call.limit(MAKING)
        chunks = call.chunks(LARGEST)
        return PictureBody.of(await self._pictures.bring(call.principal, video_id, chunks, choose=query.choose))

    @get(
        f"{PATH}/{{picture_id}}/image.jpg",
        tag="videos",
        summary="One of the pictures",
        errors=(NotFound, Forbidden),
        operation=_JPEG,
    )
    async def file(self, call: Call, video_id: str, picture_id: str) -> web.FileResponse:
        path = await self._pictures.file(call.principal, video_id, picture_id)
        return web.FileResponse(path, headers={"Cache-Control": "private, max-age=86400"})

    @put(f"{VIDEO}/poster", tag="videos", summary="Choose the poster", errors=(NotFound, Forbidden, Conflict))
    async def choose(self, call: Call, video_id: str, body: ChoiceRequest) -> GalleryBody:
        return GalleryBody.of(await self._pictures.choose(call.principal, video_id, body.picture))

    @delete(
        f"{PATH}/{{picture_id}}", tag="videos", status=204, summary="Remove a picture", errors=(NotFound, Forbidden)
    )
    async def remove(self, call: Call, video_id: str, picture_id: str) -> None:
        await self._pictures.remove(call.principal, video_id, picture_id)
