"""The house's page of what went wrong with money."""

from typing import Annotated, Any
from urllib.parse import urlencode

from pydantic import Field

from novacast.errors import InvalidInput
from novacast.i18n import gettext as _
from novacast.identity import Action, Principal
from novacast.payments.incidents.models import MOST_NOTE, Incident, Kind
from novacast.payments.incidents.service import Incidents
from novacast.payments.incidents.words import kind_name, what_to_do
from novacast.payments.offices import Names, Zones, offices
from novacast.web import Body, Call, Html, Notice, Redirect, form, page
from novacast.words import hour_at

INCIDENTS = "/studio/tickets/incidents"
PAGE = 50


class IncidentsPageQuery(Body):
    org: Annotated[str | None, Field(max_length=64)] = None
    cursor: Annotated[str | None, Field(max_length=500)] = None
    all: bool = False


class DoneForm(Body):
    org: Annotated[str, Field(max_length=64)] = ""
    note: Annotated[str, Field(max_length=MOST_NOTE)] = ""


class IncidentPages:
    def __init__(self, incidents: Incidents, names: Names, zones: Zones) -> None:
        self._incidents, self._names, self._zones = incidents, names, zones

    @page(INCIDENTS)
    async def list(self, call: Call, query: IncidentsPageQuery) -> Html:
        org_id, context = await offices(call.principal, self._names, query.org)
        if org_id:
            context |= await self._listed(call.principal, org_id, query)
        return Html("payments/incidents.html", context)

    @form(f"{INCIDENTS}/{{incident_id}}/done")
    async def done(self, call: Call, incident_id: int, form: DoneForm) -> Redirect:
        await self._incidents.done(call.principal, form.org, incident_id, form.note)
        return Redirect(f"{INCIDENTS}?{urlencode({'org': form.org})}", notice=Notice("good", _("Noted.")))

    async def _listed(self, principal: Principal, org_id: str, query: IncidentsPageQuery) -> dict[str, Any]:
        waiting = not query.all
        try:
            found = await self._incidents.of_org(principal, org_id, query.cursor, PAGE, waiting=waiting)
        except InvalidInput:  # an old cursor of another list
            found = await self._incidents.of_org(principal, org_id, None, PAGE, waiting=waiting)
        zone = await self._zones.timezone(org_id)
        more = {"org": org_id, "all": "true"} if query.all else {"org": org_id}
        return {
            "every": query.all,
            "others": f"{INCIDENTS}?{urlencode({'org': org_id} if query.all else {'org': org_id, 'all': 'true'})}",
            "sells": principal.allows(Action.ORDER_MANAGE, org_id),
            "lines": [_line(one, zone) for one in found.items],
            "next": f"{INCIDENTS}?{urlencode({**more, 'cursor': found.next})}" if found.next else "",
        }


def _line(one: Incident, zone: str) -> dict[str, Any]:
    return {
        "id": one.id,
        "what": kind_name(one.kind),
        "todo": what_to_do(one.kind),
        "code": one.code,
        "href": _place(one),
        "detail": one.detail,
        "when": hour_at(one.at, zone),
        "done": "" if one.done_at is None else hour_at(one.done_at, zone),
        "note": one.note,
    }


def _place(one: Incident) -> str:
    """Where it is dealt with."""
    if one.kind.startswith("membership."):
        return f"/studio/memberships/members/{one.subject}"
    if one.kind is Kind.PAYOUT and not one.code:
        return f"/studio/tickets/payouts?{urlencode({'org': one.org_id})}"
    if one.kind is Kind.REFUND_FAILED:
        return f"/studio/tickets/refunds?{urlencode({'org': one.org_id})}"
    return f"/studio/tickets/orders/{one.subject}"
