"""The API of events' pictures."""

from typing import Annotated

from aiohttp import web
from pydantic import Field

from novacast.errors import DiskFull, Forbidden, NotFound, Overloaded, TooLarge, UnsupportedMedia
from novacast.limits import Rate
from novacast.media.brought import LARGEST
from novacast.tickets.events.bodies import EventBody
from novacast.tickets.posters.service import Posters
from novacast.web import Body, Call, delete, get, put
from novacast.web.pictures import BROUGHT, JPEG_FILE

POSTER = "/api/v1/events/{event_id}/poster"
MAKING = Rate("tickets.posters", burst=30, period=60)


class PosterQuery(Body):
    picture: Annotated[str, Field(max_length=64, description="Which; for caches, the one there is comes anyway.")] = ""


class PosterRoutes:
    def __init__(self, posters: Posters) -> None:
        self._posters = posters

    @get(POSTER, tag="tickets", public=True, summary="An event's picture", errors=(NotFound,), operation=JPEG_FILE)
    async def show(self, call: Call, event_id: str, query: PosterQuery) -> web.FileResponse:
        path = await self._posters.file(call.principal, event_id)
        # Who may see it can change, so shared caches must not keep it; the address changes with the picture.
        return web.FileResponse(str(path), headers={"Cache-Control": "private, max-age=3600"})

    @put(
        POSTER,
        tag="tickets",
        stream=True,
        summary="Bring an event's picture",
        errors=(NotFound, Forbidden, TooLarge, UnsupportedMedia, DiskFull, Overloaded),
        operation=BROUGHT,
    )
    async def bring(self, call: Call, event_id: str) -> EventBody:
        """JPEG, PNG or WebP; encoded anew, at most 1280 pixels wide and high, without anything but pixels."""
        call.limit(MAKING)
        return EventBody.of(await self._posters.bring(call.principal, event_id, call.chunks(LARGEST)))

    @delete(POSTER, tag="tickets", status=204, summary="Remove an event's picture", errors=(NotFound, Forbidden))
    async def remove(self, call: Call, event_id: str) -> None:
        await self._posters.remove(call.principal, event_id)
