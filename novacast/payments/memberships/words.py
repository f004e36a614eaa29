"""Prices and states of memberships as people read them."""

from decimal import Decimal, InvalidOperation

from novacast.errors import Conflict, FieldError, InvalidInput, NotFound, Unavailable
from novacast.i18n import gettext as _
from novacast.payments.memberships.billed.models import Kind as Change
from novacast.payments.memberships.models import Interval, State
from novacast.payments.memberships.trials.models import Why
from novacast.words import money


def hundredths(written: str) -> int | None:
    """A percentage that somebody wrote into a form, in hundredths of a percent; None: it is none."""
    try:
        value = Decimal(written.strip().replace(",", ".") or 0)
    except InvalidOperation:
        return None
    return round(value * 100) if value.is_finite() and 0 <= value <= 100 else None


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


def asked_for(kind: Change) -> str:
    return {
        Change.PLAN: _("The member chose another plan"),
        Change.STOP: _("The member wished it not to be renewed"),
        Change.KEEP: _("The member wished it to be renewed after all"),
        Change.PAUSE: _("The member paused it"),
        Change.RESUME: _("The member went on with it"),
        Change.END: _("It was ended"),
    }[kind]


def no_trial(why: Why) -> str:
    return {
        Why.HAD: _("There is no trial, for you were a member here before."),
        Why.EMAIL: _(
            "There is no trial: somebody had one with your e-mail address, or one that leads to the same mailbox."
        ),
        Why.CARD: _(
            "There was no trial, and nothing was charged: somebody had one with this card. "
            "Begin again, and it is paid from the first day."
        ),
    }[why]


def told(error: InvalidInput | Conflict | NotFound | Unavailable) -> tuple[FieldError, ...]:
    return error.errors or (FieldError("", error.code, error.message),)
