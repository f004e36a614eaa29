"""What is on: the list of events, and an event with its performances, for people and for search engines."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from novacast.clock import iso, moment
from novacast.errors import InvalidInput
from novacast.i18n import gettext as _
from novacast.i18n import ngettext
from novacast.tickets.events.listing import Coming, Listing
from novacast.tickets.events.models import Event, Item, Performance
from novacast.tickets.events.service import Events, Programme
from novacast.tickets.models import ItemKind, PerformanceState
from novacast.tickets.posters.service import Posters
from novacast.tickets.reports.availability import Availability, Stock
from novacast.tickets.words import hour_there, plain, price
from novacast.web import Body, Call, Html, page
from novacast.words import money

Card = dict[str, Any]
PAGE = 24
DESCRIBED = 20
"""Performances that search engines are told of."""


class EventsQuery(Body):
    when: Literal["coming", "past"] = "coming"
    cursor: Annotated[str | None, Field(max_length=500)] = None


class Announced:
    """Cards of events, as tickets/event_card.html shows them."""

    def __init__(self, listing: Listing, availability: Availability, posters: Posters) -> None:
        self._listing, self._availability, self._posters = listing, availability, posters

    async def page(
        self, when: Literal["coming", "past"], cursor: str | None, limit: int
    ) -> tuple[list[Card], str | None]:
        """The cards and the cursor of the next page. `InvalidInput` for a cursor of another list."""
        found = await self._listing.page(when, cursor, limit)
        posters = await self._posters.of([one.event.id for one in found.items])
        stocks = await self._availability.of([one.performance.id for one in found.items if when == "coming"])
        return [_card(one, posters, stocks.get(one.performance.id)) for one in found.items], found.next

    async def coming(self, limit: int) -> list[Card]:
        return (await self.page("coming", None, limit))[0]


class EventListPages:
    def __init__(self, announced: Announced, *, test: bool) -> None:
        self._announced, self._test = announced, test

    @page("/events", public=True)
    async def listed(self, call: Call, query: EventsQuery) -> Html:
        try:
            cards, following = await self._announced.page(query.when, query.cursor, PAGE)
        except InvalidInput:  # an old cursor of another list
            cards, following = await self._announced.page(query.when, None, PAGE)
        context = {
            "cards": cards,
            "when": query.when,
            "next": f"?when={query.when}&cursor={following}" if following else "",
            "first": f"?when={query.when}" if query.cursor else "",
            "test": self._test,
        }
        return Html("tickets/events.html", context)


class EventPage:
    def __init__(
        self,
        events: Events,
        listing: Listing,
        availability: Availability,
        posters: Posters,
        address: str,
        *,
        test: bool,
    ) -> None:
        """`address`: of the house on the web. `test`: nothing that is bought here is real, and the page says so."""
        self._events, self._listing, self._availability = events, listing, availability
        self._posters, self._address, self._test = posters, address, test

    @page("/events/{event_id}", public=True)
    async def event(self, call: Call, event_id: str) -> Html:
        found = await self._events.show(call.principal, event_id)
        return Html("tickets/event.html", await self._shown(found, self._listing.now()))

    async def _shown(self, found: Programme, now: int) -> dict[str, Any]:
        event = found.event
        coming = [one for one in found.performances if one.ends_at > now]
        stocks = await self._availability.of([one.id for one in coming])
        items = await self._listing.items([one.id for one in coming[:DESCRIBED]])
        poster = (await self._posters.of([event.id])).get(event.id, "")
        described = [self._described(event, one, items.get(one.id, ()), stocks, poster) for one in coming[:DESCRIBED]]
        return {
            "event": event,
            "poster": poster,
            "image": f"{self._address}{poster}" if poster else "",
            "url": f"{self._address}/events/{event.id}",
            "nights": [_night(event, one, items.get(one.id, ()), stocks.get(one.id), now) for one in coming],
            "past": [hour_there(one.starts_at, event.timezone) for one in found.performances if one.ends_at <= now],
            "data": described[0] if len(described) == 1 else described,
            "test": self._test,
        }

    def _described(
        self, event: Event, one: Performance, items: Sequence[Item], stocks: Mapping[str, Stock], poster: str
    ) -> dict[str, Any]:
        """A performance as https://schema.org/Event."""
        path = f"{self._address}/performances/{one.id}"
        said = {
            "@context": "https://schema.org",
            "@type": "Event",
            "name": event.title,
            "description": event.description[:5000],
            "url": path,
            "image": [f"{self._address}{poster}"] if poster else [],
            "startDate": _there(one.starts_at, event.timezone),
            "endDate": _there(one.ends_at, event.timezone),
            "eventStatus": f"https://schema.org/Event{'Cancelled' if one.state == 'cancelled' else 'Scheduled'}",
            "eventAttendanceMode": f"https://schema.org/{_attendance(items)}EventAttendanceMode",
            "location": self._location(event, one, items),
            "offers": [_offer(event, one, item, stocks.get(one.id), path) for item in items],
        }
        return {name: value for name, value in said.items() if value}

    def _location(self, event: Event, one: Performance, items: Sequence[Item]) -> list[dict[str, str]]:
        mode = _attendance(items)
        place = {"@type": "Place", "name": event.venue, "address": event.venue}
        virtual = {"@type": "VirtualLocation", "url": f"{self._address}/performances/{one.id}"}
        return [*([place] if mode != "Online" and event.venue else []), *([virtual] if mode != "Offline" else [])]


