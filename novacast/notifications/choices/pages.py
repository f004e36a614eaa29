"""The page of switches, and the one that a mail's link leads to. Both work without scripts."""

from typing import Any, Protocol

from novacast.errors import Unauthenticated
from novacast.i18n import gettext as _
from novacast.notifications.choices.bodies import SwitchesForm, UnsubscribeForm, UnsubscribeQuery
from novacast.notifications.choices.links import PATH
from novacast.notifications.choices.service import Choices, Wishes
from novacast.notifications.kinds import RULES, Kind, Way
from novacast.web import Call, Html, Notice, Redirect, form, page

SETTINGS = "/account/notifications"


class Around(Protocol):
    """What stands on the page beside the switches."""

    async def context(self, call: Call, /) -> dict[str, Any]: ...


class ChoicePages:
    def __init__(self, choices: Choices, around: Around) -> None:
        self._choices, self._around = choices, around

    @page(SETTINGS)
    async def show(self, call: Call) -> Html:
        switches = await self._choices.show(call.principal)
        context = {"kinds": switches, "ways": list(Way), **await self._around.context(call)}
        return Html("notifications/choices.html", context)

    @form(SETTINGS)
    async def choose(self, call: Call, form: SwitchesForm) -> Redirect:
        shown = {one.kind for one in await self._choices.show(call.principal)}
        await self._choices.choose(call.principal, _wishes(shown, set(form.on)))
        return Redirect(SETTINGS, notice=Notice("good", _("Saved.")))

    @page(PATH, public=True)
    async def ask(self, call: Call, query: UnsubscribeQuery) -> Html:
        """Turns nothing off: programs follow links in mails (RFC 8058, 1)."""
        try:
            found, on = await self._choices.by_link(query.token)
        except Unauthenticated as error:
            return _dead(error)
        return _said(found.kind, query.token, "asked" if on else "off")

    @form(PATH, public=True)
    async def turn(self, call: Call, query: UnsubscribeQuery, form: UnsubscribeForm) -> Html:
        """Never answered by a redirect, which mail programs may not follow (RFC 8058, 3.1)."""
        try:
            found = await self._choices.turn(query.token, on=form.again)
        except Unauthenticated as error:
            return _dead(error)
        return _said(found.kind, query.token, "on" if form.again else "off")


def _said(kind: Kind, token: str, state: str) -> Html:
    return Html("notifications/unsubscribe.html", {"rule": RULES[kind], "token": token, "state": state})


def _dead(error: Unauthenticated) -> Html:
    return Html("notifications/unsubscribe.html", {"rule": None, "state": "dead", "message": error.message}, status=403)


def _wishes(shown: set[Kind], ticked: set[str]) -> Wishes:
    """Of a form that was sent whole: a box without a tick is off."""
    return {
        (kind, way): f"{kind.value}.{way.value}" in ticked
        for kind in shown
        for way in Way
        if RULES[kind].switchable(way)
    }
