"""How a video looks on a page: texts of its numbers, names of its states, the card of a list."""

from dataclasses import dataclass

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_decimal

from novacast.clock import SECOND, moment
from novacast.i18n import gettext as _
from novacast.i18n import language, ngettext
from novacast.vods.models import Video, VideoState, Visibility, Watching
from novacast.vods.transcoding.models import Transcode, TranscodeState

UNITS = ("B", "kB", "MB", "GB", "TB")


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


def duration(length: int | None) -> str:
    """12:04, 1:02:03; empty while it is not known."""
    if length is None:
        return ""
    minutes, seconds = divmod(round(length / SECOND), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def date_of(at: int) -> str:
    return format_date(moment(at), format="medium", locale=locale())


def count_of(number: int) -> str:
    return str(format_decimal(number, locale=locale()))


def views_of(number: int) -> str:
    return ngettext("%(count)s view", "%(count)s views", number) % {"count": count_of(number)}


def size_of(size: int) -> str:
    """64 GB; in powers of 1000, as disks are sold."""
    value, unit = float(size), 0
    while value >= 1000 and unit < len(UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{format_decimal(value, format='0' if value >= 10 or not unit else '0.#', locale=locale())} {UNITS[unit]}"


def visibility_name(visibility: Visibility) -> str:
    return {
        Visibility.PUBLIC: _("Public"),
        Visibility.UNLISTED: _("Unlisted"),
        Visibility.SIGNED_IN: _("Logged-in people"),
        Visibility.ORGANIZATION: _("Organization"),
        Visibility.PRIVATE: _("Private"),
    }[visibility]


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


def locale() -> Locale:
    """Of the language that is being spoken."""
    try:
        return Locale.parse(language(), sep="-")
    except (ValueError, UnknownLocaleError):
        return Locale("en")
