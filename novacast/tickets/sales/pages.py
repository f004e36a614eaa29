"""The list of orders for the office: searched, narrowed, taken along. It works without scripts."""

from typing import Annotated, Any
from urllib.parse import urlencode

from pydantic import Field

from novacast.errors import InvalidInput
from novacast.i18n import gettext as _
from novacast.identity import Principal
from novacast.tickets.events.models import Event, Performance
from novacast.tickets.models import OrderState
from novacast.tickets.office.pages import chosen, offices
from novacast.tickets.office.words import STUDIO, by_name, hour, method_name, options, order_badge
from novacast.tickets.orders.models import Method
from novacast.tickets.ports import Organizations
from novacast.tickets.sales.models import Found, Wanted
from novacast.tickets.sales.service import Sales
from novacast.tickets.words import hour_there, order_state
from novacast.web import Body, Call, Html, page
from novacast.words import money

ORDERS = f"{STUDIO}/orders"
PAGE = 50
NIGHTS = 200
"""Performances that the list can be narrowed to."""


class OrdersPageQuery(Body):
    org: Annotated[str | None, Field(max_length=64)] = None
    q: Annotated[str, Field(max_length=200)] = ""
    state: Annotated[str, Field(max_length=40)] = ""
    method: Annotated[str, Field(max_length=40)] = ""
    performance: Annotated[str, Field(max_length=40)] = ""
    cursor: Annotated[str | None, Field(max_length=500)] = None

    def wanted(self) -> Wanted:
        """What no state or method has as its name is left aside: an address may be old."""
        return Wanted(
            self.q,
            OrderState(self.state) if self.state in set(OrderState) else None,
            self.performance or None,
            Method(self.method) if self.method in set(Method) else None,
        )

    def address(self, org_id: str, **more: str) -> str:
        kept = {"org": org_id, "q": self.q, "state": self.state, "method": self.method, "performance": self.performance}
        return f"{ORDERS}?{urlencode({name: value for name, value in (kept | more).items() if value})}"

    def filters(self) -> str:
        kept = {"q": self.q, "state": self.state, "method": self.method, "performance": self.performance}
        return urlencode({name: value for name, value in kept.items() if value})


class OrdersPages:
    def __init__(self, sales: Sales, organizations: Organizations) -> None:
        self._sales, self._organizations = sales, organizations

    @page(ORDERS)
    async def list(self, call: Call, query: OrdersPageQuery) -> Html:
        names = await offices(call.principal, self._organizations)
        org_id = chosen(names, query.org)
        context: dict[str, Any] = {"organizations": by_name(names), "org": org_id, "query": query, "lines": []}
        if org_id:
            context |= await self._listed(call.principal, org_id, query)
        return Html("tickets/orders.html", context)

    async def _listed(self, principal: Principal, org_id: str, query: OrdersPageQuery) -> dict[str, Any]:
        wanted = query.wanted()
        try:
            found = await self._sales.find(principal, org_id, wanted, query.cursor, PAGE)
        except InvalidInput:  # an old cursor of another list
            found = await self._sales.find(principal, org_id, wanted, None, PAGE)
        nights = await self._sales.performances(principal, org_id, NIGHTS)
        return {
            "lines": [_line(one) for one in found.items],
            "narrowed": bool(query.filters()),
            "states": options(((one, order_state(one)) for one in OrderState if one is not OrderState.DRAFT), _("All")),
            "methods": options(((one, method_name(one)) for one in Method), _("All")),
            "nights": options((_named(one) for one in nights), _("All")),
            "next": query.address(org_id, cursor=found.next) if found.next else "",
            "first": query.address(org_id) if query.cursor else "",
            "exports": _exports(org_id, query.filters()),
        }


def _line(one: Found) -> dict[str, Any]:
    order = one.order
    return {
        "href": f"{ORDERS}/{order.id}",
        "code": order.code,
        "name": order.name or _("No name"),
        "email": order.email,
        "title": one.title,
        "when": hour(one.starts_at, one.timezone),
        "units": one.units,
        "total": money(order.total, order.currency),
        "state": order_state(order.state),
        "kind": order_badge(order.state),
        "method": method_name(order.method),
        "made": hour(order.created_at, one.timezone),
        "test": order.test,
    }


def _named(night: tuple[Event, Performance]) -> tuple[str, str]:
    event, one = night
    return one.id, f"{event.title} · {hour_there(one.starts_at, event.timezone)}"


def _exports(org_id: str, filters: str) -> list[tuple[str, list[tuple[str, str]]]]:
    place = f"/api/v1/organizations/{org_id}/exports"
    more = f"&{filters}" if filters else ""
    return [
        (name, [(form.upper(), f"{place}/{what}?format={form}{more}") for form in ("csv", "xlsx", "json")])
        for name, what in ((_("Orders"), "orders"), (_("Tickets"), "tickets"))
    ]
