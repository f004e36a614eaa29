"""The way into a room: the opening request is answered as any other is, and the connection then goes to its room."""

import asyncio
from collections.abc import Callable
from typing import Annotated

from aiohttp import web
from pydantic import Field

from novacast.chat.frames.bodies import TOLD
from novacast.chat.models import Guest
from novacast.chat.moderation.sanctions.routes import arrive
from novacast.chat.rooms.member import Renew
from novacast.chat.services import ChatServices
from novacast.chat.socket.conversation import ACTIONS, Conversation, Presence
from novacast.errors import Forbidden, Malformed, NotFound, Overloaded, RateLimited, Unauthenticated
from novacast.i18n import Languages
from novacast.identity import Principal
from novacast.limits import network
from novacast.tasks import TaskGroup
from novacast.web import Authenticator, Body, Call, get
from novacast.web.asyncapi import Channel
from novacast.web.connections import ITSELF, Seat
from novacast.web.websocket import WebSocket, upgrade
from novacast.web.wires import BEAT_SECONDS, EventWire, Hearts, Wire, hand_over

_EVENTS_HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\nX-Accel-Buffering: no\r\n"
    b"X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\nretry: 3000\n\n"
)
"""No length and no chunks: the end of the connection ends it (RFC 9112 6.3)."""


class JoinQuery(Body):
    after: Annotated[
        int | None,
        Field(ge=0, lt=2**53, description="`seq` of the last frame that was seen; left out: the newest messages."),
    ] = None


ROOM = Channel(
    name="room",
    address="/api/v1/rooms/{room_id}/ws",
    about="A room of the chat, beside a programme or a video. One JSON object in each text message, at most 16 KiB. "
    "Closed with 4001: come back with `after`, it was read too slowly; 4003: not for this one any more; 4401: log in; "
    "1012: the server restarts, come back after a random while; 1002, 1003, 1007, 1009: what was sent is no good. "
    "The same frames can be read as server-sent events at `/api/v1/rooms/{room_id}/events`.",
    parameters={"room_id": "Id of the programme or video."},
    query=JoinQuery,
    received=ACTIONS,
    sent=TOLD,
)


class SocketRoutes:
    def __init__(
        self, chat: ChatServices, authenticator: Authenticator, languages: Languages, *, beat: float = BEAT_SECONDS
    ) -> None:
        """`beat`: seconds between two signs of life that are asked of a client."""
        self._chat, self._authenticator, self._languages = chat, authenticator, languages
        self._hearts = Hearts(beat)
        self._tasks = TaskGroup("conversations")

    @get(
        "/api/v1/rooms/{room_id}/ws",
        tag="chat",
        public=True,
        status=101,
        summary="Be in a room (WebSocket)",
        errors=(NotFound, Unauthenticated, Forbidden, Malformed, RateLimited, Overloaded),
    )
    async def socket(self, call: Call, room_id: str, query: JoinQuery) -> web.StreamResponse:
        """Messages are JSON texts; the guide says who does what in a room."""
        heard = self._chat.doorkeeper.heard
        guest = await arrive(self._chat, call, room_id)
        place = self._seat(call, guest)

        def begin(wire: WebSocket) -> Conversation:
            own = (self._chat, self._tasks, guest, wire, self._renew(call), place, heard)
            conversation = Conversation(*own, self._languages, call.language)
            conversation.begin(query.after)
            return conversation

        with _Left(self._chat, place) as left:
            response = upgrade(call, self._hearts, begin)
            left.taken()
        return response

    @get(
        "/api/v1/rooms/{room_id}/events",
        tag="chat",
        public=True,
        summary="Read a room as it goes on (server-sent events)",
        errors=(NotFound, Unauthenticated, Forbidden, Malformed, RateLimited, Overloaded),
    )
    async def events(self, call: Call, room_id: str, query: JoinQuery) -> web.StreamResponse:
        """The same frames as the WebSocket's, in `data`. Come back with the `after` of the last `seq`."""
        heard = self._chat.doorkeeper.heard
        guest = await arrive(self._chat, call, room_id)
        if call.request.method == "HEAD":
            return web.Response(content_type="text/event-stream")
        place = self._seat(call, guest)
        with _Left(self._chat, place) as left:
            response = hand_over(call.request, _EVENTS_HEAD, self._opening(call, guest, place, heard, query.after))
            left.taken()
        return response

    def _opening(
        self, call: Call, guest: Guest, place: str, heard: int, after: int | None
    ) -> Callable[[asyncio.Transport, Seat], Wire]:
        def opening(transport: asyncio.Transport, seat: Seat) -> Wire:
            wire = EventWire(transport, seat, self._hearts)
            presence = Presence(self._chat, self._tasks, guest, wire, self._renew(call), place, heard)
            wire.listener = presence
            presence.begin(after)
            return wire

        return opening

    def _seat(self, call: Call, guest: Guest) -> str:
        local = call.address in ITSELF or call.principal.system
        return self._chat.seats.take(guest.person_id, "" if local else network(call.address))

    def _renew(self, call: Call) -> Renew | None:
        credentials, authenticator, principal = call.credentials, self._authenticator, call.principal
        if principal.system:
            return _system(principal)
        if credentials is None or not principal.signed_in:
            return None

        async def renew() -> Principal:
            return await authenticator.authenticate(credentials)

        return renew


def _system(principal: Principal) -> Renew:
    async def renew() -> Principal:
        return principal

    return renew


class _Left:
    """Gives a seat back where nobody came to sit."""

    def __init__(self, chat: ChatServices, place: str) -> None:
        self._chat, self._place, self._free = chat, place, True

    def taken(self) -> None:
        self._free = False

    def __enter__(self) -> "_Left":
        return self

    def __exit__(self, *error: object) -> None:
        if self._free:
            self._chat.seats.leave(self._place)
