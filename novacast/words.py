"""Numbers, dates and names as pages say them, in the language that is being spoken."""

from datetime import date
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal, get_currency_precision

from novacast.clock import SECOND, moment
from novacast.i18n import gettext as _
from novacast.i18n import language, pgettext
from novacast.visibility import Visibility

LARGEST = 10**12
"""Minor units that somebody may write into a form."""
UNITS = ("B", "kB", "MB", "GB", "TB")


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


def hour_of(at: int) -> str:
    """Day and hour, in UTC: a browser with scripts says it in its own zone."""
    return f"{hour_at(at, 'UTC')} UTC"


def hour_at(at: int, timezone: str) -> str:
    """Day and hour in a zone (IANA name)."""
    pattern = pgettext("pattern of a date", "d MMM y HH:mm")
    return str(format_datetime(moment(at), pattern, tzinfo=ZoneInfo(timezone), locale=locale()))


def day_and_month(day: date) -> str:
    """Day and month."""
    return str(format_date(day, pgettext("pattern of a date", "d MMM"), locale=locale()))


def hour_in(at: int, timezone: str) -> str:
    """Day and hour in a zone (IANA name), with the city whose clocks it goes by."""
    place = "'(UTC)'" if timezone == "UTC" else "'('VVV')'"
    pattern = pgettext("pattern of a date", "EEE d MMM y HH:mm")
    return str(format_datetime(moment(at), f"{pattern} {place}", tzinfo=ZoneInfo(timezone), locale=locale()))


def size_of(size: int) -> str:
    """64 GB; in powers of 1000, as disks are sold."""
    value, unit = float(size), 0
    while value >= 1000 and unit < len(UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{format_decimal(value, format='0' if value >= 10 or not unit else '0.#', locale=locale())} {UNITS[unit]}"


def money(amount: int, currency: str) -> str:
    """`amount` in the currency's minor unit; 2000 EUR is €20.00."""
    value = Decimal(amount).scaleb(-get_currency_precision(currency))
    return str(format_currency(value, currency, locale=locale()))


def visibility_name(visibility: Visibility) -> str:
    return {
        Visibility.PUBLIC: _("Public"),
        Visibility.UNLISTED: _("Unlisted"),
        Visibility.SIGNED_IN: _("Logged-in people"),
        Visibility.ORGANIZATION: _("Organization"),
        Visibility.PRIVATE: _("Private"),
    }[visibility]


def locale() -> Locale:
    """Of the language that is being spoken."""
    try:
        return Locale.parse(language(), sep="-")
    except (ValueError, UnknownLocaleError):
        return Locale("en")


def percent(basis_points: int) -> str:
    return _("%(rate)s %%") % {"rate": format_decimal(basis_points / 100, "0.##", locale=locale())}


def minor(written: str, currency: str) -> int | None:
    """What somebody wrote into a form, in minor units; None: it is no amount of this currency."""
    try:
        value = Decimal(written.strip().replace(",", ".")).scaleb(get_currency_precision(currency))
    except InvalidOperation:
        return None
    good = value.is_finite() and 0 <= value <= LARGEST and value == value.to_integral_value()
    return int(value) if good else None
