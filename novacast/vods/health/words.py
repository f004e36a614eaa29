"""Numbers of an audience as people read them."""

from babel.numbers import format_decimal, format_percent

from novacast.i18n import gettext as _
from novacast.records import dataclass
from novacast.vods.cards import locale
from novacast.vods.health.models import Health, Kind

NONE = "–"


@dataclass(frozen=True, slots=True)
class Figure:
    """One number, large."""

    name: str
    value: str
    hint: str = ""


def startup(health: Health) -> Figure:
    median, slowest = health.startup_median, health.startup[-2][0]
    shown = (
        _("over %(time)s") % {"time": seconds(slowest or 0)}
        if median is None
        else _("up to %(time)s") % {"time": seconds(median)}
    )
    return Figure(_("Start-up time"), shown if health.sums.get(Kind.START) else NONE, _("of half of the plays"))


def seconds(milliseconds: int) -> str:
    return _("%(seconds)s s") % {"seconds": format_decimal(milliseconds / 1000, locale=locale())}


def hours(milliseconds: int) -> str:
    minutes = milliseconds / 60_000
    if minutes < 100:
        return _("%(minutes)s min") % {"minutes": format_decimal(minutes, "0.#", locale=locale())}
    return _("%(hours)s h") % {"hours": format_decimal(minutes / 60, "#,##0.#", locale=locale())}


def share(share: float | None) -> str:
    return NONE if share is None else format_percent(share, "0.##%" if share < 0.1 else "0.#%", locale=locale())


def number(number: float) -> str:
    return format_decimal(number, "#,##0.#", locale=locale())
