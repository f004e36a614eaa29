"""The API of seat maps and of performances' seats."""

from novacast.clock import Clock
from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound
from novacast.tickets.events.routes import PERFORMANCE
from novacast.tickets.seatmaps.bodies import (
    DifferenceBody,
    FurnishBody,
    MapBody,
    MapExportBody,
    MapsBody,
    NewMapBody,
    SeatBody,
    SeatsBody,
)
from novacast.tickets.seatmaps.service import SeatMaps
from novacast.web import Call, ListQuery, get, post, put

OF_ORG = "/api/v1/organizations/{org_id}/seat-maps"
MAP = "/api/v1/seat-maps/{map_id}"
_WORK = (InvalidInput, NotFound, Forbidden)


class SeatMapRoutes:
    def __init__(self, maps: SeatMaps, clock: Clock) -> None:
        self._maps, self._clock = maps, clock

    @get(OF_ORG, tag="tickets", summary="Seat maps of an organization, newest first", errors=_WORK)
    async def of_org(self, call: Call, org_id: str, query: ListQuery) -> MapsBody:
        return MapsBody.of(await self._maps.of_org(call.principal, org_id, query.cursor, query.limit), MapBody.of)

    @post(OF_ORG, tag="tickets", status=201, summary="Import a seat map", errors=(*_WORK, Conflict))
    async def create(self, call: Call, org_id: str, body: NewMapBody) -> MapBody:
        then = call.remember(MapBody.of)
        return MapBody.of(await self._maps.create(call.principal, org_id, body.name, body.document(), then))

    @get(MAP, tag="tickets", summary="Export a seat map", errors=_WORK)
    async def show(self, call: Call, map_id: str) -> MapExportBody:
        return MapExportBody.of(await self._maps.show(call.principal, map_id))

    @put(MAP, tag="tickets", summary="Import the next version of a seat map", errors=(*_WORK, Conflict))
    async def change(self, call: Call, map_id: str, body: NewMapBody) -> MapBody:
        """Performances keep the seats they have until the map is applied to them."""
        return MapBody.of(await self._maps.change(call.principal, map_id, body.name, body.document(), body.base))

    @get(f"{PERFORMANCE}/seats", tag="tickets", public=True, summary="Seats of a performance", errors=(NotFound,))
    async def seats(self, call: Call, performance_id: str) -> SeatsBody:
        """All of them, best first. Facts `stock.changed` of `/api/v1/realtime` tell what has changed since."""
        _, placed = await self._maps.seats(call.principal, performance_id, self._clock.now())
        return SeatsBody.of(placed, SeatBody.of)

    @post(
        f"{PERFORMANCE}/seat-map",
        tag="tickets",
        summary="Apply a seat map, or see what that would change",
        errors=(*_WORK, Conflict),
    )
    async def apply(self, call: Call, performance_id: str, body: FurnishBody) -> DifferenceBody:
        """Refused where somebody's seat would be lost."""
        found = await self._maps.apply(
            call.principal, performance_id, body.map, only_look=body.only_look, then=call.remember(DifferenceBody.of)
        )
        return DifferenceBody.of(found)
