"""Stream keys on a channel's studio page."""

from typing import Annotated, Literal

from pydantic import Field

from novacast.clock import DAY, Clock
from novacast.errors import Conflict, FieldError, InvalidInput, NotFound
from novacast.i18n import gettext as _
from novacast.live.channels.pages import CHANNEL, STUDIO
from novacast.live.channels.service import Channels
from novacast.live.keys.service import NAME_LENGTH, Keys
from novacast.live.models import FeedRole
from novacast.live.studio import ChannelStudio
from novacast.web import Body, Call, Html, Redirect, form
from novacast.web.answers import Notice


class NewKeyForm(Body):
    name: Annotated[str, Field(max_length=NAME_LENGTH)] = ""
    role: Literal["main", "backup"] = "main"
    days: Annotated[int | None, Field(ge=1, le=3660)] = None


class KeyPages:
    def __init__(self, keys: Keys, channels: Channels, studio: ChannelStudio, clock: Clock) -> None:
        self._keys = keys
        self._channels = channels
        self._studio = studio
        self._clock = clock

    @form(f"{CHANNEL}/keys")
    async def create(self, call: Call, channel_id: str, form: NewKeyForm) -> Html:
        """The secret is on the page that answers, and never again."""
        detail = await self._channels.produced(call.principal, channel_id)
        until = None if form.days is None else self._clock.now() + form.days * DAY
        try:
            fresh = await self._keys.create(call.principal, channel_id, form.name, FeedRole(form.role), until)
        except (InvalidInput, Conflict) as error:
            told = error.errors or (FieldError("", error.code, error.message),)
            context = await self._studio.context(call.principal, detail) | {"errors": told, "key_form": form}
            return Html("live/channel_studio.html", context, status=422)
        return Html("live/channel_studio.html", await self._studio.context(call.principal, detail, fresh))

    @form(f"{CHANNEL}/keys/{{key_id}}/revoke")
    async def revoke(self, call: Call, channel_id: str, key_id: str) -> Redirect:
        place = f"{STUDIO}/channels/{channel_id}"
        try:
            await self._keys.revoke(call.principal, key_id)
        except NotFound as error:
            return Redirect(place, notice=Notice("bad", error.message))
        return Redirect(f"{place}#keys", notice=Notice("good", _("The key is revoked. Its encoder is hung up on.")))
