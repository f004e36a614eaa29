"""The page on which chapters are written, which needs no scripts."""

from novacast.clock import SECOND
from novacast.errors import Conflict, FieldError, InvalidInput, NovaCastError, PreconditionFailed
from novacast.i18n import gettext as _
from novacast.i18n import translated
from novacast.records import dataclass
from novacast.vods.cards import duration
from novacast.vods.chapters.bodies import ChaptersForm, DescribedForm
from novacast.vods.chapters.models import Chapters, clock, found_in, parse, written
from novacast.vods.chapters.service import VideoChapters
from novacast.vods.service import Videos
from novacast.web import Call, Html, Redirect, form, page
from novacast.web.answers import Notice

PATH = "/studio/videos/{video_id}/chapters"


@dataclass(frozen=True, slots=True)
class Line:
    """A chapter in the list under the player."""

    seconds: str
    """For the address: `95.5`."""
    clock: str
    title: str


def lines(chapters: Chapters) -> list[Line]:
    return [Line(f"{one.at / SECOND:.3f}".rstrip("0").rstrip("."), clock(one.at), one.title) for one in chapters.items]


class ChapterPages:
    def __init__(self, videos: Videos, chapters: VideoChapters) -> None:
        self._videos = videos
        self._chapters = chapters

    @page(PATH)
    async def show(self, call: Call, video_id: str) -> Html:
        return await self._shown(call, video_id)

    @form(PATH)
    async def write(self, call: Call, video_id: str, form: ChaptersForm) -> Html | Redirect:
        try:
            await self._chapters.write(call.principal, video_id, parse(form.chapters), form.based_on)
        except (InvalidInput, PreconditionFailed) as error:
            return await self._shown(call, video_id, form, error)
        return Redirect(f"/studio/videos/{video_id}/chapters", notice=Notice("good", _("Saved.")))

    @form(f"{PATH}/described")
    async def take_described(self, call: Call, video_id: str, form: DescribedForm) -> Redirect:
        place = f"/studio/videos/{video_id}/chapters"
        try:
            await self._chapters.take_described(call.principal, video_id, form.based_on)
        except Conflict as error:
            return Redirect(place, notice=Notice("note", translated(error.message)))
        return Redirect(place, notice=Notice("good", _("Saved.")))

    async def _shown(
        self, call: Call, video_id: str, form: ChaptersForm | None = None, error: NovaCastError | None = None
    ) -> Html:
        """With what was typed, if it can't be saved: as it is, or over what others saved meanwhile, which is shown."""
        detail = await self._videos.worked_on(call.principal, video_id)
        chapters, video = await self._chapters.show(call.principal, video_id), detail.video
        described = () if chapters.items else found_in(video.description, video.duration)
        late, state = isinstance(error, PreconditionFailed), chapters.state
        context = {
            "video": video,
            "chapters": chapters,
            "based_on": state.revision if form is None or late else form.based_on,
            "theirs": written(chapters.items) if late else None,
            "problem": translated(error.message) if error is not None and late else "",
            "described": [(one.at, one.title) for one in described],
            "text": written(chapters.items) if form is None else form.chapters,
            "errors": _named(error),
            "duration": duration(video.duration),
        }
        return Html("vods/chapters.html", context, status=200 if error is None else 412 if late else 422)


def _named(error: NovaCastError | None) -> list[FieldError]:
    """All in the one field that the form has."""
    given = error.errors if isinstance(error, InvalidInput) else ()
    return [FieldError("chapters", one.code, one.message) for one in given]
