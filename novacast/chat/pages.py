"""Rooms as pages of their own: in a window beside the player, over the picture of an encoder, and for moderators."""

from urllib.parse import urlencode

from novacast.chat.entrance import moderator
from novacast.chat.moderation.sanctions.routes import arrive
from novacast.chat.services import ChatServices
from novacast.errors import Unauthenticated
from novacast.web import Call, Html, Redirect, page

ROOM = "/rooms/{room_id}"


class RoomPages:
    def __init__(self, chat: ChatServices) -> None:
        self._chat = chat

    @page(ROOM, public=True)
    async def show(self, call: Call, room_id: str) -> Html | Redirect:
        return await self._page(call, room_id, "chat/room.html")

    @page(f"{ROOM}/overlay", public=True)
    async def overlay(self, call: Call, room_id: str) -> Html | Redirect:
        """For the browser source of OBS, which is logged in nowhere: of what everybody may watch."""
        return await self._page(call, room_id, "chat/overlay.html")

    @page(f"{ROOM}/moderate")
    async def moderate(self, call: Call, room_id: str) -> Html:
        guest = moderator(await arrive(self._chat, call, room_id))
        return Html("chat/moderate.html", {"room": guest.place.media_id, "title": guest.place.title})

    async def _page(self, call: Call, room_id: str, template: str) -> Html | Redirect:
        try:
            guest = await arrive(self._chat, call, room_id)
        except Unauthenticated:  # the page is public, this room is not
            return Redirect(f"/login?{urlencode({'next': call.request.path})}")
        context = {"room": guest.place.media_id, "title": guest.place.title, "moderates": guest.moderates}
        return Html(template, context)
