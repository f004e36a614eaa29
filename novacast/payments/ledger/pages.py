"""The house's page of its revenue, made of the ledger."""

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

from pydantic import Field

from novacast.clock import Clock
from novacast.errors import InvalidInput
from novacast.i18n import gettext as _
from novacast.identity import Principal
from novacast.payments.incidents.service import Incidents
from novacast.payments.ledger.reading import Journal, Month, Movement, Statement
from novacast.payments.ledger.words import account_name, month_name
from novacast.payments.offices import Names, Zones, offices
from novacast.web import Body, Call, Html, page
from novacast.words import money

REVENUE = "/studio/tickets/revenue"


class RevenueQuery(Body):
    org: Annotated[str | None, Field(max_length=64)] = None
    month: Annotated[str, Field(max_length=7)] = ""


class RevenuePages:
    def __init__(self, journal: Journal, incidents: Incidents, names: Names, zones: Zones, clock: Clock) -> None:
        self._journal, self._incidents = journal, incidents
        self._names, self._zones, self._clock = names, zones, clock

    @page(REVENUE)
    async def show(self, call: Call, query: RevenueQuery) -> Html:
        org_id, context = await offices(call.principal, self._names, query.org)
        if org_id:
            context |= await self._shown(call.principal, org_id, query)
        return Html("payments/revenue.html", context)

    async def _shown(self, principal: Principal, org_id: str, query: RevenueQuery) -> dict[str, Any]:
        zone = await self._zones.timezone(org_id)
        now = Month.at(self._clock.now(), zone)
        try:
            month = Month.of(query.month, zone) if query.month else now
        except InvalidInput:  # an old address
            month = now
        statement = await self._journal.statement(principal, org_id, month)
        more = urlencode({"month": str(month), "timezone": zone})
        place = f"/api/v1/organizations/{org_id}/ledger"
        return {
            "month": month_name(month),
            "incidents": await self._incidents.count(principal, org_id),
            "figures": figures(statement),
            "rows": [_row(one) for one in statement.movements],
            "before": f"{REVENUE}?{urlencode({'org': org_id, 'month': str(month.before)})}",
            "after": "" if month == now else f"{REVENUE}?{urlencode({'org': org_id, 'month': str(month.after)})}",
            "files": [("CSV", f"{place}/journal?{more}"), ("PDF", f"{place}/statement?{more}")],
        }


def figures(statement: Statement) -> list[tuple[str, str]]:
    """What people ask first. What is earned or owed stands below nothing on its account."""
    return [
        (_("Earned in this month, net"), _sum(statement.movements, "revenue", moved=True)),
        (_("Paid, not played yet, net"), _sum(statement.movements, "deferred")),
        (_("Tax owed"), _sum(statement.movements, "tax")),
        (_("Refunds owed"), _sum(statement.movements, "refunds_owed")),
    ]


def _sum(movements: Sequence[Movement], kind: str, *, moved: bool = False) -> str:
    sums: dict[str, int] = {}
    for one in movements:
        if one.account.partition(":")[0] == kind:
            amount = one.credits - one.debits if moved else -one.closing
            sums[one.currency] = sums.get(one.currency, 0) + amount
    return " + ".join(money(amount, currency) for currency, amount in sums.items()) or "–"


def _row(one: Movement) -> tuple[str, ...]:
    amounts = (one.opening, one.debits, one.credits, one.closing)
    return account_name(one.account), *(money(amount, one.currency) for amount in amounts)
