"""Targets on a channel's studio page."""

from typing import Annotated

from pydantic import Field

from novacast.errors import Conflict, FieldError, InvalidInput, NotFound
from novacast.i18n import gettext as _
from novacast.live.channels.pages import CHANNEL, STUDIO
from novacast.live.channels.service import Channels
from novacast.live.studio import ChannelStudio
from novacast.live.targets.models import KEY_LENGTH, LONGEST_DELAY, MOST_PASSPHRASE, NAME_LENGTH, URL_LENGTH
from novacast.live.targets.service import Draft, Targets
from novacast.web import Body, Call, Html, Redirect, form
from novacast.web.answers import Notice

TARGET = f"{CHANNEL}/targets/{{target_id}}"


class NewTargetForm(Body):
    target_name: Annotated[str, Field(max_length=NAME_LENGTH)] = ""
    url: Annotated[str, Field(max_length=URL_LENGTH)] = ""
    key: Annotated[str, Field(max_length=KEY_LENGTH)] = ""
    passphrase: Annotated[str, Field(max_length=MOST_PASSPHRASE)] = ""
    delay: Annotated[int, Field(ge=0, le=LONGEST_DELAY)] = 0


class EnableForm(Body):
    enabled: bool = False


class TargetPages:
    def __init__(self, targets: Targets, channels: Channels, studio: ChannelStudio) -> None:
        self._targets = targets
        self._channels = channels
        self._studio = studio

    @form(f"{CHANNEL}/targets")
    async def create(self, call: Call, channel_id: str, form: NewTargetForm) -> Html | Redirect:
        detail = await self._channels.produced(call.principal, channel_id)
        try:
            draft = Draft(form.target_name, form.url, form.key, form.passphrase, delay_seconds=form.delay)
            await self._targets.create(call.principal, channel_id, draft)
        except (InvalidInput, Conflict) as error:
            told = error.errors or (FieldError("", error.code, error.message),)
            context = await self._studio.context(call.principal, detail) | {"errors": told, "target": form}
            return Html("live/channel_studio.html", context, status=422)
        return _back(channel_id, _("Programmes are sent on there from now on."))

    @form(f"{TARGET}/enable")
    async def enable(self, call: Call, channel_id: str, target_id: str, form: EnableForm) -> Redirect:
        try:
            await self._targets.edit(call.principal, target_id, Draft(enabled=form.enabled))
        except NotFound as error:
            return _gone(channel_id, error)
        return _back(channel_id, _("Sending begins.") if form.enabled else _("Sending stops."))

    @form(f"{TARGET}/remove")
    async def remove(self, call: Call, channel_id: str, target_id: str) -> Redirect:
        try:
            await self._targets.remove(call.principal, target_id)
        except NotFound as error:
            return _gone(channel_id, error)
        return _back(channel_id, _("The target is removed."))


def _back(channel_id: str, words: str) -> Redirect:
    return Redirect(f"{STUDIO}/channels/{channel_id}#targets", notice=Notice("good", words))


def _gone(channel_id: str, error: NotFound) -> Redirect:
    return Redirect(f"{STUDIO}/channels/{channel_id}", notice=Notice("bad", error.message))
