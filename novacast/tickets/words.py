"""Money, hours and states as pages of the box office say them, in the language that is being spoken."""

from decimal import Decimal

from babel.numbers import get_currency_precision

from novacast.clock import SECOND
from novacast.i18n import gettext as _
from novacast.tickets.models import AttemptState, OrderState
from novacast.words import hour_in, money

NEVER = 4_102_444_800 * SECOND
"""The year 2100: when what has no hour begins. Whatever is written of it fits in a ticket's code."""


def price(amount: int, currency: str) -> str:
    """What one thing costs: nothing is said in a word, the same everywhere."""
    return money(amount, currency) if amount else _("Free")


def decimals(currency: str) -> Decimal:
    """The smallest amount that is written: 0.01 of EUR, 1 of JPY."""
    return Decimal(1).scaleb(-get_currency_precision(currency))


def plain(amount: int, currency: str) -> str:
    """As a field of a form takes it: 2000 EUR is 20.00."""
    return str(Decimal(amount).scaleb(-get_currency_precision(currency)))


def hour_there(at: int, timezone: str) -> str:
    """Day and hour at the place itself, with the city whose clocks it goes by; nothing of what has no hour."""
    return "" if at >= NEVER else hour_in(at, timezone)


def night_there(title: str, at: int, timezone: str) -> str:
    """A performance as lists name it; what has no hour by its title alone."""
    return " · ".join(filter(None, (title, hour_there(at, timezone))))


def attempt_state(state: AttemptState) -> str:
    """Of a payment."""
    return {
        AttemptState.CREATED: _("about to be asked for"),
        AttemptState.SUBMITTED: _("not paid yet"),
        AttemptState.REQUIRES_ACTION: _("the buyer has to confirm it"),
        AttemptState.PROCESSING: _("on its way"),
        AttemptState.CAPTURED: _("paid"),
        AttemptState.PARTIALLY_REFUNDED: _("partly paid back"),
        AttemptState.REFUNDED: _("paid back"),
        AttemptState.DISPUTED: _("disputed by the bank"),
        AttemptState.FAILED: _("came to nothing"),
        AttemptState.CANCELLED: _("called off"),
    }[state]


def order_state(state: OrderState) -> str:
    return {
        OrderState.DRAFT: _("being made"),
        OrderState.AWAITING_PAYMENT: _("not paid yet"),
        OrderState.PAID: _("paid"),
        OrderState.PARTIALLY_REFUNDED: _("partly paid back"),
        OrderState.REFUNDED: _("paid back"),
        OrderState.EXPIRED: _("not paid in time"),
        OrderState.CANCELLED: _("taken back"),
        OrderState.PAID_UNFULFILLABLE: _("paid too late"),
    }[state]
