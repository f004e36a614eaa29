"""What stands at a watch address for those who have no ticket for it yet: what to buy, where, and for how much."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from novacast.clock import Clock, iso
from novacast.errors import NotFound
from novacast.i18n import gettext as _
from novacast.identity import SYSTEM, Principal
from novacast.tickets.admission.models import Pass
from novacast.tickets.events.models import Item
from novacast.tickets.events.performances import Offer, Performances
from novacast.tickets.models import PerformanceState
from novacast.tickets.passes.rooms import Admits, Places
from novacast.tickets.passes.service import Passes
from novacast.tickets.words import hour_there, price
from novacast.web import Call, Html


class WatchDoor:
    """Fits videos' port `TicketDoor`. `places`: whoever knows which house a thing belongs to."""

    def __init__(
        self, passes: Passes, performances: Performances, places: Sequence[Places], clock: Clock, admits: Admits
    ) -> None:
        self._passes, self._performances, self._places, self._clock = passes, performances, places, clock
        self._admits = admits

    async def admitted(self, principal: Principal, media_id: str) -> Principal:
        return await self._admits.admitted(principal, media_id)

    async def page(self, call: Call, media_id: str) -> Html | None:
        """None where no ticket would open this."""
        org_id = await self.house(media_id)
        if org_id is None:
            return None
        held = [one for one in await self._passes.held(call.principal, media_id) if one.ticket.org_id == org_id]
        offers = [
            await self._performances.show(call.principal, id_) for id_ in await self._passes.sold_of(media_id, org_id)
        ]
        if not offers:
            return None
        now = self._clock.now()
        zone = offers[0].event.timezone
        context = {
            "event": offers[0].event,
            "place": quote(f"/watch/{media_id}"),
            "subject": media_id,
            "held": [_held(one, zone, now) for one in held],
            "nights": [_night(one, now) for one in offers],
        }
        return Html("tickets/pass.html", context)

    async def house(self, media_id: str) -> str | None:
        """Whose it is; None where there is no such thing."""
        for source in self._places:
            try:
                return (await source.place(SYSTEM, media_id)).org_id
            except NotFound:
                continue
        return None


def _held(one: Pass, zone: str, now: int) -> dict[str, Any]:
    first, last = one.hours or (0, 0)
    return {
        "name": one.item.name,
        "from": hour_there(first, zone) if now < first else "",
        "iso": iso(first),
        "until": hour_there(last, zone) if now >= last else "",
        "nothing": one.hours is None,
    }


def _night(offer: Offer, now: int) -> dict[str, Any]:
    performance, zone, currency = offer.performance, offer.event.timezone, offer.event.currency
    items = [one for one in offer.items if one.on_sale and _worth(one, performance.ends_at, now)]
    return {
        "id": performance.id,
        "when": hour_there(performance.starts_at, zone),
        "iso": iso(performance.starts_at),
        "coming": now < performance.starts_at,
        "over": now >= performance.ends_at,
        "cancelled": performance.state is PerformanceState.CANCELLED,
        "sells": performance.sells(now) and bool(items),
        "tickets": [
            {
                "name": one.name,
                "price": price(one.price_in("", now) + one.fee, currency),
                "left": offer.left[one.id],
                "opens": _opens(one, zone),
            }
            for one in items
        ],
    }


def _worth(one: Item, ends_at: int, now: int) -> bool:
    """Whether it would still open something."""
    return (one.opens_live and now < ends_at) or (one.replay_until is not None and now < one.replay_until)


def _opens(one: Item, zone: str) -> str:
    if one.replay_until is None:
        return _("Opens the stream.")
    until = hour_there(one.replay_until, zone)
    if one.opens_live:
        return _("Opens the stream, and the recording until %(until)s.") % {"until": until}
    return _("Opens the recording until %(until)s.") % {"until": until}
