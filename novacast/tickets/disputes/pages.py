"""The house's page of disputes: which bank wants what back, until when evidence is taken, and the evidence."""

from typing import Annotated, Any
from urllib.parse import urlencode

from pydantic import Field

from novacast.clock import DAY, Clock
from novacast.errors import InvalidInput
from novacast.i18n import gettext as _
from novacast.i18n import ngettext
from novacast.identity import Principal
from novacast.tickets.disputes.models import Listed
from novacast.tickets.disputes.service import Disputes
from novacast.tickets.models import DisputeState
from novacast.tickets.office.pages import chosen, offices
from novacast.tickets.office.words import STUDIO, by_name, hour
from novacast.tickets.ports import Organizations
from novacast.web import Body, Call, Html, page
from novacast.words import money

DISPUTES = f"{STUDIO}/disputes"
PAGE = 50


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


def _line(one: Listed, now: int) -> dict[str, Any]:
    dispute = one.dispute
    open_ = dispute.state is DisputeState.OPEN
    return {
        "order": f"{STUDIO}/orders/{dispute.order_id}",
        "code": one.code,
        "name": one.name,
        "provider": dispute.provider.capitalize(),
        "reference": dispute.reference,
        "amount": money(dispute.amount, dispute.currency),
        "reason": dispute.reason.replace("_", " "),
        "when": hour(dispute.created_at, "UTC"),
        "state": state_name(dispute.state),
        "kind": {DisputeState.OPEN: "busy", DisputeState.WON: "good", DisputeState.LOST: "bad"}[dispute.state],
        "due": hour(dispute.due_at, "UTC") if open_ else None,
        "left": _left(dispute.due_at, now) if open_ else "",
        "evidence": f"/api/v1/organizations/{dispute.org_id}/orders/{dispute.order_id}/evidence",
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


def state_name(state: DisputeState) -> str:
    return {
        DisputeState.OPEN: _("To be decided"),
        DisputeState.WON: _("It stays here"),
        DisputeState.LOST: _("The bank keeps it"),
    }[state]
