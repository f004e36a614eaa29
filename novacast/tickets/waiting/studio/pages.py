"""The page of who waits for a performance."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from novacast.i18n import gettext as _
from novacast.i18n import ngettext
from novacast.tickets.arranging.pages import NIGHT
from novacast.tickets.events.performances import Offer, Performances
from novacast.tickets.models import WaitingState
from novacast.tickets.office.words import STUDIO, hour
from novacast.tickets.waiting.models import Waiter
from novacast.tickets.waiting.service import WaitingList
from novacast.web import Call, Html, ListQuery, page
from novacast.words import count_of

PAGE = 50


class People(Protocol):
    async def names(self, ids: Sequence[str], /) -> Mapping[str, str]: ...


class WaitersPages:
    def __init__(self, performances: Performances, waiting: WaitingList, people: People) -> None:
        self._performances, self._waiting, self._people = performances, waiting, people

    @page(f"{NIGHT}/waiting")
    async def show(self, call: Call, performance_id: str, query: ListQuery) -> Html:
        found = await self._waiting.of_performance(call.principal, performance_id, query.cursor, PAGE)
        offer = await self._performances.show(call.principal, performance_id)
        names = await self._people.names([one.person_id for one in found.items if one.person_id is not None])
        wanted = await self._waiting.wanted(performance_id)
        context = {
            "event": offer.event,
            "performance": offer.performance,
            "when": hour(offer.performance.starts_at, offer.event.timezone),
            "sums": [_sum(one.name, *wanted[one.id]) for one in offer.items if one.id in wanted],
            "lines": [_line(one, offer, names) for one in found.items],
            "next": f"?cursor={found.next}" if found.next else "",
            "first": f"{STUDIO}/performances/{performance_id}/waiting" if query.cursor else "",
        }
        return Html("tickets/waiters.html", context)


def _sum(item: str, people: int, units: int) -> str:
    waits = ngettext("%(num)s waits", "%(num)s wait", people) % {"num": count_of(people)}
    tickets = ngettext("for %(num)s ticket", "for %(num)s tickets", units) % {"num": count_of(units)}
    return f"{item}: {waits} {tickets}"


def _line(one: Waiter, offer: Offer, names: Mapping[str, str]) -> dict[str, Any]:
    item = next((each.name for each in offer.items if each.id == one.item_id), "")
    words, badge = _state(one.state)
    return {
        "who": names.get(one.person_id or "") or one.email or _("No name"),
        "item": item,
        "count": one.quantity,
        "fewer": one.fewer,
        "since": hour(one.since or one.created_at, offer.event.timezone),
        "state": words,
        "badge": badge,
    }


def _state(state: WaitingState) -> tuple[str, str]:
    return {
        WaitingState.UNCONFIRMED: (_("Address not confirmed"), ""),
        WaitingState.WAITING: (_("Waits"), "busy"),
        WaitingState.OFFERED: (_("Has an offer"), "good"),
        WaitingState.TAKEN: (_("Bought"), "good"),
        WaitingState.LAPSED: (_("Let it pass"), ""),
        WaitingState.LEFT: (_("Waits no more"), ""),
    }[state]
