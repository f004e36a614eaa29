"""Prices and states of memberships as people read them."""

from decimal import Decimal, InvalidOperation

from babel.numbers import format_currency, get_currency_precision

from novacast.errors import Conflict, FieldError, InvalidInput, NotFound, Unavailable
from novacast.i18n import gettext as _
from novacast.payments.memberships.models import Interval, State
from novacast.words import locale


def money(amount: int, currency: str) -> str:
    """`amount` in the currency's minor unit; 2000 EUR is €20.00."""
    value = Decimal(amount).scaleb(-get_currency_precision(currency))
    return str(format_currency(value, currency, locale=locale()))


def minor(written: str, currency: str) -> int | None:
    """What somebody wrote into a form, in minor units; None: it is no amount of this currency."""
    try:
        value = Decimal(written.strip().replace(",", ".")).scaleb(get_currency_precision(currency))
    except InvalidOperation:
        return None
    return int(value) if value.is_finite() and 0 <= value < 10**9 and value == value.to_integral_value() else None


def price(amount: int, currency: str, interval: Interval) -> str:
    words = {Interval.MONTH: _("%(price)s a month"), Interval.YEAR: _("%(price)s a year")}
    return words[interval] % {"price": money(amount, currency)}


def state_name(state: State) -> str:
    return {
        State.PENDING: _("Not paid yet"),
        State.ACTIVE: _("Active"),
        State.PAST_DUE: _("Payment due"),
        State.PAUSED: _("Paused"),
        State.CANCELLED: _("Ended"),
        State.EXPIRED: _("Run out"),
    }[state]


def told(error: InvalidInput | Conflict | NotFound | Unavailable) -> tuple[FieldError, ...]:
    return error.errors or (FieldError("", error.code, error.message),)
