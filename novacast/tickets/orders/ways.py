"""How the public pays, as pages say it."""

from novacast.i18n import gettext as _
from novacast.tickets.orders.models import Method


def method_name(method: Method) -> str:
    match method:
        case Method.TRANSFER:
            return _("Bank transfer")
        case Method.CARD:
            return _("Card, Apple Pay, Google Pay and more, at Stripe")
        case Method.SANDBOX:
            return _("Test payment: no money moves")
        case _:
            return _("It costs nothing")
