"""The API of a performance's map."""

from aiohttp import web

from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound, RateLimited
from novacast.limits import Rate
from novacast.tickets.codes.trying import CodeTrying
from novacast.tickets.events.routes import PERFORMANCE
from novacast.tickets.seatmaps.hall.bodies import (
    AdviceBody,
    BestQuery,
    BlockBody,
    CheckQuery,
    OccupantBody,
    OccupantsBody,
    StatesBody,
    StatesQuery,
)
from novacast.tickets.seatmaps.hall.models import Hall
from novacast.tickets.seatmaps.hall.service import Halls
from novacast.web import Call, get, put

ADVICE = Rate("tickets.advice", 300, 300.0)
"""Whoever chooses seats asks at each of them."""


class HallRoutes:
    def __init__(self, halls: Halls, codes: CodeTrying) -> None:
        self._halls, self._codes = halls, codes

    @get(
        f"{PERFORMANCE}/hall", tag="tickets", public=True, summary="Drawing of a performance's hall", errors=(NotFound,)
    )
    async def drawing(self, call: Call, performance_id: str) -> web.Response:
        """Where its seats, rows, tables, areas and the stage are, computed here once for all who show it. It has an
        ETag, and changes only when the performance is given another version of its map."""
        return _sent(call.request, await self._halls.show(call.principal, performance_id))

    @get(
        f"{PERFORMANCE}/seats/states",
        tag="tickets",
        public=True,
        summary="What has become of each seat",
        errors=(InvalidInput, NotFound, Forbidden, RateLimited),
    )
    async def states(self, call: Call, performance_id: str, query: StatesQuery) -> StatesBody:
        """Listen to `stock.changed:ID` and `seats.blocked:ID` of `/api/v1/realtime` first, then ask for this, then
        take what facts behind `seq` tell."""
        code = None
        if query.code:
            code = await self._codes.there(call.principal, performance_id, query.code, call.address)
        return StatesBody.of(await self._halls.states(call.principal, performance_id, code, counter=query.counter))

    @get(
        f"{PERFORMANCE}/seats/best",
        tag="tickets",
        public=True,
        summary="The best free seats, and why",
        errors=(InvalidInput, NotFound, Conflict, RateLimited),
    )
    async def best(self, call: Call, performance_id: str, query: BestQuery) -> AdviceBody:
        """They are nobody's yet."""
        call.limit(ADVICE)
        return AdviceBody.of(await self._halls.best(call.principal, performance_id, query.count, query.category))

    @get(
        f"{PERFORMANCE}/seats/check",
        tag="tickets",
        public=True,
        summary="Whether seats could be taken together",
        errors=(InvalidInput, NotFound, RateLimited),
    )
    async def check(self, call: Call, performance_id: str, query: CheckQuery) -> AdviceBody:
        """What a basket of them would be refused for at this moment, and what to take instead."""
        call.limit(ADVICE)
        return AdviceBody.of(await self._halls.check(call.principal, performance_id, query.seats.split(",")))

    @get(
        f"{PERFORMANCE}/seats/occupants",
        tag="tickets",
        summary="Who sits where, and what is kept back",
        errors=(NotFound, Forbidden),
    )
    async def occupants(self, call: Call, performance_id: str) -> OccupantsBody:
        found, kept = await self._halls.occupied(call.principal, performance_id)
        back = [OccupantBody.kept(seat_id, note) for seat_id, note in kept.items()]
        return OccupantsBody(items=[*(OccupantBody.of(one) for one in found), *back])

    @put(
        f"{PERFORMANCE}/seats/blocked",
        tag="tickets",
        status=204,
        summary="Keep seats back, or give them free",
        errors=(InvalidInput, NotFound, Forbidden, Conflict),
    )
    async def block(self, call: Call, performance_id: str, body: BlockBody) -> None:
        """Refused where somebody has one of them."""
        await self._halls.block(call.principal, performance_id, body.seats, body.note, blocked=body.blocked)


def _sent(request: web.Request, hall: Hall) -> web.Response:
    headers = {"ETag": f'"{hall.tag}"', "Cache-Control": "private, no-cache", "Vary": "Accept-Encoding, Cookie"}
    if any(known.value == hall.tag for known in request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    if "gzip" not in request.headers.get("Accept-Encoding", ""):
        return web.Response(body=hall.body, content_type="application/json", headers=headers)
    headers["Content-Encoding"] = "gzip"
    return web.Response(body=hall.gzipped, content_type="application/json", headers=headers)
