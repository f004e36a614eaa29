"""The API of programmes."""

from aiohttp import web

from novacast.database import Then
from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound, Unauthenticated
from novacast.i18n import text
from novacast.live.channels.routes import CHANNEL
from novacast.live.models import Marker, Programme, may_produce
from novacast.live.programmes.bodies import (
    CutBody,
    FeedBody,
    FeedsBody,
    HealthBody,
    MarkerBody,
    MarkersBody,
    NewMarkerBody,
    NewProgrammeBody,
    NowBody,
    ProgrammeBody,
    ProgrammeChangesBody,
    ProgrammesBody,
    ProgrammesQuery,
)
from novacast.live.programmes.calendar import calendar_file
from novacast.live.programmes.producing import Producing
from novacast.live.programmes.service import Programmes
from novacast.web import Call, ListQuery, delete, get, patch, post

OF_CHANNEL = f"{CHANNEL}/programmes"
PROGRAMME = "/api/v1/programmes/{programme_id}"
_CALENDAR = {
    "responses": {
        "200": {"description": "iCalendar, RFC 5545.", "content": {"text/calendar": {"schema": {"type": "string"}}}}
    }
}
_WORK = (NotFound, Forbidden)
_MOVES = (*_WORK, Conflict)


class ProgrammeRoutes:
    def __init__(self, programmes: Programmes, producing: Producing, root: str) -> None:
        """`root`: the public address of the server."""
        self._programmes = programmes
        self._producing = producing
        self._root = root

    @get(
        OF_CHANNEL,
        tag="live",
        public=True,
        summary="Programmes of a channel, by their hour, latest first",
        errors=(NotFound, Unauthenticated, InvalidInput),
    )
    async def of_channel(self, call: Call, channel_id: str, query: ProgrammesQuery) -> ProgrammesBody:
        """What is meant to be found by the caller; everything for those who produce."""
        me = call.principal
        page = await self._programmes.of_channel(me, channel_id, query.state, cursor=query.cursor, limit=query.limit)
        return ProgrammesBody.of(page, lambda one: ProgrammeBody.shown(one, produces=may_produce(me, one.org_id)))

    @post(
        OF_CHANNEL,
        tag="live",
        status=201,
        summary="Plan a programme, or put one on standby",
        errors=(InvalidInput, NotFound, Forbidden, Conflict),
    )
    async def create(self, call: Call, channel_id: str, body: NewProgrammeBody) -> ProgrammeBody:
        then = call.remember(ProgrammeBody.of)
        return ProgrammeBody.of(await self._programmes.create(call.principal, channel_id, body.changes(), then))

    @get(PROGRAMME, tag="live", public=True, summary="A programme", errors=(NotFound, Unauthenticated))
    async def show(self, call: Call, programme_id: str) -> ProgrammeBody:
        return ProgrammeBody.detailed(await self._programmes.show(call.principal, programme_id))

    @get(
        f"{PROGRAMME}/now",
        tag="live",
        public=True,
        summary="State of a programme, and how many watch it",
        errors=(NotFound, Unauthenticated),
    )
    async def now(self, call: Call, programme_id: str) -> NowBody:
        return NowBody.of(await self._programmes.now(call.principal, programme_id))

    @patch(PROGRAMME, tag="live", summary="Change a programme", errors=(*_MOVES, InvalidInput))
    async def edit(self, call: Call, programme_id: str, body: ProgrammeChangesBody) -> ProgrammeBody:
        return ProgrammeBody.of(await self._programmes.edit(call.principal, programme_id, body.changes()))

    @delete(PROGRAMME, tag="live", status=204, summary="Remove a programme that is not on air", errors=_MOVES)
    async def remove(self, call: Call, programme_id: str) -> None:
        """What was recorded of it is a video and stays."""
        await self._programmes.delete(call.principal, programme_id)

    @post(f"{PROGRAMME}/standby", tag="live", summary="Let the next encoder put it on air", errors=_MOVES)
    async def standby(self, call: Call, programme_id: str) -> ProgrammeBody:
        then: Then[Programme] = call.remember(ProgrammeBody.of)
        return ProgrammeBody.of(await self._producing.standby(call.principal, programme_id, then))

    @post(f"{PROGRAMME}/cut", tag="live", summary="Cut to the slate, a feed, or back", errors=_MOVES)
    async def cut(self, call: Call, programme_id: str, body: CutBody) -> ProgrammeBody:
        then: Then[Programme] = call.remember(ProgrammeBody.of)
        return ProgrammeBody.of(await self._producing.cut(call.principal, programme_id, body.to, then))

    @post(f"{PROGRAMME}/end", tag="live", summary="End a programme", errors=_MOVES)
    async def end(self, call: Call, programme_id: str) -> ProgrammeBody:
        """What is on air ends within a moment; `programme.ended` tells when it has."""
        then: Then[Programme] = call.remember(ProgrammeBody.of)
        return ProgrammeBody.of(await self._producing.end(call.principal, programme_id, then))

    @get(f"{PROGRAMME}/markers", tag="live", summary="Markers of a programme", errors=_WORK)
    async def markers(self, call: Call, programme_id: str) -> MarkersBody:
        return MarkersBody.of(await self._producing.markers(call.principal, programme_id), MarkerBody.of)

    @post(f"{PROGRAMME}/markers", tag="live", status=201, summary="Set a marker", errors=(*_MOVES, InvalidInput))
    async def mark(self, call: Call, programme_id: str, body: NewMarkerBody) -> MarkerBody:
        """Markers are the chapters of the recording."""
        then: Then[Marker] = call.remember(MarkerBody.of)
        made = await self._producing.mark(call.principal, programme_id, body.title, body.at, then)
        return MarkerBody.of(made)

    @delete(f"{PROGRAMME}/markers/{{marker_id}}", tag="live", status=204, summary="Remove a marker", errors=_WORK)
    async def unmark(self, call: Call, programme_id: str, marker_id: str) -> None:
        await self._producing.unmark(call.principal, programme_id, marker_id)

    @get(f"{PROGRAMME}/health", tag="live", summary="How a broadcast goes, and what to do about it", errors=_WORK)
    async def health(self, call: Call, programme_id: str) -> HealthBody:
        return HealthBody.of(await self._producing.health(call.principal, programme_id))

    @get(f"{PROGRAMME}/feeds", tag="live", summary="Connections of encoders", errors=(*_WORK, InvalidInput))
    async def feeds(self, call: Call, programme_id: str, query: ListQuery) -> FeedsBody:
        page = await self._producing.feeds(call.principal, programme_id, query.cursor, query.limit)
        return FeedsBody.of(page, FeedBody.of)

    @get(
        f"{PROGRAMME}/calendar",
        tag="live",
        public=True,
        summary="A planned programme for one's calendar",
        errors=(NotFound, Unauthenticated),
        operation=_CALENDAR,
    )
    async def calendar(self, call: Call, programme_id: str) -> web.Response:
        detail = await self._programmes.show(call.principal, programme_id)
        if detail.programme.planned_start is None:
            raise NotFound(text("This programme has no hour to put into a calendar."))
        address = f"{self._root}/watch/{programme_id}"
        file = calendar_file(detail.programme, detail.channel.name, address)
        headers = {"Content-Disposition": f'attachment; filename="{programme_id}.ics"', "Cache-Control": "no-cache"}
        return web.Response(text=file, content_type="text/calendar", charset="utf-8", headers=headers)
