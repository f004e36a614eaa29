"""How a video looks on a page: names of its states, the card of a list."""

from novacast.i18n import gettext as _
from novacast.i18n import ngettext
from novacast.records import dataclass
from novacast.vods.models import Video, VideoState, Visibility, Watching
from novacast.vods.transcoding.models import Transcode, TranscodeState
from novacast.words import count_of as count_of
from novacast.words import date_of as date_of
from novacast.words import duration as duration
from novacast.words import locale as locale
from novacast.words import size_of as size_of
from novacast.words import visibility_name as visibility_name


@dataclass(frozen=True, slots=True)
class Card:
    """What `ui.video_card` takes."""

    href: str
    title: str
    poster: str
    duration: str
    meta: str
    badge: str = ""
    seen: float | None = None


def card(video: Video, poster: str | None, *, seen: float | None = None, views: int = 0) -> Card:
    date = date_of(video.published_at or video.created_at)
    meta = f"{views_of(views)} · {date}" if views else date
    shown = "" if video.visibility is Visibility.PUBLIC else visibility_name(video.visibility)
    return Card(f"/watch/{video.id}", video.title, poster or "", duration(video.duration), meta, shown, seen)


def watching_card(row: Watching, poster: str | None) -> Card:
    whole = row.video.duration or 0
    return card(row.video, poster, seen=min(1.0, row.position.at / whole) if whole else None)


def views_of(number: int) -> str:
    return ngettext("%(count)s view", "%(count)s views", number) % {"count": count_of(number)}


def visibility_choices() -> list[tuple[str, str, str]]:
    """Value, name and who may watch then."""
    hints = {
        Visibility.PUBLIC: _("Everyone; it is in the library."),
        Visibility.UNLISTED: _("Everyone who has the address; it is not in the library."),
        Visibility.SIGNED_IN: _("Everyone with an account here."),
        Visibility.ORGANIZATION: _("Members of the organization."),
        Visibility.PRIVATE: _("You, and those who edit videos of the organization."),
    }
    return [(one.value, visibility_name(one), hints[one]) for one in Visibility]


def state_badge(video: Video, transcode: Transcode | None) -> tuple[str, str]:
    """Words for the state, and the kind of badge."""
    if video.state is VideoState.READY:
        return _("Ready"), "good"
    if transcode is not None and transcode.state is TranscodeState.CANCELLED:
        return _("Cancelled"), ""
    if video.state is VideoState.FAILED:
        return _("Failed"), "bad"
    if transcode is not None and transcode.state is TranscodeState.RUNNING:
        return _("Transcoding"), "busy"
    return _("Waiting"), "busy"
