"""A buyer's way, in four screens at most: the event, what and how many, the basket with one's name, the order with its
tickets. All of it works without scripts. Seats are chosen by the house; they can be named over the API.
"""

from typing import Annotated, Any
from urllib.parse import quote

from pydantic import Field

from novacast.clock import Clock, iso
from novacast.errors import Conflict, FieldError, InvalidInput, NovaCastError, RateLimited
from novacast.i18n import gettext as _
from novacast.tickets.door.pages import DoorPages
from novacast.tickets.door.studio.pages import DoorStudioPages
from novacast.tickets.events.models import Event, Performance
from novacast.tickets.events.performances import Offer, Performances
from novacast.tickets.events.service import Events
from novacast.tickets.holds.models import Basket, HoldOver, Wish
from novacast.tickets.holds.service import Holds
from novacast.tickets.models import HoldState, OrderState, PerformanceState, TicketState
from novacast.tickets.orders.models import Method, Receipt, buyer_of
from novacast.tickets.orders.sandbox import SandboxDesk
from novacast.tickets.orders.service import Orders
from novacast.tickets.services import TicketServices
from novacast.tickets.words import hour_there, money, order_state
from novacast.web import Body, Call, Html, ListQuery, Notice, Redirect, form, page

MOST_CHOICES = 20
"""Quantities that a list offers."""

Text = Annotated[str, Field(max_length=300)]
Count = Annotated[int, Field(ge=0, le=1000)]


class ChoiceForm(Body):
    """Two lists of the same length: each item with its quantity."""

    item: Annotated[tuple[Text, ...], Field(max_length=100)] = ()
    quantity: Annotated[tuple[Count, ...], Field(max_length=100)] = ()

    def wishes(self) -> list[Wish]:
        return [Wish(id_, count) for id_, count in zip(self.item, self.quantity, strict=False) if count]


class DetailsForm(Body):
    name: Text = ""
    email: Text = ""
    method: Method = Method.FREE


class SandboxForm(Body):
    paid: bool = False


class EventPages:
    def __init__(self, events: Events, performances: Performances, holds: Holds, *, test: bool) -> None:
        """`test`: nothing that is bought here is real, and every page says so."""
        self._events, self._performances, self._holds, self._test = events, performances, holds, test

    @page("/events", public=True)
    async def listed(self, call: Call, query: ListQuery) -> Html:
        found = await self._events.published(query.cursor, query.limit)
        return Html("tickets/events.html", {"events": found.items, "next": found.next, "test": self._test})

    @page("/events/{event_id}", public=True)
    async def event(self, call: Call, event_id: str) -> Html:
        found = await self._events.show(call.principal, event_id)
        zone = found.event.timezone
        nights = [
            {
                "id": one.id,
                "when": hour_there(one.starts_at, zone),
                "iso": iso(one.starts_at),
                "cancelled": one.state is PerformanceState.CANCELLED,
                "closed": one.state is not PerformanceState.ON_SALE,
            }
            for one in found.performances
        ]
        return Html("tickets/event.html", {"event": found.event, "nights": nights, "test": self._test})

    @page("/performances/{performance_id}", public=True)
    async def choose(self, call: Call, performance_id: str) -> Html:
        return _offered(await self._performances.show(call.principal, performance_id), test=self._test)

    @form("/performances/{performance_id}", public=True)
    async def take(self, call: Call, performance_id: str, form: ChoiceForm) -> Html | Redirect:
        try:
            if not (wishes := form.wishes()):
                raise InvalidInput.field("quantity", _("Choose how many."), "required")
            basket = await self._holds.take(call.principal, performance_id, wishes, address=call.address)
        except (Conflict, InvalidInput, RateLimited) as error:
            offer = await self._performances.show(call.principal, performance_id)
            chosen = dict(zip(form.item, form.quantity, strict=False))
            return _offered(offer, chosen, error, test=self._test)
        return Redirect(f"/basket/{quote(self._holds.token(basket.hold.id))}")


class BasketPages:
    def __init__(self, holds: Holds, orders: Orders, performances: Performances) -> None:
        self._holds, self._orders, self._performances = holds, orders, performances

    @page("/basket/{token}", public=True)
    async def show(self, call: Call, token: str) -> Html | Redirect:
        basket = await self._holds.show(token)
        if (made := await self._orders.made_of(token)) is not None:
            return Redirect(f"/order/{quote(made)}")
        values = DetailsForm(name=call.principal.name if call.principal.signed_in else "")
        return await self._shown(token, basket, values)

    @form("/basket/{token}", public=True)
    async def order(self, call: Call, token: str, form: DetailsForm) -> Html | Redirect:
        try:
            buyer = buyer_of(form.name, form.email, call.language)
            placed = await self._orders.place(call.principal, token, buyer, form.method)
        except (Conflict, InvalidInput) as error:
            return await self._shown(token, await self._holds.show(token), form, error)
        return Redirect(f"/order/{quote(self._orders.token(placed.order.id))}")

    @form("/basket/{token}/extend", public=True)
    async def extend(self, call: Call, token: str) -> Redirect:
        try:
            await self._holds.extend(token)
        except HoldOver as error:
            return Redirect(f"/basket/{quote(token)}", notice=Notice("bad", error.message))
        return Redirect(f"/basket/{quote(token)}")

    @form("/basket/{token}/release", public=True)
    async def release(self, call: Call, token: str) -> Redirect:
        basket = await self._holds.show(token)
        await self._holds.release(token)
        return Redirect(f"/performances/{basket.hold.perf_id}")

    async def _shown(self, token: str, basket: Basket, values: DetailsForm, error: NovaCastError | None = None) -> Html:
        event, performance = await self._performances.known(basket.hold.perf_id)
        methods = [(one.value, _method(one)) for one in self._orders.methods(basket.total)]
        context = {
            "event": event,
            "when": hour_there(performance.starts_at, event.timezone),
            "performance": performance.id,
            "basket": basket,
            "token": quote(token),
            "lines": _lines(basket),
            "total": money(basket.total, basket.currency),
            "over": basket.hold.state is not HoldState.ACTIVE,
            "until": iso(basket.hold.expires_at),
            "longer": basket.hold.expires_at < basket.hold.limit_at,
            "methods": methods,
            "values": values,
            "errors": _errors(error),
        }
        return Html("tickets/basket.html", context, 422 if error else 200)


