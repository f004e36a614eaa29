"""The page on which the poster is chosen. All but bringing a file works without scripts."""

from novacast.errors import Conflict, InvalidInput
from novacast.i18n import gettext as _
from novacast.i18n import translated
from novacast.records import dataclass
from novacast.vods.bodies import poster_path
from novacast.vods.chapters.models import clock, instant
from novacast.vods.pages import PLAYER_CSP
from novacast.vods.pictures.bodies import FrameForm, PictureForm, path_of
from novacast.vods.pictures.models import LARGEST, Kind, Picture, State
from novacast.vods.pictures.service import Gallery, Pictures
from novacast.web import Call, Html, Redirect, form, page
from novacast.web.answers import Notice

PATH = "/studio/videos/{video_id}/poster"


@dataclass(frozen=True, slots=True)
class Tile:
    id: str
    file: str | None
    name: str
    chosen: bool
    waiting: bool
    reason: str


class PicturePages:
    def __init__(self, pictures: Pictures) -> None:
        self._pictures = pictures

    @page(PATH)
    async def show(self, call: Call, video_id: str) -> Html:
        return _shown(await self._pictures.show(call.principal, video_id))

    @form(PATH)
    async def act(self, call: Call, video_id: str, form: PictureForm) -> Redirect:
        place = f"/studio/videos/{video_id}/poster"
        if form.act == "remove":
            await self._pictures.remove(call.principal, video_id, form.picture)
            return Redirect(place, notice=Notice("good", _("The picture is removed.")))
        try:
            await self._pictures.choose(call.principal, video_id, form.picture or None)
        except Conflict as error:
            return Redirect(place, notice=Notice("note", error.message))
        return Redirect(place, notice=Notice("good", _("This picture stands for the video now.")))

    @form(f"{PATH}/proposals")
    async def propose(self, call: Call, video_id: str) -> Redirect:
        place = f"/studio/videos/{video_id}/poster"
        try:
            await self._pictures.propose(call.principal, video_id)
        except Conflict as error:
            return Redirect(place, notice=Notice("note", error.message))
        return Redirect(place)

    @form(f"{PATH}/frame")
    async def take(self, call: Call, video_id: str, form: FrameForm) -> Html | Redirect:
        try:
            await self._pictures.take(call.principal, video_id, _instant(form.time), choose=True)
        except (InvalidInput, Conflict) as error:
            gallery = await self._pictures.show(call.principal, video_id)
            return _shown(gallery, form.time, InvalidInput.field("time", error.message))
        return Redirect(f"/studio/videos/{video_id}/poster")


def _instant(text: str) -> int:
    at = instant(text)
    if at is None:
        raise InvalidInput.field("time", _("Write the time as minutes and seconds, such as 12:30."))
    return at


def _shown(gallery: Gallery, time: str = "0:00", error: InvalidInput | None = None) -> Html:
    video = gallery.video
    context = {
        "video": video,
        "poster": poster_path(video) or "",
        "tiles": [_tile(one, video.poster) for one in gallery.items],
        "own": video.has_poster and video.poster is not None,
        "waiting": gallery.waiting,
        "frames": video.edition is not None and video.width is not None,
        "most_bytes": LARGEST,
        "time": time,
        "errors": error.errors if error is not None else (),
    }
    return Html("vods/poster.html", context, status=422 if error is not None else 200, csp=PLAYER_CSP)


def _tile(picture: Picture, chosen: str | None) -> Tile:
    if picture.at is None:
        name = _("Brought")
    elif picture.kind is Kind.PROPOSED:
        name = _("Proposed, at %(time)s") % {"time": clock(picture.at // 1_000_000 * 1_000_000)}
    else:
        name = _("Frame at %(time)s") % {"time": clock(picture.at)}
    return Tile(
        id=picture.id,
        file=path_of(picture),
        name=name,
        chosen=picture.id == chosen,
        waiting=picture.state is State.WANTED,
        reason="" if picture.reason is None else translated(picture.reason),
    )
