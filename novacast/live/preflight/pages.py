"""The pre-flight of a channel: a test broadcast, and what it shows. Works without scripts, by loading it again."""

from collections.abc import Mapping
from types import MappingProxyType

from novacast.clock import MINUTE
from novacast.errors import Conflict
from novacast.i18n import gettext as _
from novacast.i18n import translated
from novacast.live.channels.pages import CHANNEL, STUDIO
from novacast.live.preflight.checks import Check, Light, checks
from novacast.live.preflight.service import LONGEST, Preflight
from novacast.web import Call, Html, Redirect, form, page
from novacast.web.answers import Notice

PREFLIGHT = f"{CHANNEL}/preflight"
KINDS: Mapping[Light, str] = MappingProxyType(
    {Light.GREEN: "good", Light.AMBER: "busy", Light.RED: "bad", Light.WAITING: ""}
)


class PreflightPages:
    def __init__(self, preflight: Preflight) -> None:
        self._preflight = preflight

    @page(PREFLIGHT)
    async def show(self, call: Call, channel_id: str) -> Html:
        channel, test = await self._preflight.test(call.principal, channel_id)
        look = await self._preflight.look(channel, test)
        context = {
            "channel": channel,
            "test": test,
            "encoder": look.wanted,
            "checks": [_line(one) for one in checks(look)],
            "minutes": LONGEST // MINUTE,
        }
        return Html("live/preflight.html", context)

    @form(PREFLIGHT)
    async def begin(self, call: Call, channel_id: str) -> Redirect:
        try:
            await self._preflight.begin(call.principal, channel_id)
        except Conflict as error:
            return _back(channel_id, Notice("bad", error.message))
        return _back(channel_id, Notice("good", _("Now start streaming in OBS. Nobody but you and yours can see it.")))

    @form(f"{PREFLIGHT}/end")
    async def end(self, call: Call, channel_id: str) -> Redirect:
        await self._preflight.end(call.principal, channel_id)
        return _back(channel_id, Notice("good", _("The test is over. Stop streaming in OBS as well.")))


def _back(channel_id: str, notice: Notice) -> Redirect:
    return Redirect(f"{STUDIO}/channels/{channel_id}/preflight", notice=notice)


def _line(check: Check) -> tuple[str, str, str, str, str]:
    """Name, light in words, kind of badge, words, what to do."""
    lights = {
        Light.GREEN: _("Good"),
        Light.AMBER: _("Could be better"),
        Light.RED: _("Mend this"),
        Light.WAITING: _("Waiting"),
    }
    mend = "" if check.mend is None else translated(check.mend)
    return translated(check.name), lights[check.light], KINDS[check.light], translated(check.words), mend
