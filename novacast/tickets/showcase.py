"""What is for sale and what is in a basket, as pages say it: prices with fees, savings, windows and taxes in words."""

from collections.abc import Mapping, Sequence
from typing import Any

from babel.numbers import format_percent

from novacast.clock import HOUR, iso
from novacast.i18n import gettext as _
from novacast.taxes import breakdown
from novacast.tickets.events.models import Item
from novacast.tickets.events.performances import Offer
from novacast.tickets.holds.models import Line
from novacast.tickets.words import decimals, hour_there, plain, price
from novacast.words import locale, money

MOST_CHOICES = 20
"""Quantities that a list offers."""


def items(offer: Offer, chosen: Mapping[str, int], amounts: Mapping[str, str]) -> Sequence[Mapping[str, Any]]:
    """Those that may be bought, now or later."""
    until = offer.now
    shown = [one for one in offer.items if one.on_sale and (one.sale_until is None or until < one.sale_until)]
    return [_item(offer, one, chosen.get(one.id, 0), amounts.get(one.id, "")) for one in shown]


def _item(offer: Offer, one: Item, chosen: int, amount: str) -> Mapping[str, Any]:
    currency, zone = offer.event.currency, offer.event.timezone
    early = offer.code is not None and offer.code.opens_early and offer.code.takes(one.id)
    early = early or offer.standing.early(one.sale_from, offer.now)
    left = offer.left[one.id]
    begins = one.sale_from if one.sale_from is not None and offer.now < one.sale_from and not early else None
    most = min(one.most, one.most_per_person or one.most, left, MOST_CHOICES)
    counts = [0, *range(one.least, most + 1)]
    prices = [_price(offer, one, category) for category in one.categories]
    return {
        "id": one.id,
        "name": one.name,
        "seated": one.seated,
        "prices": prices if len(prices) == 1 else [price for price in prices if price["category"] or _plain(one)],
        "open": one.open_price,
        "step": str(decimals(currency)),
        "least_amount": plain(one.price, currency),
        "amount": amount or plain(one.price, currency),
        "fee": money(one.fee, currency) if one.fee else "",
        "tax": percent(one.tax_bp) if one.tax_bp else "",
        "left": left if len(counts) > 1 else 0,
        "least": one.least if one.least > 1 else 0,
        "counts": [(str(n), str(n)) for n in counts],
        "chosen": str(chosen),
        "begins": "" if begins is None else hour_there(begins, zone),
        "ends": "" if one.sale_until is None else hour_there(one.sale_until, zone),
        "hidden": one.hidden,
    }


def _plain(item: Item) -> bool:
    """Whether a seat of no category has a price of its own to be shown."""
    return not item.seated or any(one.category == "" for one in item.prices)


def _price(offer: Offer, one: Item, category: str) -> Mapping[str, Any]:
    """What it costs now with its fee; until when; and what a code or a membership takes off."""
    currency, zone = offer.event.currency, offer.event.timezone
    amount = one.price_in(category, offer.now)
    off = offer.off(one, amount)
    until = one.price_until(category, offer.now)
    after = None if until is None else one.price_in(category, until)
    return {
        "category": category,
        "now": price(amount - off + one.fee, currency),
        "before": money(amount + one.fee, currency) if off else "",
        "saving": money(off, currency) if off else "",
        "until": "" if until is None or after == amount else hour_there(until, zone),
        "until_iso": "" if until is None else iso(until),
        "after": "" if after is None or after == amount else price(after + one.fee, currency),
    }


def lines(found: Sequence[Line], currency: str) -> Sequence[Mapping[str, str]]:
    """`tier`: the membership by which it is cheaper."""
    return [
        {
            "id": one.claim.id,
            "name": one.item,
            "seat": "" if one.seat is None else one.seat.label,
            "price": price(one.claim.cost, currency),
            "before": money(one.claim.cost + saving, currency) if (saving := _saving(one)) else "",
            "tier": one.claim.tier,
        }
        for one in found
    ]


def _saving(line: Line) -> int:
    return line.claim.discount + line.claim.member_off


def members(offer: Offer) -> Sequence[str]:
    """A sentence for each membership that is worth something here."""
    mine = {one.name for one in offer.standing.tiers}
    begins, zone = offer.performance.sale_from, offer.event.timezone
    found = []
    for one in offer.tiers:
        said = [_("Your membership %(name)s:") if one.name in mine else _("Members with %(name)s:")]
        if one.discount:
            said.append(_("%(percent)s off."))
        if one.presale_hours and begins is not None and offer.now < begins:
            said.append(_("The sale opens earlier, %(when)s."))
        words = {
            "name": one.name,
            "percent": percent(one.discount),
            "when": "" if begins is None else hour_there(begins - one.presale_hours * HOUR, zone),
        }
        if len(said) > 1:
            found.append(" ".join(said) % words)
    return found


def fees(found: Sequence[Line], currency: str) -> str:
    """All fees together; empty where there are none."""
    total = sum(one.claim.fee for one in found)
    return money(total, currency) if total else ""


def taxes(found: Sequence[Line], currency: str) -> Sequence[str]:
    """A sentence for each rate that is not nothing."""
    rates = breakdown([(one.claim.cost, one.claim.tax_bp) for one in found])
    return [
        _("With %(rate)s tax: %(tax)s of %(gross)s.")
        % {"rate": percent(one.tax_bp), "tax": money(one.tax, currency), "gross": money(one.gross, currency)}
        for one in rates
        if one.tax_bp
    ]


def percent(basis_points: int) -> str:
    return str(format_percent(basis_points / 10_000, format="#,##0.##%", locale=locale()))
