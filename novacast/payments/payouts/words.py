"""Payouts in words, in the language that is being spoken."""

from novacast.i18n import gettext as _
from novacast.payments.payouts.models import Mismatch, PayoutState
from novacast.words import money


def state_name(state: PayoutState) -> str:
    return {
        PayoutState.PENDING: _("Announced"),
        PayoutState.IN_TRANSIT: _("On its way"),
        PayoutState.PAID: _("At the bank"),
        PayoutState.FAILED: _("Failed"),
        PayoutState.CANCELLED: _("Called off"),
    }[state]


def badge(state: PayoutState) -> str:
    if state is PayoutState.PAID:
        return "good"
    return "busy" if state in (PayoutState.PENDING, PayoutState.IN_TRANSIT) else "bad"


def told(one: Mismatch) -> str:
    there, here = money(one.told, one.currency), money(one.booked, one.currency)
    match one.what:
        case "differs":
            return _("The provider says %(there)s, the books %(here)s") % {"there": there, "here": here}
        case "missing":
            return _("The books have %(here)s that the provider does not know") % {"here": here}
        case "unknown":
            return _("The provider has %(there)s that belongs to nothing here") % {"there": there}
        case "exchanged":
            return _("The provider counts it as %(there)s, in another currency than it was paid in") % {"there": there}
        case "sum":
            return _("A payout of %(there)s, whose payments come to %(here)s") % {"there": there, "here": here}
        case "opaque":
            return _("A payout of %(there)s by hand: the provider does not say what is in it") % {"there": there}
        case "failed":
            return _("A payout of %(there)s that did not reach the bank") % {"there": there}
