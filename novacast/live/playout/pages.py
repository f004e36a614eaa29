"""Videos on air, on a programme's studio page."""

from typing import Annotated, Literal

from pydantic import Field

from novacast.errors import Conflict, InvalidInput, NotFound
from novacast.i18n import gettext as _
from novacast.live.channels.pages import STUDIO
from novacast.live.models import FeedRole
from novacast.live.playout.service import Playouts
from novacast.live.programmes.pages import PROGRAMME
from novacast.web import Body, Call, Redirect, form
from novacast.web.answers import Notice


class PlayoutForm(Body):
    """Videos by their addresses or ids, one to a line."""

    videos: Annotated[str, Field(max_length=100_000)] = ""
    loop: bool = False
    role: Literal["main", "backup"] = "main"

    def ids(self) -> list[str]:
        words = self.videos.replace(",", " ").split()
        return [word.partition("?")[0].rstrip("/").rpartition("/")[2] for word in words]


class PlayoutPages:
    def __init__(self, playouts: Playouts) -> None:
        self._playouts = playouts

    @form(f"{PROGRAMME}/playout")
    async def put(self, call: Call, programme_id: str, form: PlayoutForm) -> Redirect:
        try:
            role = FeedRole(form.role)
            await self._playouts.put(call.principal, programme_id, form.ids(), loop=form.loop, role=role)
        except (InvalidInput, Conflict) as error:
            return _back(programme_id, error.errors[0].message if error.errors else error.message, "bad")
        return _back(programme_id, _("The videos go on air when it is time."))

    @form(f"{PROGRAMME}/playout/remove")
    async def remove(self, call: Call, programme_id: str) -> Redirect:
        try:
            await self._playouts.remove(call.principal, programme_id)
        except NotFound as error:
            return _back(programme_id, error.message, "note")
        return _back(programme_id, _("The videos are taken off."))


def _back(programme_id: str, words: str, kind: Literal["good", "bad", "note"] = "good") -> Redirect:
    return Redirect(f"{STUDIO}/programmes/{programme_id}#playout", notice=Notice(kind, words))
