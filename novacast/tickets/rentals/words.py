"""What offers and rights mean, and how long is left, in the language that is being spoken."""

from novacast.clock import DAY, HOUR, MINUTE
from novacast.i18n import gettext as _
from novacast.i18n import ngettext
from novacast.tickets.rentals.models import OfferKind, Right, VideoOffer


def offer_name(kind: OfferKind) -> str:
    return {OfferKind.BUY: _("Buy"), OfferKind.RENT: _("Rent")}[kind]


def meaning(offer: VideoOffer) -> str:
    if offer.hours is None:
        return _("Yours to keep, as often as you like.")
    hours = ngettext("%(num)d hour", "%(num)d hours", offer.hours) % {"num": offer.hours}
    days = ngettext("%(num)d day", "%(num)d days", offer.days or 1) % {"num": offer.days or 1}
    return _("For %(hours)s from the first play, which has to be within %(days)s.") % {"hours": hours, "days": days}


def span(length: int) -> str:
    """In its two largest units, and never nothing."""
    days, rest = divmod(max(length, MINUTE), DAY)
    hours, rest = divmod(rest, HOUR)
    minutes = rest // MINUTE
    said = []
    if days:
        said.append(ngettext("%(num)d day", "%(num)d days", days) % {"num": days})
    if hours:
        said.append(ngettext("%(num)d hour", "%(num)d hours", hours) % {"num": hours})
    if minutes and not days:
        said.append(ngettext("%(num)d minute", "%(num)d minutes", minutes) % {"num": minutes})
    return ", ".join(said[:2])


def left(right: Right, now: int) -> str:
    """What is left of a right."""
    if right.kind is OfferKind.BUY:
        return _("Yours to keep.")
    if right.waits(now):
        hours = ngettext("%(num)d hour", "%(num)d hours", right.hours or 1) % {"num": right.hours or 1}
        words = {"hours": hours, "left": span((right.begin_until or now) - now)}
        return _("%(hours)s from the first play, which has to be within %(left)s.") % words
    if right.ends_at is not None and now < right.ends_at:
        return _("%(left)s left.") % {"left": span(right.ends_at - now)}
    if right.ends_at is None:
        return _("Run out without a play.")
    return _("Run out.")
