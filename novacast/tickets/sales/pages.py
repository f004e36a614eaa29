"""Pages of orders for the office: found, looked at, marked paid, cancelled. All of it works without scripts."""

from typing import Annotated, Any
from urllib.parse import quote, urlencode

from pydantic import Field

from novacast.errors import Conflict, InvalidInput, Unavailable
from novacast.i18n import gettext as _
from novacast.i18n import translated
from novacast.identity import Principal
from novacast.tickets.arranging.bodies import Short
from novacast.tickets.events.models import Event, Performance
from novacast.tickets.events.performances import Performances
from novacast.tickets.models import OrderState, may_sell
from novacast.tickets.office.pages import chosen, offices
from novacast.tickets.office.words import STUDIO, by_name, channel_name, hour, method_name, options, order_badge, told
from novacast.tickets.orders.models import Method, Receipt
from novacast.tickets.orders.service import Orders
from novacast.tickets.ports import Organizations, People
from novacast.tickets.sales.models import Found, Wanted
from novacast.tickets.sales.service import Sales
from novacast.tickets.store import Entry
from novacast.tickets.typed import Typed
from novacast.tickets.words import hour_there, money, order_state
from novacast.web import Body, Call, Html, Notice, Redirect, form, page

ORDERS = f"{STUDIO}/orders"
ORDER = f"{ORDERS}/{{org_id}}/{{order_id}}"
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


class PaidForm(Body):
    amount: Short = ""


class CancelForm(Body):
    reason: Annotated[str, Field(max_length=500)] = ""


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


class OrderOfficePages:
    """`OrderPages` is what the buyer sees."""

    def __init__(self, orders: Orders, performances: Performances, people: People) -> None:
        self._orders, self._performances, self._people = orders, performances, people

    @page(ORDER)
    async def show(self, call: Call, org_id: str, order_id: str) -> Html:
        return await self._shown(call.principal, org_id, order_id)

    @form(f"{ORDER}/paid")
    async def paid(self, call: Call, org_id: str, order_id: str, form: PaidForm) -> Html | Redirect:
        receipt = await self._orders.known(call.principal, org_id, order_id)
        try:
            amount = _amount(form, receipt.order.currency)
            after = await self._orders.mark_paid(call.principal, org_id, order_id, amount)
        except (InvalidInput, Conflict) as error:
            return await self._shown(call.principal, org_id, order_id, error)
        return Redirect(f"{ORDERS}/{org_id}/{order_id}", notice=_paid(after))

    @form(f"{ORDER}/cancel")
    async def cancel(self, call: Call, org_id: str, order_id: str, form: CancelForm) -> Html | Redirect:
        try:
            await self._orders.cancel(call.principal, org_id, order_id, form.reason)
        except (Conflict, Unavailable) as error:
            return Redirect(f"{ORDERS}/{org_id}/{order_id}", notice=Notice("bad", error.message))
        notice = Notice("good", _("It is cancelled: its tickets open nothing, its places are free."))
        return Redirect(f"{ORDERS}/{org_id}/{order_id}", notice=notice)

    async def _shown(
        self, principal: Principal, org_id: str, order_id: str, error: InvalidInput | Conflict | None = None
    ) -> Html:
        receipt = await self._orders.known(principal, org_id, order_id)
        story = await self._orders.story(principal, org_id, order_id)
        event, performance = await self._performances.known(receipt.order.perf_id)
        people = await self._people.names(sorted({one.person_id for one in story if one.person_id}))
        context = {
            **_detail(receipt, event, performance),
            "story": [_entry(one, people.get(one.person_id or "", ""), event.timezone) for one in story],
            "link": f"/order/{quote(self._orders.token(order_id))}",
            "may_sell": may_sell(principal, org_id),
            "errors": told(error),
        }
        return Html("tickets/order_office.html", context, 422 if error is not None else 200)


def _line(one: Found) -> dict[str, Any]:
    order = one.order
    return {
        "href": f"{ORDERS}/{order.org_id}/{order.id}",
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


def _detail(receipt: Receipt, event: Event, performance: Performance) -> dict[str, Any]:
    order, zone = receipt.order, event.timezone
    labels = {one.claim.id: (one.item, "" if one.seat is None else one.seat.label) for one in receipt.lines}
    return {
        "event": event,
        "performance": performance,
        "when": hour(performance.starts_at, zone),
        "order": order,
        "state": order_state(order.state),
        "kind": order_badge(order.state),
        "method": method_name(order.method),
        "channel": channel_name(order.channel),
        "total": money(order.total, order.currency),
        "made": hour(order.created_at, zone),
        "due": hour(order.due_at, zone) if order.state is OrderState.AWAITING_PAYMENT else None,
        "awaits_transfer": order.method is Method.TRANSFER
        and order.state in (OrderState.AWAITING_PAYMENT, OrderState.EXPIRED),
        "cancellable": order.state in (OrderState.PAID, OrderState.AWAITING_PAYMENT),
        "mismatches": [one.mismatch for one in receipt.attempts if one.mismatch],
        "lines": [
            {
                "name": one.item,
                "seat": "" if one.seat is None else one.seat.label,
                "price": money(one.claim.cost, order.currency),
                "gone": one.claim.state == "released",
            }
            for one in receipt.lines
        ],
        "tickets": [
            {
                "id": one.id,
                "name": one.name,
                "item": labels[one.claim_id][0],
                "seat": labels[one.claim_id][1],
                "ordinal": one.ordinal,
                "serial": one.serial,
                "valid": one.state == "valid",
                "state": ticket_state(one.state),
            }
            for one in receipt.tickets
        ],
    }


def ticket_state(state: str) -> str:
    return {"valid": _("Valid"), "reissued": _("Replaced by another"), "void": _("Void")}.get(state, state)


def _entry(one: Entry, who: str, zone: str) -> dict[str, Any]:
    return {"at": hour(one.at, zone), "action": action_name(one.action), "who": who, "detail": translated(one.detail)}


def action_name(action: str) -> str:
    """What was done with an order; what has no name here is told as it is written."""
    return {
        "order.placed": _("Ordered"),
        "order.paid": _("Paid"),
        "order.expired": _("Not paid in time, places given back"),
        "order.cancelled": _("Cancelled"),
        "order.unfulfillable": _("Paid too late: its places are gone"),
        "payment.captured": _("Money came"),
        "payment.failed": _("A payment came to nothing"),
        "payment.mismatch": _("What came is not what was asked for"),
        "payment.surplus": _("Paid once more"),
        "ticket.reissued": _("A ticket was made anew"),
    }.get(action, action)


def _amount(form: PaidForm, currency: str) -> int | None:
    """Raises InvalidInput. Nothing written: all of it."""
    typed = Typed()
    found = typed.amount("amount", form.amount, currency) if form.amount.strip() else None
    typed.check()
    return found


def _paid(receipt: Receipt) -> Notice:
    match receipt.order.state:
        case OrderState.PAID:
            return Notice("good", _("It is paid, and has its tickets."))
        case OrderState.PAID_UNFULFILLABLE:
            return Notice("bad", _("The money is written down, but it came too late: its places were given back."))
    return Notice("note", _("That is not the whole amount. It is noted, and no ticket is issued."))
