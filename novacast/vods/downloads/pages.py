"""Pages of downloads: the studio's, and the form under the player, both without scripts."""

from novacast.errors import Conflict
from novacast.i18n import gettext as _
from novacast.i18n import translated
from novacast.records import dataclass
from novacast.vods.cards import size_of
from novacast.vods.downloads.bodies import AllowedForm, PrepareForm
from novacast.vods.downloads.models import ORIGINAL, SOURCE, Allowed, Item, Offer, State
from novacast.vods.downloads.routes import PREPARING
from novacast.vods.downloads.service import Downloads
from novacast.vods.service import Videos
from novacast.web import Call, Html, Redirect, form, page
from novacast.web.answers import Notice

PATH = "/studio/videos/{video_id}/downloads"


@dataclass(frozen=True, slots=True)
class Line:
    """Something to take, under the player."""

    name: str
    href: str
    title: str
    size: str
    ready: bool
    waiting: bool
    reason: str


def lines(offer: Offer) -> list[Line]:
    return [_line(offer.video.id, item) for item in offer.items]


class DownloadPages:
    def __init__(self, videos: Videos, downloads: Downloads) -> None:
        self._videos = videos
        self._downloads = downloads

    @page(PATH)
    async def show(self, call: Call, video_id: str) -> Html:
        detail = await self._videos.worked_on(call.principal, video_id)
        offer = await self._downloads.show(call.principal, video_id)
        context = {
            "video": detail.video,
            "allowed": offer.allowed.value,
            "choices": _choices(),
            "taken": offer.taken,
            "downloads": lines(offer),
        }
        return Html("vods/downloads.html", context)

    @form(PATH)
    async def allow(self, call: Call, video_id: str, form: AllowedForm) -> Redirect:
        await self._downloads.allow(call.principal, video_id, form.allowed)
        return Redirect(f"/studio/videos/{video_id}/downloads", notice=Notice("good", _("Saved.")))

    @form("/watch/{video_id}/download", public=True)
    async def prepare(self, call: Call, video_id: str, form: PrepareForm) -> Redirect:
        call.limit(PREPARING)
        try:
            await self._downloads.prepare(call.principal, video_id, form.name)
        except Conflict as error:
            return Redirect(f"/watch/{video_id}", notice=Notice("note", error.message))
        return Redirect(f"/watch/{video_id}#downloads", notice=Notice("note", _("The file is being prepared.")))


def _choices() -> list[tuple[str, str, str]]:
    """Value, name and who may download then."""
    return [
        (Allowed.NOBODY.value, _("Nobody"), _("Only you, and those who edit videos of the organization.")),
        (Allowed.MEMBERS.value, _("Members"), _("Members of the organization who may watch it.")),
        (Allowed.EVERYONE.value, _("Everyone"), _("Everyone who may watch it.")),
    ]


def _title(name: str) -> str:
    if (source := SOURCE.fullmatch(name)) is not None:
        return _("What the encoder sent, part %(number)s") % {"number": source[1]}
    return _("The original file") if name == ORIGINAL else name


def _line(video_id: str, item: Item) -> Line:
    title = _title(item.name)
    return Line(
        name=item.name,
        href=f"/api/v1/videos/{video_id}/downloads/{item.name}",
        title=f"{title}, {item.width} × {item.height}" if item.width else title,
        size="" if item.bytes is None else size_of(item.bytes),
        ready=item.state is State.READY,
        waiting=item.state is State.WANTED,
        reason="" if item.reason is None else translated(item.reason),
    )
