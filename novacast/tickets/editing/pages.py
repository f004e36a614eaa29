"""Pages on which a ticket becomes another: first what it would cost, then for good. They work without scripts."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal
from urllib.parse import quote

from pydantic import Field

from novacast.errors import Conflict, InvalidInput
from novacast.i18n import gettext as _
from novacast.i18n import text
from novacast.tickets.editing.models import Exchange, Instead
from novacast.tickets.editing.service import Editing
from novacast.tickets.events.models import Event, Item, Performance
from novacast.tickets.events.performances import Performances
from novacast.tickets.events.permission import sells
from novacast.tickets.holders.service import Holders
from novacast.tickets.holds.models import Wish
from novacast.tickets.holds.service import Holds
from novacast.tickets.office.handling.moving.pages import MOST_LISTED, groups
from novacast.tickets.office.handling.pages import ORDER
from novacast.tickets.office.words import told
from novacast.tickets.orders.models import Method, Receipt, buyer_of
from novacast.tickets.orders.service import Orders
from novacast.tickets.seatmaps.hall.service import Halls
from novacast.tickets.words import hour_there, price
from novacast.web import Body, Call, Html, Notice, Redirect, form, page
from novacast.words import money

EXCHANGE = f"{ORDER}/tickets/{{ticket_id}}/exchange"
OWN = "/order/{token}/tickets/{ticket_id}/exchange"
Named = Annotated[str, Field(max_length=300)]
Paid = Literal["", "cash", "card_terminal", "complimentary"]


class ExchangeForm(Body):
    """`item`: a kind without seats. `seat` and `place`: a kind's id and a seat's, from the map or the list."""

    item: Named = ""
    seat: Named = ""
    place: Named = ""
    difference: int | None = None
    back: int | None = None
    dearer: bool = False
    method: Paid = ""

    @property
    def instead(self) -> Instead:
        """Raises InvalidInput."""
        item_id, _space, seat_id = (self.seat or self.place or self.item).partition(" ")
        if not item_id:
            raise InvalidInput.field("item", text("Choose what the ticket becomes."), "required")
        return Instead(item_id, seat_id or None)


class AddForm(Body):
    item: Named = ""
    quantity: Annotated[int, Field(ge=1, le=100)] = 1
    method: Literal["cash", "card_terminal", "complimentary"] = "cash"


class BuyerForm(Body):
    name: Named = ""
    email: Named = ""


class ExchangePages:
    """For the house."""

    def __init__(self, editing: Editing, orders: Orders, performances: Performances, halls: Halls) -> None:
        self._editing, self._orders, self._performances, self._halls = editing, orders, performances, halls

    @page(EXCHANGE)
    async def show(self, call: Call, order_id: str, ticket_id: str) -> Html:
        return await self._shown(call, order_id, ticket_id, ExchangeForm())

    @form(EXCHANGE)
    async def exchange(self, call: Call, order_id: str, ticket_id: str, form: ExchangeForm) -> Html | Redirect:
        org_id = (await self._orders.seen(call.principal, order_id)).order.org_id
        try:
            if form.difference is None:
                found = await self._editing.quote(call.principal, org_id, order_id, ticket_id, form.instead)
                return await self._shown(call, order_id, ticket_id, form, found=found)
            method = Method(form.method) if form.method else None
            await self._editing.exchange(
                call.principal, org_id, order_id, ticket_id, form.instead, form.difference, method
            )
        except (Conflict, InvalidInput) as error:
            return await self._shown(call, order_id, ticket_id, form, error)
        return _back(order_id, Notice("good", _("The ticket is another now.")))

    @form(f"{ORDER}/add")
    async def add(self, call: Call, order_id: str, form: AddForm) -> Redirect:
        org_id, wishes = await self._org(call, order_id), [Wish(form.item, form.quantity)]
        try:
            await self._editing.add(call.principal, org_id, order_id, wishes, Method(form.method))
        except (Conflict, InvalidInput) as error:
            return _back(order_id, Notice("bad", error.message))
        return _back(order_id, Notice("good", _("The tickets are added.")))

    @form(f"{ORDER}/buyer")
    async def readdress(self, call: Call, order_id: str, form: BuyerForm) -> Redirect:
        org_id = await self._org(call, order_id)
        try:
            buyer = buyer_of(form.name, form.email, call.language)
            await self._editing.readdress(call.principal, org_id, order_id, buyer)
        except (Conflict, InvalidInput) as error:
            return _back(order_id, Notice("bad", error.message))
        return _back(order_id, Notice("good", _("Saved. The mail is on its way to the new address.")))

    async def _org(self, call: Call, order_id: str) -> str:
        """Raises NotFound, Forbidden."""
        return (await self._orders.seen(call.principal, order_id)).order.org_id

    async def _shown(
        self,
        call: Call,
        order_id: str,
        ticket_id: str,
        values: ExchangeForm,
        error: Conflict | InvalidInput | None = None,
        found: Exchange | None = None,
    ) -> Html:
        receipt = await self._orders.seen(call.principal, order_id)
        sells(call.principal, receipt.order.org_id)
        offer = await self._performances.show(call.principal, receipt.order.perf_id)
        seated = [one for one in offer.items if one.seated]
        free = await self._halls.free(call.principal, receipt.order.perf_id) if seated else []
        context = {
            **_context(receipt, ticket_id, offer.event, offer.performance, offer.items, values, found),
            "groups": [(one, groups(free[:MOST_LISTED])) for one in seated],
            "home": ORDER.format(order_id=order_id),
            "errors": told(error),
            "own": False,
        }
        return Html("tickets/order_exchange.html", context, 422 if error is not None else 200)


class OwnExchangePages:
    """For whoever has the order's link."""

    def __init__(
        self, editing: Editing, orders: Orders, performances: Performances, holders: Holders, holds: Holds
    ) -> None:
        self._editing, self._orders, self._performances = editing, orders, performances
        self._holders, self._holds = holders, holds

    @page(OWN, public=True)
    async def show(self, call: Call, token: str, ticket_id: str) -> Html:
        return await self._shown(call, token, ticket_id, ExchangeForm())

    @form(OWN, public=True)
    async def exchange(self, call: Call, token: str, ticket_id: str, form: ExchangeForm) -> Html | Redirect:
        find = self._holders.of_order(token, ticket_id)
        try:
            if form.dearer:
                basket = await self._editing.buy_dearer(call.principal, find, form.instead)
                notice = Notice("note", _("Once this is paid, your ticket is given back."))
                return Redirect(f"/basket/{quote(self._holds.token(basket.hold.id))}", notice=notice)
            if form.back is None:
                found = await self._editing.own_quote(find, form.instead)
                return await self._shown(call, token, ticket_id, form, found=found)
            await self._editing.exchange_own(call.principal, find, form.instead, form.back)
        except (Conflict, InvalidInput) as error:
            return await self._shown(call, token, ticket_id, form, error)
        return Redirect(f"/order/{quote(token)}", notice=Notice("good", _("The ticket is another now.")))

    async def _shown(
        self,
        call: Call,
        token: str,
        ticket_id: str,
        values: ExchangeForm,
        error: Conflict | InvalidInput | None = None,
        found: Exchange | None = None,
    ) -> Html:
        receipt = await self._orders.show(token)
        offer = await self._performances.show(call.principal, receipt.order.perf_id)
        open_ = [one for one in offer.items if not one.hidden and one.on_sale]
        context = {
            **_context(receipt, ticket_id, offer.event, offer.performance, open_, values, found),
            "groups": [(one, ()) for one in open_ if one.seated],
            "home": f"/order/{quote(token)}",
            "errors": told(error),
            "own": True,
        }
        return Html("tickets/order_exchange.html", context, 422 if error is not None else 200)


