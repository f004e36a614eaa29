"""The API of pictures: posters of channels and programmes, and slates."""

from typing import Annotated

from aiohttp import web
from pydantic import Field

from novacast.errors import DiskFull, Forbidden, NotFound, Overloaded, TooLarge, Unauthenticated, UnsupportedMedia
from novacast.limits import Rate
from novacast.live.channels.bodies import ChannelBody
from novacast.live.channels.routes import CHANNEL
from novacast.live.pictures.models import Place
from novacast.live.pictures.service import Pictures
from novacast.live.programmes.bodies import ProgrammeBody
from novacast.live.programmes.routes import PROGRAMME
from novacast.media.brought import LARGEST
from novacast.web import Body, Call, delete, get, put
from novacast.web.pictures import BROUGHT, JPEG_FILE

MAKING = Rate("live.pictures", burst=30, period=60)
_BRING = (NotFound, Forbidden, TooLarge, UnsupportedMedia, DiskFull, Overloaded)
_SEE = (NotFound, Unauthenticated)


class PictureQuery(Body):
    picture: Annotated[str, Field(max_length=64, description="Which; for caches, the one there is comes anyway.")] = ""


class ChannelPictureRoutes:
    def __init__(self, pictures: Pictures) -> None:
        self._pictures = pictures

    @get(f"{CHANNEL}/poster", tag="live", public=True, summary="A channel's picture", errors=_SEE, operation=JPEG_FILE)
    @get(f"{CHANNEL}/slate", tag="live", public=True, summary="A channel's slate", errors=_SEE, operation=JPEG_FILE)
    async def show(self, call: Call, channel_id: str, query: PictureQuery) -> web.FileResponse:
        """A slate is what viewers see while no encoder sends."""
        return _sent(await self._pictures.of_channel(call.principal, channel_id, _place(call)))

    @put(f"{CHANNEL}/poster", tag="live", stream=True, summary="Bring a picture", errors=_BRING, operation=BROUGHT)
    @put(f"{CHANNEL}/slate", tag="live", stream=True, summary="Bring a slate", errors=_BRING, operation=BROUGHT)
    async def bring(self, call: Call, channel_id: str) -> ChannelBody:
        """JPEG, PNG or WebP; encoded anew, at most 1280 pixels wide and high, without anything but pixels."""
        call.limit(MAKING)
        chunks = call.chunks(LARGEST)
        return ChannelBody.of(await self._pictures.bring_for_channel(call.principal, channel_id, _place(call), chunks))

    @delete(f"{CHANNEL}/poster", tag="live", status=204, summary="Remove the picture", errors=(NotFound, Forbidden))
    @delete(f"{CHANNEL}/slate", tag="live", status=204, summary="Remove the slate", errors=(NotFound, Forbidden))
    async def remove(self, call: Call, channel_id: str) -> None:
        await self._pictures.remove_of_channel(call.principal, channel_id, _place(call))

    @get(
        f"{PROGRAMME}/poster",
        tag="live",
        public=True,
        summary="A programme's picture",
        errors=_SEE,
        operation=JPEG_FILE,
    )
    async def programme(self, call: Call, programme_id: str, query: PictureQuery) -> web.FileResponse:
        return _sent(await self._pictures.of_programme(call.principal, programme_id))

    @get(
        f"{PROGRAMME}/still",
        tag="live",
        public=True,
        summary="What is on air, as a picture",
        errors=_SEE,
        operation=JPEG_FILE,
    )
    async def still(self, call: Call, programme_id: str, query: PictureQuery) -> web.FileResponse:
        """Made anew about twice a minute while it is on air."""
        return _sent(await self._pictures.still(call.principal, programme_id))

    @put(f"{PROGRAMME}/poster", tag="live", stream=True, summary="Bring it", errors=_BRING, operation=BROUGHT)
    async def bring_programme(self, call: Call, programme_id: str) -> ProgrammeBody:
        """As a channel's."""
        call.limit(MAKING)
        chunks = call.chunks(LARGEST)
        return ProgrammeBody.of(await self._pictures.bring_for_programme(call.principal, programme_id, chunks))

    @delete(f"{PROGRAMME}/poster", tag="live", status=204, summary="Remove it", errors=(NotFound, Forbidden))
    async def remove_programme(self, call: Call, programme_id: str) -> None:
        await self._pictures.remove_of_programme(call.principal, programme_id)


def _place(call: Call) -> Place:
    """As the end of the address says."""
    return Place(call.request.path.rpartition("/")[2])


def _sent(path: object) -> web.FileResponse:
    # What may be seen can change, so shared caches must not keep it; the address changes with the picture.
    return web.FileResponse(str(path), headers={"Cache-Control": "private, max-age=3600"})
