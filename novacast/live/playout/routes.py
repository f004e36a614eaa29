"""The API of videos on air."""

from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound
from novacast.live.playout.bodies import NewPlayoutBody, PlayoutBody
from novacast.live.playout.service import Playouts
from novacast.live.programmes.routes import PROGRAMME
from novacast.web import Call, delete, get, put

PLAYOUT = f"{PROGRAMME}/playout"


class PlayoutRoutes:
    def __init__(self, playouts: Playouts) -> None:
        self._playouts = playouts

    @get(PLAYOUT, tag="live", summary="Videos that are put on air in a programme", errors=(NotFound, Forbidden))
    async def show(self, call: Call, programme_id: str) -> PlayoutBody:
        return PlayoutBody.of(await self._playouts.show(call.principal, programme_id))

    @put(
        PLAYOUT,
        tag="live",
        summary="Put videos on air as if they were live",
        errors=(NotFound, Forbidden, InvalidInput, Conflict),
    )
    async def put(self, call: Call, programme_id: str, body: NewPlayoutBody) -> PlayoutBody:
        """At the planned start, or at once where the programme stands by; the programme ends with the last of them."""
        made = await self._playouts.put(call.principal, programme_id, body.videos, loop=body.loop, role=body.role)
        return PlayoutBody.of(made)

    @delete(PLAYOUT, tag="live", status=204, summary="Take the videos off", errors=(NotFound, Forbidden))
    async def remove(self, call: Call, programme_id: str) -> None:
        await self._playouts.remove(call.principal, programme_id)
