"""Reminders on a programme's page, and the page that a mail's link leads to. All of it works without scripts."""

from typing import Annotated

from pydantic import Field

from novacast.errors import Conflict, Unauthenticated
from novacast.i18n import gettext as _
from novacast.live.reminders.service import Reminders
from novacast.web import Body, Call, Html, Redirect, form, page
from novacast.web.answers import Notice

STOP = "/reminders/stop"


class StopLink(Body):
    token: Annotated[str, Field(max_length=400)] = ""


class WantForm(Body):
    wanted: bool = False


class ReminderPages:
    def __init__(self, reminders: Reminders) -> None:
        self._reminders = reminders

    @form("/watch/{programme_id}/remind")
    async def want(self, call: Call, programme_id: str, form: WantForm) -> Redirect:
        place = f"/watch/{programme_id}"
        if not form.wanted:
            await self._reminders.stop(call.principal, programme_id)
            return Redirect(place, notice=Notice("good", _("You will not be reminded.")))
        try:
            await self._reminders.ask(call.principal, programme_id)
        except Conflict as error:
            return Redirect(place, notice=Notice("note", error.message))
        return Redirect(place, notice=Notice("good", _("A mail will remind you before it begins.")))

    @page(STOP, public=True)
    async def show(self, call: Call, query: StopLink) -> Html | Redirect:
        """Stops nothing: programs follow links in mails."""
        try:
            stopping = await self._reminders.stopping(query.token)
        except Unauthenticated as error:
            return Redirect("/", notice=Notice("bad", error.message))
        return Html("live/stop_reminder.html", {"stopping": stopping, "token": query.token})

    @form(STOP, public=True)
    async def stop(self, call: Call, form: StopLink) -> Redirect:
        try:
            await self._reminders.stop_by(form.token)
        except Unauthenticated as error:
            return Redirect("/", notice=Notice("bad", error.message))
        return Redirect("/", notice=Notice("good", _("You will not be reminded.")))
