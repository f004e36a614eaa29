"""An order's story in words, in the language that is being spoken."""

import re
from collections.abc import Mapping

from novacast.i18n import gettext as _
from novacast.tickets.office.words import method_name
from novacast.tickets.orders.models import Method
from novacast.tickets.store import Entry
from novacast.words import money

_PAID = re.compile(r"(\w+) (\d+) ([A-Z]{3})")
_ADDED = re.compile(r"\d+ tickets, (\d+) ([A-Z]{3}), (\w+)")
_CANCELLED = re.compile(r"\d+ tickets, (\d+) of (\d+) ([A-Z]{3}) back")


def told(entry: Entry) -> str:
    """What happened; what nobody gave words to, as it was written down."""
    words = _sentences().get(entry.action)
    return words if words is not None else entry.action


def detail(entry: Entry) -> str:
    """Amounts and ways to pay as people say them, ids not at all; what is none of these, as it was written down."""
    if entry.action == "ticket.exchanged":
        return ""
    if found := _PAID.fullmatch(entry.detail):
        return f"{way_name(found[1])}, {money(int(found[2]), found[3])}"
    if found := _ADDED.fullmatch(entry.detail):
        return f"{way_name(found[3])}, {money(int(found[1]), found[2])}"
    if found := _CANCELLED.fullmatch(entry.detail):
        back, paid = (money(int(amount), found[3]) for amount in found.group(1, 2))
        return _("%(back)s of %(paid)s goes back.") % {"back": back, "paid": paid}
    return way_name(entry.detail)


def way_name(name: str) -> str:
    """Of a way to pay or of a provider; any other word stays."""
    if name in {one.value for one in Method}:
        return method_name(Method(name))
    return {"stripe": "Stripe"}.get(name, name)


def _sentences() -> Mapping[str, str]:
    return {
        "order.placed": _("It was ordered."),
        "order.paid": _("It was paid, and its tickets were issued."),
        "order.expired": _("Nobody paid in time; its places are free again."),
        "order.cancelled": _("It was cancelled; its tickets are void."),
        "order.import_undone": _("Its import was undone; its tickets are void."),
        "order.partly_cancelled": _("Some of its tickets were cancelled."),
        "order.claimed": _("The buyer took it into an account."),
        "order.noted": _("The note was changed."),
        "order.resent": _("Its mail was sent again."),
        "order.unfulfillable": _("Money came after its places were given back."),
        "order.invoiced": _("Its invoice was written."),
        "order.granted": _("An amount is given back of it, and its tickets stay valid."),
        "order.disputed": _("A bank took the payment back. Online passes open nothing until that is decided."),
        "order.dispute_won": _("The dispute is won: the payment stays, and passes open again."),
        "order.dispute_lost": _("The dispute is lost: the payment is gone."),
        "order.reclaimed": _("Money came late, and places were found for it."),
        "order.returned": _("Money came late, and no places were left: it goes back."),
        "refund.requested": _("Money is to be given back."),
        "refund.succeeded": _("Money was given back."),
        "refund.failed": _("What was to be given back was not. It is owed still."),
        "payment.captured": _("Money came."),
        "payment.failed": _("A payment came to nothing."),
        "payment.mismatch": _("What came is not what was asked for. Somebody has to look at it."),
        "payment.repaid_elsewhere": _("Money was given back, and not from here. Somebody has to look at it."),
        "payment.surplus": _("It was paid for once more, and that goes back."),
        "ticket.reissued": _("A ticket was made anew; the old code is void."),
        "ticket.renamed": _("A ticket got another name."),
        "ticket.offered": _("A ticket was offered to somebody."),
        "ticket.offer_withdrawn": _("The offer of a ticket was taken back."),
        "ticket.handed_on": _("A ticket was handed on; the old code is void."),
        "ticket.exchanged": _("A ticket became another; the old code is void."),
        "order.added_to": _("Tickets were added to it."),
        "order.readdressed": _("Its name or its address was corrected, and its mail sent again."),
        "order.answered": _("What it answers to the house's questions was changed."),
        "ticket.traded": _("A ticket was given back for one that costs more."),
        "ticket.not_traded": _("The ticket that was to be given back for it is good no more, or was used."),
        "ticket.claimed": _("Whoever has a ticket took it into an account."),
        "ticket.moved": _("A ticket got another seat; the old code is void."),
    }
