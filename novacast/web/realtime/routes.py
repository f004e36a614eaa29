"""How the stream is reached."""

from aiohttp import web
from pydantic import Field

from novacast import i18n
from novacast.errors import Malformed, RateLimited
from novacast.web.bodies import Body
from novacast.web.call import Call
from novacast.web.realtime.reference import PATH
from novacast.web.realtime.service import Realtime
from novacast.web.realtime.wishes import Wish
from novacast.web.routing import get


class RealtimeQuery(Body):
    topics: str = Field(
        "",
        max_length=6000,
        description="Comma-separated topics, whole (`video.published`) or by their noun (`video`); "
        "`video.published:ID` for what is about one thing, or names it in its payload. At most 100; without any, all "
        "that you may hear.",
    )
    since: str = Field("", max_length=40, description="The same as Last-Event-ID, for who can't send headers.")


class RealtimeRoutes:
    def __init__(self, realtime: Realtime) -> None:
        self._realtime = realtime

    @get(
        PATH,
        tag="realtime",
        public=True,
        summary="Facts as they happen (server-sent events)",
        errors=(RateLimited,),
        operation={
            "parameters": [
                {
                    "name": "Last-Event-ID",
                    "in": "header",
                    "description": "Id of the last event that was seen; what came after it is sent first.",
                    "schema": {"type": "string", "pattern": "^[0-9]{1,18}$"},
                }
            ],
        },
    )
    async def stream(self, call: Call, query: RealtimeQuery) -> web.StreamResponse:
        """First comes `ready` with the newest id. A client that names the last id it saw gets instead what it missed,
        each event once and in order, or `reset` where that is no longer kept: then what it shows must be fetched anew.

        Events without an id tell of a moment (how far a job is, how many watch) and are not told again. Lines that
        begin with a colon are heartbeats. Who reads too slowly is cut off and comes back with the last id."""
        written = call.request.headers.get("Last-Event-ID", "").strip() or query.since
        return await self._realtime.stream(call, Wish.read(query.topics), _id(written))


def _id(written: str) -> int | None:
    if not written:
        return None
    if not (written.isascii() and written.isdecimal()) or len(written) > 18:
        raise Malformed(i18n.text("Last-Event-ID must be the id of an event that was sent from here."))
    return int(written)
