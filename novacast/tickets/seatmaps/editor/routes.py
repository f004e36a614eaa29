"""The API of the seat map's editor: sketches, drafts, publishing, tables."""

import asyncio

from aiohttp import web

from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound
from novacast.i18n import text
from novacast.limits import Rate
from novacast.tickets.seatmaps import spreadsheet
from novacast.tickets.seatmaps.editor.bodies import (
    DraftBody,
    NewDraftBody,
    PublicationBody,
    PublicationWishBody,
    SketchBody,
    SketchedBody,
    loose,
)
from novacast.tickets.seatmaps.editor.service import MapEditor
from novacast.tickets.seatmaps.geometry import drawn, settled
from novacast.tickets.seatmaps.hall.bodies import HallBody
from novacast.tickets.seatmaps.hall.wire import outlined
from novacast.tickets.seatmaps.routes import MAP
from novacast.web import Call, delete, get, post, put

SKETCHES = Rate("tickets.sketch", 1200, 300.0)
NO_DRAFT = text("There is no draft of this seat map.")
NOTHING = text("Send a document, or a table.")
_WORK = (InvalidInput, NotFound, Forbidden)


class MapEditorRoutes:
    def __init__(self, editor: MapEditor) -> None:
        self._editor = editor

    @post(
        "/api/v1/seat-map-sketches",
        tag="tickets",
        summary="Draw a seat map that is nowhere kept",
        errors=(InvalidInput,),
        idempotent=False,
    )
    async def sketch(self, call: Call, body: SketchBody) -> SketchedBody:
        """Of a document, or of a table of seats, which comes back as a document."""
        call.limit(SKETCHES)
        return await asyncio.to_thread(_sketched, body)

    @get(f"{MAP}/draft", tag="tickets", summary="What is drawn of a seat map and not published", errors=_WORK)
    async def draft(self, call: Call, map_id: str) -> DraftBody:
        _, found = await self._editor.open(call.principal, map_id)
        if found is None:
            raise NotFound(NO_DRAFT)
        return DraftBody.of(found)

    @put(f"{MAP}/draft", tag="tickets", summary="Keep a draft of a seat map", errors=_WORK)
    async def keep(self, call: Call, map_id: str, body: NewDraftBody) -> DraftBody:
        return DraftBody.of(await self._editor.keep(call.principal, map_id, body.base, body.name, body.document()))

    @delete(f"{MAP}/draft", tag="tickets", status=204, summary="Throw the draft of a seat map away", errors=_WORK)
    async def drop(self, call: Call, map_id: str) -> None:
        await self._editor.drop(call.principal, map_id)

    @post(
        f"{MAP}/publication",
        tag="tickets",
        summary="Publish a seat map, or see what that would change",
        errors=(*_WORK, Conflict),
    )
    async def publish(self, call: Call, map_id: str, body: PublicationWishBody) -> PublicationBody:
        """Makes the next version and gives it to performances, all or none: refused where somebody's seat would be
        lost, or somebody has published another version since `base`."""
        then, document = call.remember(PublicationBody.of), body.document()
        if body.only_look:
            return PublicationBody.of(await self._editor.look(call.principal, map_id, document, then))
        made = await self._editor.publish(
            call.principal, map_id, body.base, body.name, document, body.performances, then
        )
        return PublicationBody.of(made)

    @get(f"{MAP}/seats.csv", tag="tickets", summary="Seats of a seat map as a table", errors=_WORK)
    async def table(self, call: Call, map_id: str) -> web.Response:
        found, _ = await self._editor.open(call.principal, map_id)
        table = await asyncio.to_thread(lambda: spreadsheet.written(drawn(found.document)))
        headers = {"Content-Disposition": 'attachment; filename="seats.csv"'}
        return web.Response(text=table, content_type="text/csv", headers=headers)


def _sketched(body: SketchBody) -> SketchedBody:
    if body.csv is not None:
        document = loose(spreadsheet.read(body.csv))
    elif body.document is not None:
        document = body.document
    else:
        raise InvalidInput.field("document", NOTHING)
    plain = document.document()
    hall = outlined(drawn(plain, empty=True), "")
    return SketchedBody(document=loose(settled(plain)), hall=HallBody.model_validate(hall))
