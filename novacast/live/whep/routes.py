"""WHEP over HTTP: draft-ietf-wish-whep-03. Without trickle ICE and restarts, which leaves PATCH a 405: an answer holds
every address of ours, and a viewer's own are learnt from its checks."""

from collections.abc import Mapping
from typing import Annotated, Any

from aiohttp import web
from pydantic import Field

from novacast.errors import (
    Conflict,
    Crowded,
    Forbidden,
    InvalidInput,
    Malformed,
    NotFound,
    NotYet,
    RateLimited,
    TooLarge,
    Unauthenticated,
    Unavailable,
    UnsupportedMedia,
)
from novacast.live.programmes.routes import PROGRAMME
from novacast.live.webrtc.routes import CONTENT_TYPE, offer_of
from novacast.live.whep.service import Monitoring
from novacast.web import Body, Call, delete, get, options, post

PATH = f"{PROGRAMME}/whep"
SESSION = "/api/v1/whep"

_SDP = {"content": {CONTENT_TYPE: {"schema": {"type": "string"}}}}
_TEXT: Mapping[str, Any] = {"required": True, "schema": {"type": "string"}}
_BEGUN = {"201": {"description": "The answer.", "headers": {"Location": _TEXT}, **_SDP}}
_ABILITIES = {"204": {"description": "What it takes.", "headers": {"Accept-Post": _TEXT}}}
_WATCH = (NotFound, Unauthenticated, Forbidden)


class WhepQuery(Body):
    take_over: Annotated[bool, Field(description="End the session longest unseen where too many devices watch.")] = (
        False
    )


class WhepRoutes:
    def __init__(self, monitoring: Monitoring) -> None:
        self._monitoring = monitoring

    @options(
        PATH, tag="live", public=True, status=204, summary="What is taken to watch by WebRTC",
        operation={"responses": _ABILITIES},
    )  # fmt: skip
    async def abilities(self, call: Call, programme_id: str) -> web.Response:
        return web.Response(status=204, headers={"Accept-Post": CONTENT_TYPE})

    @get(PATH, tag="live", public=True, status=204, summary="Whether one may watch by WebRTC", errors=_WATCH)
    async def look(self, call: Call, programme_id: str) -> None:
        await self._monitoring.monitored(call.principal, programme_id)

    @post(
        PATH,
        tag="live",
        public=True,
        scope="read",
        stream=True,
        status=201,
        summary="Watch by WebRTC (WHEP)",
        errors=(
            *_WATCH, InvalidInput, Malformed, TooLarge, UnsupportedMedia, Conflict, NotYet, RateLimited, Crowded,
            Unavailable,
        ),
        operation={"requestBody": _SDP, "responses": _BEGUN},
    )  # fmt: skip
    async def watch(self, call: Call, programme_id: str, query: WhepQuery) -> web.Response:
        """For members of the organization, and for everyone who may watch where the programme's `whep` says so. The
        offer is to receive H.264, Opus, or both. The viewing session is as any other: it counts as a device, and ends
        with the permission."""
        offer = await offer_of(call)
        session = await self._monitoring.watch(
            call.principal, programme_id, offer, address=call.address, software=call.user_agent,
            take_over=query.take_over,
        )  # fmt: skip
        headers = {"Location": f"{SESSION}/{session.id}", "Cache-Control": "no-store"}
        return web.Response(status=201, text=session.answer, content_type=CONTENT_TYPE, headers=headers)

    @get(
        f"{SESSION}/{{session}}", tag="live", public=True, status=204,
        summary="Whether a session of WebRTC goes on", errors=(NotFound, Unavailable),
    )  # fmt: skip
    async def goes_on(self, call: Call, session: str) -> None:
        self._monitoring.opened().check(session)

    @delete(
        f"{SESSION}/{{session}}", tag="live", public=True, status=204,
        summary="Stop watching by WebRTC", errors=(NotFound, Unavailable),
    )  # fmt: skip
    async def end(self, call: Call, session: str) -> None:
        """The address is as good as a key: it was told to nobody but the viewer."""
        await self._monitoring.opened().end(session)
