"""The house's page of disputes: which bank wants what back, until when evidence is taken, and the evidence."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from pydantic import Field

from novacast.clock import DAY, Clock
from novacast.errors import InvalidInput
from novacast.i18n import gettext as _
from novacast.i18n import ngettext
from novacast.identity import Principal
from novacast.money import Contested, Standing
from novacast.tickets.disputes.service import Disputes
from novacast.tickets.disputes.words import answer_address, reason_name, state_name, whole_dispute
from novacast.tickets.office.pages import chosen, offices
from novacast.tickets.office.words import STUDIO, by_name, hour
from novacast.tickets.ports import Organizations
from novacast.web import Body, Call, Html, page
from novacast.words import money

DISPUTES = f"{STUDIO}/disputes"
PAGE = 50
KINDS: Mapping[Standing, str] = {
    "open": "busy",
    "won": "good",
    "lost": "bad",
    "asked": "busy",
    "answered": "",
    "closed": "good",
}


class DisputesQuery(Body):
    org: Annotated[str | None, Field(max_length=64)] = None
    cursor: Annotated[str | None, Field(max_length=500)] = None


class DisputePages:
    def __init__(self, disputes: Disputes, organizations: Organizations, clock: Clock) -> None:
        self._disputes, self._organizations, self._clock = disputes, organizations, clock

    @page(DISPUTES)
    async def list(self, call: Call, query: DisputesQuery) -> Html:
        names = await offices(call.principal, self._organizations)
        org_id = chosen(names, query.org)
        context: dict[str, Any] = {"organizations": by_name(names), "org": org_id, "lines": []}
        if org_id:
            context |= await self._listed(call.principal, org_id, query.cursor)
        return Html("tickets/disputes.html", context)

    async def _listed(self, principal: Principal, org_id: str, cursor: str | None) -> dict[str, Any]:
        try:
            found = await self._disputes.of_org(principal, org_id, cursor, PAGE)
        except InvalidInput:  # an old cursor of another list
            found = await self._disputes.of_org(principal, org_id, None, PAGE)
        now = self._clock.now()
        return {
            "lines": [_line(one, now) for one in found.items],
            "next": f"{DISPUTES}?{urlencode({'org': org_id, 'cursor': found.next})}" if found.next else "",
        }


def _line(one: Contested, now: int) -> dict[str, Any]:
    waits = one.state in ("open", "asked")
    api = f"/api/v1/organizations/{one.org_id}"
    of_order = one.order_id is not None
    whole = whole_dispute(one.reference)
    return {
        "href": f"{STUDIO}/orders/{one.order_id}" if of_order else f"/studio/memberships/members/{one.subscription_id}",
        "code": one.code if of_order else one.code or _("Membership"),
        "of_order": of_order,
        "name": one.name,
        "provider": one.provider.capitalize(),
        "reference": whole,
        "amount": money(one.amount, one.currency),
        "shared": whole != one.reference,
        "reason": reason_name(one.reason),
        "when": hour(one.created_at, "UTC"),
        "state": state_name(one.state),
        "kind": KINDS[one.state],
        "due": hour(one.due_at, "UTC") if waits else None,
        "left": _left(one.due_at, now) if waits else "",
        "evidence": f"{api}/orders/{one.order_id}/evidence"
        if of_order
        else f"{api}/subscriptions/{one.subscription_id}/evidence",
        "answer": answer_address(one.provider, whole) if waits else "",
    }


def _left(due_at: int | None, now: int) -> str:
    """Of the time in which a bank listens."""
    if due_at is None:
        return ""
    if due_at <= now:
        return _("The time is up")
    days = (due_at - now) // DAY
    if not days:
        return _("less than a day left")
    return ngettext("%(num)s day left", "%(num)s days left", days) % {"num": days}