def _context(
    receipt: Receipt,
    ticket_id: str,
    event: Event,
    performance: Performance,
    items: Sequence[Item],
    values: ExchangeForm,
    found: Exchange | None,
) -> dict[str, Any]:
    ticket = next((one for one in receipt.tickets if one.id == ticket_id and one.state == "valid"), None)
    line = None if ticket is None else next(one for one in receipt.lines if one.claim.id == ticket.claim_id)
    currency = receipt.order.currency
    kinds = [(one.id, f"{one.name} · {price(one.price + one.fee, currency)}") for one in items if not one.seated]
    names = {one.id: one.name for one in items}
    return {
        "event": event,
        "when": hour_there(performance.starts_at, event.timezone),
        "order": receipt.order,
        "performance": performance,
        "ticket": ticket_id,
        "now": "" if line is None else " · ".join(filter(None, (line.item, line.seat.label if line.seat else ""))),
        "who": "" if ticket is None else ticket.name,
        "kinds": [(id_, label) for id_, label in kinds if line is None or id_ != line.claim.item_id],
        "values": values,
        "found": None if found is None else _found(found, values, names),
    }


def _found(found: Exchange, values: ExchangeForm, names: dict[str, str]) -> dict[str, Any]:
    instead = values.instead
    return {
        "name": " · ".join(filter(None, (names.get(instead.item_id, ""), (instead.seat_id or "").replace("/", " ")))),
        "place": " ".join(filter(None, (instead.item_id, instead.seat_id))),
        "worth": money(found.before.cost, found.currency),
        "price": money(found.price + found.fee, found.currency),
        "difference": found.difference,
        "more": money(found.difference, found.currency) if found.difference > 0 else "",
        "back": found.back,
        "less": money(found.back, found.currency) if found.difference < 0 else "",
    }


def _back(order_id: str, notice: Notice) -> Redirect:
    return Redirect(ORDER.format(order_id=order_id), notice=notice)