class OrderPages:
    def __init__(self, orders: Orders, performances: Performances, desk: SandboxDesk) -> None:
        self._orders, self._performances, self._desk = orders, performances, desk

    @page("/order/{token}", public=True)
    async def show(self, call: Call, token: str) -> Html:
        receipt = await self._orders.show(token)
        event, performance = await self._performances.known(receipt.order.perf_id)
        return Html("tickets/order.html", _order(receipt, event, performance, quote(token)))

    @form("/order/{token}/sandbox", public=True)
    async def decide(self, call: Call, token: str, form: SandboxForm) -> Redirect:
        try:
            await self._desk.decide(token, paid=form.paid)
        except Conflict as error:
            return Redirect(f"/order/{quote(token)}", notice=Notice("bad", error.message))
        return Redirect(f"/order/{quote(token)}")

    @form("/order/{token}/give-up", public=True)
    async def give_up(self, call: Call, token: str) -> Redirect:
        try:
            await self._orders.give_up(token)
        except Conflict as error:
            return Redirect(f"/order/{quote(token)}", notice=Notice("bad", error.message))
        return Redirect(f"/order/{quote(token)}")


def _offered(
    offer: Offer, chosen: dict[str, int] | None = None, error: NovaCastError | None = None, *, test: bool
) -> Html:
    currency, now = offer.event.currency, offer.performance
    items = [
        {
            "id": one.id,
            "name": one.name,
            "seated": one.seated,
            "price": money(one.price + one.fee, currency) if not one.prices else "",
            "prices": [(price.category, money(price.amount + one.fee, currency)) for price in one.prices],
            "fee": money(one.fee, currency) if one.fee else "",
            "left": offer.left[one.id],
            "counts": [(str(n), str(n)) for n in range(min(one.most, offer.left[one.id], MOST_CHOICES) + 1)],
            "chosen": str((chosen or {}).get(one.id, 0)),
        }
        for one in offer.items
        if one.on_sale
    ]
    context = {
        "event": offer.event,
        "performance": now,
        "when": hour_there(now.starts_at, offer.event.timezone),
        "items": items,
        "test": test,
        "sells": now.state is PerformanceState.ON_SALE,
        "errors": _errors(error),
    }
    return Html("tickets/performance.html", context, 422 if error else 200)


def _errors(error: NovaCastError | None) -> tuple[FieldError, ...]:
    if error is None:
        return ()
    if isinstance(error, InvalidInput):
        return error.errors
    return (FieldError("", error.code, error.message),)


def _lines(basket: Basket) -> list[dict[str, str]]:
    return [
        {
            "name": one.item,
            "seat": "" if one.seat is None else one.seat.label,
            "price": money(one.claim.cost, basket.currency),
        }
        for one in basket.lines
    ]


def _order(receipt: Receipt, event: Event, performance: Performance, token: str) -> dict[str, Any]:
    order = receipt.order
    labels = {one.claim.id: (one.item, "" if one.seat is None else one.seat.label) for one in receipt.lines}
    tickets = [
        {"id": one.id, "name": one.name, "item": labels[one.claim_id][0], "seat": labels[one.claim_id][1]}
        for one in receipt.tickets
        if one.state == TicketState.VALID
    ]
    return {
        "event": event,
        "when": hour_there(performance.starts_at, event.timezone),
        "order": order,
        "token": token,
        "state": order_state(order.state),
        "awaits": order.state is OrderState.AWAITING_PAYMENT,
        "paid": order.state is OrderState.PAID,
        "total": money(order.total, order.currency),
        "due": "" if order.due_at is None else hour_there(order.due_at, event.timezone),
        "lines": [
            {
                "name": one.item,
                "seat": "" if one.seat is None else one.seat.label,
                "price": money(one.claim.cost, order.currency),
            }
            for one in receipt.lines
        ],
        "tickets": tickets,
    }


def _method(method: Method) -> str:
    match method:
        case Method.TRANSFER:
            return _("Bank transfer")
        case Method.SANDBOX:
            return _("Test payment: no money moves")
        case _:
            return _("It costs nothing")


def ticket_pages(own: TicketServices, clock: Clock) -> list[object]:
    return [
        EventPages(own.events, own.performances, own.holds, test=own.taking.test),
        BasketPages(own.holds, own.orders, own.performances),
        OrderPages(own.orders, own.performances, own.desk),
        DoorPages(),
        DoorStudioPages(own.door.lists, own.door.devices, own.performances, clock),
    ]
