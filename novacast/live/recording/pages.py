"""The form with which a clip is cut out of what is on air; works without scripts."""

from typing import Annotated

from pydantic import Field

from novacast.errors import Conflict, InvalidInput, RateLimited
from novacast.i18n import gettext as _
from novacast.live.recording.clips import BEFORE, LAST, Clips
from novacast.texts import TITLE_LENGTH
from novacast.web import Body, Call, Redirect, form
from novacast.web.answers import Notice


class ClipForm(Body):
    last: Annotated[int, Field(ge=1, le=LAST)] = 30
    before: Annotated[int, Field(ge=0, le=BEFORE)] = 0
    title: Annotated[str, Field(max_length=TITLE_LENGTH)] = ""


class ClipPages:
    def __init__(self, clips: Clips) -> None:
        self._clips = clips

    @form("/watch/{programme_id}/clips")
    async def make(self, call: Call, programme_id: str, form: ClipForm) -> Redirect:
        try:
            clip = await self._clips.latest(call.principal, programme_id, form.last, form.before, form.title)
        except InvalidInput as error:
            return _back(programme_id, error.errors[0].message if error.errors else error.message)
        except (Conflict, RateLimited) as error:
            return _back(programme_id, error.message)
        return Redirect(f"/watch/{clip.id}", notice=Notice("good", _("Your clip is ready.")))


def _back(programme_id: str, words: str) -> Redirect:
    return Redirect(f"/watch/{programme_id}", notice=Notice("bad", words))
