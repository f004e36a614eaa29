"""A cart as its page shows it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from novacast.clock import iso
from novacast.i18n import gettext as _
from novacast.identity import Principal
from novacast.records import dataclass
from novacast.tickets import showcase
from novacast.tickets.carts.checkout.service import at
from novacast.tickets.carts.contents import Film, Full, Held, Membership, Thing
from novacast.tickets.orders.models import Method
from novacast.tickets.orders.ways import method_name
from novacast.tickets.questions.pages import fields
from novacast.tickets.rentals.words import meaning, offer_name
from novacast.tickets.words import hour_there, price
from novacast.words import money

Written = Callable[[str], Mapping[str, str]]
"""What a form holds of answers about a hold, by its id."""


@dataclass(frozen=True, slots=True)
class Words:
    house: str
    principal: Principal
    methods: Sequence[Method]


def cart_shown(full: Full, written: Written, words: Words) -> dict[str, Any]:
    """Context of tickets/cart.html, but for what a form adds."""
    currency = full.cart.currency
    lines = [line for one in full.held for line in one.basket.lines]
    return {
        "cart": full.cart.id,
        "seen": full.seen,
        "house": words.house,
        "things": [_thing(one, currency) for one in full.things],
        "any": bool(full.good),
        "total": price(full.total, currency),
        "costs": bool(full.total),
        "fees": showcase.fees(lines, currency),
        "login": full.needs_login and not words.principal.signed_in,
        "alone": full.plan is not None and len(full.good) == 1,
        "asked": [one for one in (_asked(held, written) for held in full.held) if one["groups"]],
        "films": bool(full.films),
        "member": full.plan is not None,
        "org": full.cart.org_id,
        "methods": [(one.value, method_name(one)) for one in words.methods],
    }


def _thing(one: Thing, currency: str) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": one.line.id,
        "kind": one.line.kind.value,
        "problem": one.problem,
        "price": price(one.cost, currency),
        "before": money(one.line.price, currency) if one.changed else "",
    }
    match one:
        case Held():
            return shown | _held(one, currency)
        case Film():
            return shown | _film(one)
        case Membership():
            return shown | _membership(one, currency)
    return shown


def _held(one: Held, currency: str) -> dict[str, Any]:
    hold = one.basket.hold
    return {
        "title": one.event.title,
        "when": hour_there(one.performance.starts_at, one.event.timezone),
        "venue": one.event.venue,
        "href": f"/performances/{one.performance.id}",
        "token": quote(one.token),
        "lines": showcase.lines(one.basket.lines, currency),
        "taxes": showcase.taxes(one.basket.lines, currency),
        "code": one.basket.code,
        "saving": money(one.basket.saving, currency) if one.basket.saving else "",
        "explanation": one.basket.explanation,
        "until": iso(hold.expires_at),
        "hour": hour_there(hold.expires_at, one.event.timezone),
        "longer": hold.expires_at < hold.limit_at,
    }


def _film(one: Film) -> dict[str, Any]:
    film = None if one.sold is None else one.sold.film
    offer = one.offer
    percent = "" if offer is None or not offer.tax_bp else showcase.percent(offer.tax_bp)
    return {
        "title": _("A video") if film is None else film.title,
        "poster": f"/api/v1/videos/{film.media_id}/offers/poster" if film is not None and film.poster else "",
        "href": f"/watch/{one.line.media_id}",
        "name": "" if offer is None else offer_name(offer.kind),
        "meaning": "" if offer is None else meaning(offer),
        "taxes": [_("%(rate)s tax is in it.") % {"rate": percent}] if percent else [],
    }


def _membership(one: Membership, currency: str) -> dict[str, Any]:
    plan = one.plan
    return {
        "title": _("A membership") if plan is None else plan.name,
        "href": "/memberships" if plan is None else f"/memberships/{plan.org_id}",
        "words": "" if plan is None else plan.words,
        "trial": 0 if plan is None else plan.trial_days,
        "now": price(one.now, currency),
        "taxes": [],
    }


def _asked(one: Held, written: Written) -> dict[str, Any]:
    """Its questions, each with its place among those of the others."""
    hold_id = one.line.ref
    groups = fields(one.asked.questions, one.asked.lines, written(hold_id))
    return {
        "title": one.event.title,
        "when": hour_there(one.performance.starts_at, one.event.timezone),
        "groups": [{**group, "fields": [_placed(hold_id, each) for each in group["fields"]]} for group in groups],
    }


def _placed(hold_id: str, field: Mapping[str, Any]) -> dict[str, Any]:
    found = {**field, "name": at(hold_id, field["name"])}
    if field["kind"] == "several":
        found["options"] = [(at(hold_id, name), label) for name, label in field["options"]]
        found["chosen"] = [at(hold_id, name) for name in field["chosen"]]
    return found
