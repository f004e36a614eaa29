"""The API of the waiting list. A place's token is in the path, which the log masks."""

from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound, RateLimited
from novacast.tickets.events.routes import PERFORMANCE
from novacast.tickets.holds.service import Holds
from novacast.tickets.waiting.bodies import JoinedBody, PlaceBody, WaiterBody, WaitersBody, WantingBody
from novacast.tickets.waiting.service import WaitingList
from novacast.web import Call, ListQuery, delete, get, post

PLACE = "/api/v1/waiting/{token}"


class WaitingRoutes:
    def __init__(self, waiting: WaitingList, holds: Holds) -> None:
        self._waiting, self._holds = waiting, holds

    @post(
        f"{PERFORMANCE}/waiting",
        tag="tickets",
        public=True,
        status=202,
        summary="Wait for what is sold out",
        errors=(InvalidInput, NotFound, Conflict, RateLimited),
    )
    async def join(self, call: Call, performance_id: str, body: WantingBody) -> JoinedBody:
        """Whoever stands in line already stays where they are."""
        joined = await self._waiting.join(
            call.principal,
            performance_id,
            body.wanted(),
            language=call.language,
            address=call.address,
            then=call.remember(JoinedBody.of),
        )
        return JoinedBody.of(joined)

    @get(f"{PERFORMANCE}/waiting", tag="tickets", summary="Who waits, newest first", errors=(NotFound, Forbidden))
    async def listed(self, call: Call, performance_id: str, query: ListQuery) -> WaitersBody:
        page = await self._waiting.of_performance(call.principal, performance_id, query.cursor, query.limit)
        return WaitersBody.of(page, WaiterBody.of)

    @get(PLACE, tag="tickets", public=True, summary="A place on a waiting list", errors=(NotFound,))
    async def show(self, call: Call, token: str) -> PlaceBody:
        place = await self._waiting.show(token)
        hold = place.waiter.hold_id
        return PlaceBody.shown(place, None if hold is None else self._holds.token(hold))

    @post(
        f"{PLACE}/confirm",
        tag="tickets",
        public=True,
        status=204,
        summary="Confirm an address",
        errors=(NotFound, Conflict),
        idempotent=False,
    )
    async def confirm(self, call: Call, token: str) -> None:
        """Repeatable."""
        await self._waiting.confirm(token)

    @delete(PLACE, tag="tickets", public=True, status=204, summary="Wait no more", errors=(NotFound, Conflict))
    async def leave(self, call: Call, token: str) -> None:
        """What was offered is free for the next."""
        await self._waiting.leave(token)
