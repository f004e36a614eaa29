"""The admin API's look at the evening."""

import asyncio

from aiohttp import web

from novacast import i18n, logs
from novacast.errors import Crowded, Forbidden, Unauthenticated
from novacast.identity import operates
from novacast.logs import Ring
from novacast.operations.system.bodies import LogLineBody
from novacast.operations.tonight.bodies import PulseQuery, TonightBody
from novacast.operations.tonight.pulse import Pulse, Reader
from novacast.operations.tonight.service import Evening
from novacast.web import Authenticator, Call, get

WRITE_SECONDS = 20.0
_STREAM = {
    "responses": {
        "200": {
            "description": "An endless stream: `state` once a second, `log` for each line where they are asked for.",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        }
    }
}


class TonightRoutes:
    def __init__(self, evening: Evening, pulse: Pulse, ring: Ring, authenticator: Authenticator) -> None:
        self._evening, self._pulse, self._ring, self._authenticator = evening, pulse, ring, authenticator

    @get("/api/v1/admin/overview", tag="admin", scope="admin", summary="What goes on now", errors=(Forbidden,))
    async def overview(self, call: Call) -> TonightBody:
        """Figures that need two looks, such as the share of processors that is busy, are null at the first."""
        return TonightBody.of(await self._evening.look(call.principal))

    @get(
        "/api/v1/admin/realtime",
        tag="admin",
        scope="admin",
        summary="What goes on, once a second (server-sent events)",
        errors=(Forbidden, Crowded),
        operation=_STREAM,
    )
    async def realtime(self, call: Call, query: PulseQuery) -> web.StreamResponse:
        """Each `state` is whole, as the overview answers it: after a break nothing is to be made good."""
        operates(call.principal)
        if self._pulse.full:
            raise Crowded(i18n.text("Every place for a console is taken. Close another one first."))
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
        response.headers["Cache-Control"] = "no-store"
        if call.request.method == "HEAD":
            return web.Response(headers=response.headers)
        await response.prepare(call.request)
        async with self._pulse.reading() as reader:
            await self._tell(call, response, reader, query.log)
        return response

    async def _tell(self, call: Call, response: web.StreamResponse, reader: Reader, level: str) -> None:
        seen = self._ring.last
        while (look := await reader.next()) is not None and await self._still_operates(call):
            events = f"event: state\ndata: {TonightBody.of(look).model_dump_json()}\n\n"
            if level:
                for line in self._ring.lines(logs.Wanted(behind=seen, level=level)):
                    events += f"event: log\ndata: {LogLineBody.of(line).model_dump_json()}\n\n"
                    seen = line.n
            async with asyncio.timeout(WRITE_SECONDS):
                await response.write(events.encode())

    async def _still_operates(self, call: Call) -> bool:
        """A token that is revoked, or whose person is no operator any more, sees nothing from the next look on."""
        if call.credentials is None:
            return True
        try:
            return (await self._authenticator.authenticate(call.credentials)).system
        except Unauthenticated:
            return False
