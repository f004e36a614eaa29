"""WHIP over HTTP: RFC 9725. Without trickle ICE, which leaves PATCH a 405 (4.1.1): an answer holds every address."""

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Any

from aiohttp import web

from novacast.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    Malformed,
    NotFound,
    Overloaded,
    RateLimited,
    TooLarge,
    Unauthenticated,
    Unavailable,
    UnsupportedMedia,
)
from novacast.i18n import text
from novacast.live.ingest import Hello
from novacast.live.keys.obs import WHIP
from novacast.live.webrtc.server import WhipDoor
from novacast.web import Call, delete, options, post

PATH = WHIP
CONTENT_TYPE = "application/sdp"
LONGEST_OFFER = 65_536

_SDP = {"content": {CONTENT_TYPE: {"schema": {"type": "string"}}}}
_TEXT: Mapping[str, Any] = {"required": True, "schema": {"type": "string"}}
_BEGUN = {"201": {"description": "The answer.", "headers": {"Location": _TEXT}, **_SDP}}
_ABILITIES = {"204": {"description": "What it takes.", "headers": {"Accept-Post": _TEXT}}}
_whip = partial(post, tag="live", public=True, keyed=True, stream=True, idempotent=False)


class WhipRoutes:
    def __init__(self, door: WhipDoor) -> None:
        self._door = door

    @options(
        PATH, tag="live", public=True, keyed=True, status=204, summary="What can be published by WebRTC",
        operation={"responses": _ABILITIES},
    )  # fmt: skip
    async def abilities(self, call: Call) -> web.Response:
        return web.Response(status=204, headers={"Accept-Post": CONTENT_TYPE})

    @_whip(
        PATH,
        status=201,
        summary="Publish by WebRTC (WHIP)",
        errors=(
            Unauthenticated, Forbidden, InvalidInput, Malformed, Conflict, Overloaded, RateLimited, TooLarge,
            Unavailable, UnsupportedMedia,
        ),
        operation={"requestBody": _SDP, "responses": _BEGUN},
    )  # fmt: skip
    async def publish(self, call: Call) -> web.Response:
        """The bearer is a stream key. H.264 and Opus are taken."""
        offer = await offer_of(call)
        hello = Hello("whip", call.key, call.address, call.user_agent)
        session = await self._door.opened().publish(hello, offer)
        headers = {"Location": f"{PATH}/{session.id}", "Cache-Control": "no-store"}
        return web.Response(status=201, text=session.answer, content_type=CONTENT_TYPE, headers=headers)

    @delete(
        f"{PATH}/{{session}}", tag="live", public=True, keyed=True, status=204,
        summary="End what is published by WebRTC", errors=(NotFound, Unavailable),
    )  # fmt: skip
    async def end(self, call: Call, session: str) -> None:
        """The address is as good as a key: it was told to nobody but the publisher."""
        self._door.opened().end(session)


async def offer_of(call: Call) -> str:
    """Raises UnsupportedMedia, TooLarge, Malformed. All of it in the time that a body has: it is no upload."""
    if call.request.content_type != CONTENT_TYPE:
        raise UnsupportedMedia(text("Send the offer as Content-Type: {type}.", type=CONTENT_TYPE))
    try:
        async with asyncio.timeout(call.body_seconds):
            body = b"".join([chunk async for chunk in call.chunks(LONGEST_OFFER)])
    except TimeoutError as error:
        why = text("The offer took longer than {seconds:g} s to come.", seconds=call.body_seconds)
        raise Malformed(why) from error
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise Malformed(text("The offer is no UTF-8.")) from error
