"""Where work in the box office begins: an organization's events, and what is on soon."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

from pydantic import Field

from novacast.clock import DAY, HOUR, Clock
from novacast.errors import InvalidInput
from novacast.identity import Action, Principal
from novacast.tickets.cancelling.service import Cancelling
from novacast.tickets.events.models import Event, Performance
from novacast.tickets.events.service import Events
from novacast.tickets.models import may_arrange
from novacast.tickets.office.words import STUDIO, Hour, by_name, hour, night_line
from novacast.tickets.ports import Organizations
from novacast.tickets.reports.models import Standing
from novacast.tickets.reports.service import Reports
from novacast.web import Body, Call, Html, page

PAGE = 24
SOON = 36 * HOUR


class OfficeQuery(Body):
    org: Annotated[str | None, Field(max_length=64)] = None
    cursor: Annotated[str | None, Field(max_length=500)] = None


class OfficePages:
    def __init__(
        self,
        events: Events,
        reports: Reports,
        cancelling: Cancelling,
        organizations: Organizations,
        clock: Clock,
        *,
        test: bool,
    ) -> None:
        """`test`: buyers have another way to pay than a transfer."""
        self._events, self._reports, self._cancelling = events, reports, cancelling
        self._organizations, self._clock, self._test = organizations, clock, test

    @page(STUDIO)
    async def list(self, call: Call, query: OfficeQuery) -> Html:
        names = await offices(call.principal, self._organizations)
        org_id = chosen(names, query.org)
        context: dict[str, Any] = {"organizations": by_name(names), "org": org_id, "doors": ()}
        context |= {"lines": [], "soon": [], "next": "", "test": self._test}
        if org_id:
            context |= await self._listed(call.principal, org_id, query.cursor)
        else:
            context["doors"] = await self._doors(call.principal)
        return Html("tickets/office.html", context)

    async def _doors(self, principal: Principal) -> Sequence[tuple[Event, Performance, Hour | None]]:
        found = await self._events.at_doors(principal, self._clock.now())
        return [(event, night, hour(night.starts_at, event.timezone)) for event, night in found]

    async def _listed(self, principal: Principal, org_id: str, cursor: str | None) -> dict[str, Any]:
        try:
            found = await self._events.of_org(principal, org_id, cursor, PAGE)
        except InvalidInput:  # an old cursor of another list
            found = await self._events.of_org(principal, org_id, None, PAGE)
        nights = await self._events.nights([one.id for one in found.items])
        now = self._clock.now()
        near = {one.id: _nearest([each for each in nights if each.event_id == one.id], now) for one in found.items}
        soon = [one for one in nights if one.starts_at - SOON < now < one.ends_at + HOUR * 3]
        wanted = {one.id for one in soon} | {one.id for one in near.values() if one is not None}
        standings = await self._reports.standings(principal, org_id, sorted(wanted))
        events = {one.id: one for one in found.items}
        return {
            "lines": [_line(one, near[one.id], standings, nights, now) for one in found.items],
            "soon": [
                (events[one.event_id].title, night_line(events[one.event_id], one, standings.get(one.id), now))
                for one in soon
            ],
            "may_make": may_arrange(principal, org_id),
            "unpayable": may_arrange(principal, org_id) and await self._cancelling.account(org_id) is None,
            "next": f"{STUDIO}?{urlencode({'org': org_id, 'cursor': found.next})}" if found.next else "",
        }


def _nearest(nights: Sequence[Performance], now: int) -> Performance | None:
    """The one that is on or comes next; else the last there was."""
    coming = [one for one in nights if one.ends_at > now]
    return min(coming, key=lambda one: one.starts_at) if coming else (nights[-1] if nights else None)


def _line(
    event: Event, near: Performance | None, standings: Mapping[str, Standing], nights: Sequence[Performance], now: int
) -> dict[str, Any]:
    own = [one for one in nights if one.event_id == event.id]
    return {
        "event": event,
        "night": None if near is None else night_line(event, near, standings.get(near.id), now),
        "hour": None if near is None else hour(near.starts_at, event.timezone),
        "nights": len(own),
        "more": max(0, sum(one.starts_at > now - DAY for one in own) - 1),
    }


async def offices(principal: Principal, organizations: Organizations) -> Mapping[str, str]:
    """Names of the organizations in whose box office somebody works."""
    return await organizations.names(
        [one for one in sorted(principal.roles) if principal.allows(Action.ORDER_VIEW, one)]
    )


def chosen(names: Mapping[str, str], asked: str | None) -> str:
    """The organization that is asked for, else the first by its name; empty: there is none."""
    return asked if asked and asked in names else min(names, default="", key=lambda one: names[one])
