"""Emotes over HTTP: what a room has, the pictures, and what an organization does with them."""

from aiohttp import web

from novacast.chat.emotes.bodies import AddQuery, EmoteBody, EmoteChangesBody, EmotesBody, SheetBody
from novacast.chat.emotes.models import LARGEST
from novacast.chat.emotes.service import Emotes
from novacast.chat.entrance import Entrance
from novacast.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
    Overloaded,
    TooLarge,
    Unauthenticated,
    UnsupportedMedia,
)
from novacast.limits import Rate
from novacast.web import Call, delete, get, patch, post
from novacast.web.static import FOREVER

EMOTES = "/api/v1/organizations/{org_id}/emotes"
EMOTE = f"{EMOTES}/{{emote_id}}"
MAKING = Rate("chat.emotes", burst=60, period=60)
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_KINDS = ("png", "jpeg", "webp", "gif")
_FILE = {"requestBody": {"required": True, "content": {f"image/{kind}": _BINARY for kind in _KINDS}}}
_PNG = {"responses": {"200": {"description": "A PNG.", "content": {"image/png": _BINARY}}}}
_CHANGES = (NotFound, Forbidden, InvalidInput, Conflict)


class EmoteRoutes:
    def __init__(self, emotes: Emotes, entrance: Entrance) -> None:
        self._emotes, self._entrance = emotes, entrance

    @get(
        "/api/v1/rooms/{room_id}/emotes",
        tag="chat",
        public=True,
        summary="Emotes of a room",
        errors=(NotFound, Unauthenticated),
    )
    async def of_room(self, call: Call, room_id: str) -> SheetBody:
        guest = await self._entrance.enter(call.principal, room_id)
        return SheetBody.of(await self._emotes.of_org(guest.place.org_id))

    @get(
        "/api/v1/emotes/{org_id}/{version}/sheet.png",
        tag="chat",
        public=True,
        summary="All emotes as one picture",
        errors=(NotFound,),
        operation=_PNG,
    )
    async def sheet(self, call: Call, org_id: str, version: str) -> web.Response:
        """Its address can't be guessed: whoever has it was shown the emotes in a room."""
        return _sent(await self._emotes.sheet(org_id, version))

    @get(
        "/api/v1/emotes/{org_id}/{digest}/moving.png",
        tag="chat",
        public=True,
        summary="An emote that moves",
        errors=(NotFound,),
        operation=_PNG,
    )
    async def moving(self, call: Call, org_id: str, digest: str) -> web.Response:
        """An animated PNG."""
        return _sent(await self._emotes.animation(org_id, digest))

    @get(EMOTES, tag="chat", summary="Emotes of an organization", errors=(NotFound, Forbidden))
    async def list(self, call: Call, org_id: str) -> EmotesBody:
        shelf = await self._emotes.shelf(call.principal, org_id)
        items = [EmoteBody.of(one) for one in shelf.set.emotes]
        return EmotesBody(items=items, removed=[EmoteBody.of(one) for one in shelf.removed])

    @post(
        EMOTES,
        tag="chat",
        status=201,
        stream=True,
        idempotent=False,
        summary="Bring an emote",
        errors=(*_CHANGES, TooLarge, UnsupportedMedia, Overloaded),
        operation=_FILE,
    )
    async def add(self, call: Call, org_id: str, query: AddQuery) -> EmoteBody:
        """PNG, JPEG, WebP or GIF, which may move (a WebP may not); encoded anew, without anything but pixels.

        Its name guards against repetition: the second time it is taken.
        """
        call.limit(MAKING)
        return EmoteBody.of(await self._emotes.add(call.principal, org_id, query.name, call.chunks(LARGEST)))

    @get(f"{EMOTE}/image.png", tag="chat", summary="One emote", errors=(NotFound, Forbidden), operation=_PNG)
    async def single(self, call: Call, org_id: str, emote_id: str) -> web.Response:
        """For those who look after them, of one that was removed too."""
        made = await self._emotes.single(call.principal, org_id, emote_id)
        return web.Response(body=made, content_type="image/png", headers={"Cache-Control": "private, max-age=86400"})

    @patch(EMOTE, tag="chat", summary="Rename an emote, or bring it back", errors=_CHANGES)
    async def change(self, call: Call, org_id: str, emote_id: str, body: EmoteChangesBody) -> EmoteBody:
        one = None
        if body.removed is not None:
            act = self._emotes.remove if body.removed else self._emotes.restore
            one = await act(call.principal, org_id, emote_id)
        if body.name is not None:
            one = await self._emotes.rename(call.principal, org_id, emote_id, body.name)
        return EmoteBody.of(one or await self._emotes.one(call.principal, org_id, emote_id))

    @delete(EMOTE, tag="chat", status=204, summary="Remove an emote", errors=(NotFound, Forbidden))
    async def remove(self, call: Call, org_id: str, emote_id: str) -> None:
        """For a day it can be brought back."""
        await self._emotes.remove(call.principal, org_id, emote_id)


def _sent(made: bytes) -> web.Response:
    return web.Response(body=made, content_type="image/png", headers={"Cache-Control": FOREVER})