def _card(one: Coming, posters: Mapping[str, str], stock: Stock | None) -> Card:
    event, night = one.event, one.performance
    return {
        "href": f"/events/{event.id}",
        "title": event.title,
        "venue": event.venue,
        "poster": posters.get(event.id, ""),
        "when": hour_there(night.starts_at, event.timezone),
        "iso": iso(night.starts_at),
        "more": ngettext("and %(num)s more", "and %(num)s more", one.more) % {"num": one.more} if one.more else "",
        "badge": _badge(night, stock),
    }


def _badge(one: Performance, stock: Stock | None) -> tuple[str, str] | None:
    """Words for what is left of it, and the kind of badge; None: nothing to say."""
    if one.state is PerformanceState.CANCELLED:
        return _("Cancelled"), "bad"
    if one.state is not PerformanceState.ON_SALE or stock is None:
        return None
    return {
        Stock.NONE: (_("Sold out"), "bad"),
        Stock.ONLINE: (_("Only online passes left"), "busy"),
        Stock.FEW: (_("Few left"), "busy"),
        Stock.SOME: None,
    }[stock]


def _night(event: Event, one: Performance, items: Sequence[Item], stock: Stock | None, now: int) -> dict[str, Any]:
    # What is only bought beside something else says little about an evening.
    entries = [item for item in items if item.kind is not ItemKind.ADD_ON] or items
    prices = [price for item in entries for price in _prices(item, now)]
    return {
        "id": one.id,
        "when": hour_there(one.starts_at, event.timezone),
        "iso": iso(one.starts_at),
        "cancelled": one.state is PerformanceState.CANCELLED,
        "begins": "" if one.sale_from is None or one.sale_from <= now else hour_there(one.sale_from, event.timezone),
        "sells": one.sells(now) and stock is not Stock.NONE,
        "waits": one.sells(now) and stock is Stock.NONE,
        "badge": _badge(one, stock),
        "price": _price(prices, event.currency),
    }


def _prices(item: Item, now: int) -> list[int]:
    return [item.price_in(category, now) + item.fee for category in item.categories]


def _price(prices: Sequence[int], currency: str) -> str:
    if not prices:
        return ""
    if not any(prices):
        return price(0, currency)
    # What is given away beside it, a tour or a programme, is not what an evening costs.
    low, high = min(filter(None, prices)), max(prices)
    return money(low, currency) if low == high else _("from %(price)s on") % {"price": money(low, currency)}


def _offer(event: Event, one: Performance, item: Item, stock: Stock | None, url: str) -> dict[str, Any]:
    return {
        "@type": "Offer",
        "name": item.name,
        "price": plain(min(_prices(item, one.starts_at), default=item.price), event.currency),
        "priceCurrency": event.currency,
        "availability": f"https://schema.org/{_AVAILABILITY.get(stock or Stock.SOME, 'InStock')}",
        "url": url,
        **({} if one.sale_from is None else {"validFrom": _there(one.sale_from, event.timezone)}),
    }


_AVAILABILITY = {Stock.NONE: "SoldOut", Stock.FEW: "LimitedAvailability"}


def _attendance(items: Sequence[Item]) -> Literal["Offline", "Online", "Mixed"]:
    online = any(one.kind is ItemKind.ONLINE for one in items)
    house = any(one.kind in (ItemKind.SEATED, ItemKind.GENERAL, ItemKind.BUNDLE) for one in items)
    if online and house:
        return "Mixed"
    return "Online" if online else "Offline"


def _there(at: int, timezone: str) -> str:
    return moment(at).astimezone(ZoneInfo(timezone)).isoformat(timespec="minutes")
