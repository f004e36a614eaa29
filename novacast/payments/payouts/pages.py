"""The house's page of payouts: what came to the bank, what was kept of it, and what does not fit the books."""

from typing import Annotated, Any
from urllib.parse import urlencode

from babel.dates import format_date
from pydantic import Field

from novacast.clock import moment
from novacast.errors import InvalidInput
from novacast.identity import Principal
from novacast.payments.offices import Names, Zones, offices
from novacast.payments.payouts.models import Mismatch, Share
from novacast.payments.payouts.service import Payouts
from novacast.payments.payouts.words import badge, state_name, told
from novacast.web import Body, Call, Html, page
from novacast.words import hour_at, locale, money

PAYOUTS = "/studio/tickets/payouts"
PAGE = 50


class PayoutsQuery(Body):
    org: Annotated[str | None, Field(max_length=64)] = None
    cursor: Annotated[str | None, Field(max_length=500)] = None


class PayoutPages:
    def __init__(self, payouts: Payouts, names: Names, zones: Zones) -> None:
        self._payouts, self._names, self._zones = payouts, names, zones

    @page(PAYOUTS)
    async def list(self, call: Call, query: PayoutsQuery) -> Html:
        org_id, context = await offices(call.principal, self._names, query.org)
        if org_id:
            context |= await self._listed(call.principal, org_id, query.cursor)
        return Html("payments/payouts.html", context)

    async def _listed(self, principal: Principal, org_id: str, cursor: str | None) -> dict[str, Any]:
        try:
            found = await self._payouts.of_org(principal, org_id, cursor, PAGE)
        except InvalidInput:  # an old cursor of another list
            found = await self._payouts.of_org(principal, org_id, None, PAGE)
        zone = await self._zones.timezone(org_id)
        return {
            "waiting": [money(net, currency) for currency, net in await self._payouts.waiting(principal, org_id)],
            "wrong": [_wrong(one, zone) for one in await self._payouts.mismatches(principal, org_id)],
            "lines": [_line(one) for one in found.items],
            "next": f"{PAYOUTS}?{urlencode({'org': org_id, 'cursor': found.next})}" if found.next else "",
        }


def _line(one: Share) -> dict[str, Any]:
    payout, currency = one.payout, one.payout.currency
    return {
        "id": payout.id,
        "provider": one.provider.capitalize(),
        "day": format_date(moment(payout.arrives_at), "medium", locale=locale()),
        "amount": money(one.amount, currency),
        "fees": money(one.fee, currency),
        "net": money(one.net, currency),
        "count": one.count,
        "whole": money(payout.amount, currency) if one.alone and payout.amount != one.net else "",
        "state": state_name(payout.state),
        "kind": badge(payout.state),
    }


def _wrong(one: Mismatch, zone: str) -> dict[str, Any]:
    return {
        "what": told(one),
        "subject": one.subject,
        "code": one.code,
        "href": f"/studio/tickets/orders/{one.order_id}" if one.order_id else "",
        "when": hour_at(one.at, zone),
    }
