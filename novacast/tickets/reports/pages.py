"""The page of reports: figures, graphs, tables that say the same, and files to take along."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from pydantic import Field

from novacast.graphs import Graph
from novacast.i18n import gettext as _
from novacast.i18n import ngettext
from novacast.identity import Principal
from novacast.tickets.events.service import Events
from novacast.tickets.models import OrderState
from novacast.tickets.office.pages import chosen, offices
from novacast.tickets.office.words import STUDIO, by_name, channel_name, group_shown, hour, method_name, options
from novacast.tickets.orders.models import Method
from novacast.tickets.ports import Organizations
from novacast.tickets.reports.models import Night, Report, Standing
from novacast.tickets.reports.service import Reports, Scope
from novacast.tickets.words import NEVER, night_there, order_state
from novacast.web import Body, Call, Html, page
from novacast.words import count_of, day_and_month, money, percent

REPORTS = f"{STUDIO}/reports"
NIGHTS = 50
"""Performances that stand in the table, the latest first; the file has all."""
CHOICES = 200


class ReportsQuery(Body):
    org: Annotated[str | None, Field(max_length=64)] = None
    performance: Annotated[str, Field(max_length=40)] = ""
    days: Literal["7", "30", "90", "365"] = "30"


class ReportsPages:
    def __init__(self, reports: Reports, events: Events, organizations: Organizations) -> None:
        self._reports, self._events, self._organizations = reports, events, organizations

    @page(REPORTS)
    async def show(self, call: Call, query: ReportsQuery) -> Html:
        names = await offices(call.principal, self._organizations)
        org_id = chosen(names, query.org)
        context: dict[str, Any] = {"organizations": by_name(names), "org": org_id, "query": query}
        if org_id:
            context |= await self._shown(call.principal, org_id, query)
        return Html("tickets/reports.html", context)

    async def _shown(self, principal: Principal, org_id: str, query: ReportsQuery) -> dict[str, Any]:
        perf_id = query.performance or None
        zone = await self._events.timezone(org_id, None, perf_id)
        scope = Scope(org_id, None, perf_id, int(query.days), zone)
        report = await self._reports.report(principal, scope)
        every = await self._reports.nights(principal, Scope(org_id))
        # What has no hour has no house that could be full.
        nights = [one for one in every if perf_id in (None, one.id) and one.starts_at < NEVER][:NIGHTS]
        standings = await self._reports.standings(principal, org_id, [one.id for one in nights])
        return {
            "periods": _periods(org_id, query),
            "choices": options(((one.id, _named(one)) for one in every[:CHOICES]), _("All performances")),
            "figures": _figures(report),
            "drawn": graphs(report),
            "nights": [_night(one, standings[one.id]) for one in nights],
            "kinds": _kinds(report),
            "channels": [
                (channel_name(one.label), count_of(one.units), money(one.amount, one.currency))
                for one in report.by_channel
            ],
            "methods": [
                (method_name(Method(one.label)), count_of(one.units), money(one.amount, one.currency))
                for one in report.by_method
            ],
            "taxes": [
                (percent(one.rate_bp), *(money(amount, one.currency) for amount in (one.gross, one.net, one.tax)))
                for one in report.by_tax
            ],
            "states": [
                (order_state(OrderState(one.state)), count_of(one.orders), money(one.amount, one.currency))
                for one in report.states
            ],
            "exports": _exports(org_id, query),
        }


def graphs(report: Report) -> list[Graph]:
    """Tickets per day, and revenue per day in each currency."""
    rows = [(day_and_month(one.day), float(one.units), count_of(one.units)) for one in report.days]
    drawn = [Graph.of("sold", _("Tickets sold per day"), (_("Day"), _("Tickets")), rows)]
    for currency in report.totals:
        amounts = [(day_and_month(one.day), one.amounts.get(currency, 0)) for one in report.days]
        rows = [(day, float(amount), money(amount, currency)) for day, amount in amounts]
        title = _("Revenue per day, %(currency)s") % {"currency": currency}
        drawn.append(Graph.of(f"revenue-{currency}", title, (_("Day"), _("Revenue")), rows))
    return drawn


def _figures(report: Report) -> list[tuple[str, str]]:
    totals = [money(amount, currency) for currency, amount in report.totals.items()]
    waits = sum(one.orders for one in report.states if one.state == OrderState.AWAITING_PAYMENT)
    return [
        (_("Tickets sold"), count_of(report.units)),
        (_("Revenue"), " + ".join(totals) or "–"),
        (_("Orders not paid yet"), count_of(waits)),
    ]


def _kinds(report: Report) -> list[tuple[str, str, str, str]]:
    return [
        (one.label, category or "–", count_of(one.units), money(one.amount, one.currency))
        for category, one in report.by_kind
    ]


def _night(one: Night, standing: Standing) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": one.title,
        "when": hour(one.starts_at, one.timezone),
        "rows": [
            {
                **{name: count_of(getattr(group.counts, name)) for name in ("held", "paying", "sold", "scanned")},
                "capacity": count_of(group.capacity),
                "shown": group_shown(group),
            }
            for group in standing.groups
        ],
    }


def _periods(org_id: str, query: ReportsQuery) -> list[tuple[str, str, bool]]:
    names = {days: ngettext("%(num)s day", "%(num)s days", days) % {"num": days} for days in (7, 30, 90, 365)}
    return [(_address(org_id, query, days), name, str(days) == query.days) for days, name in names.items()]


def _address(org_id: str, query: ReportsQuery, days: int) -> str:
    kept = {"org": org_id, "performance": query.performance, "days": str(days)}
    return f"{REPORTS}?{urlencode({name: value for name, value in kept.items() if value})}"


def _exports(org_id: str, query: ReportsQuery) -> Sequence[tuple[str, list[tuple[str, str]]]]:
    kept = {"performance": query.performance, "days": query.days}
    more = urlencode({name: value for name, value in kept.items() if value})
    place = f"/api/v1/organizations/{org_id}/exports"
    return [
        (name, [(form.upper(), f"{place}/{what}?format={form}&{more}") for form in ("csv", "xlsx", "json")])
        for name, what in ((_("Sales"), "sales"), (_("What is left"), "standing"))
    ]


def _named(one: Night) -> str:
    return night_there(one.title, one.starts_at, one.timezone)
