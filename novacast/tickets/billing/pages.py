"""A buyer's page of invoices."""

from typing import Annotated
from urllib.parse import quote

from pydantic import Field

from novacast.errors import Conflict
from novacast.i18n import gettext as _
from novacast.tickets.billing.service import Billing
from novacast.tickets.orders.service import Orders
from novacast.tickets.ports import Invoice
from novacast.web import Body, Call, Html, Notice, Redirect, form, page
from novacast.words import money

PLACE = "/order/{token}/invoice"
MOST_LINES, LONGEST = 8, 100


class AddressForm(Body):
    address: Annotated[str, Field(max_length=1000)] = ""


class InvoicePages:
    def __init__(self, billing: Billing, orders: Orders) -> None:
        self._billing, self._orders = billing, orders

    @page(PLACE, public=True)
    async def show(self, call: Call, token: str) -> Html:
        order = (await self._orders.show(token)).order
        documents = [_line(quote(token), one) for one in await self._billing.of_order(token)]
        return Html("tickets/invoice.html", {"order": order, "token": quote(token), "documents": documents})

    @form(PLACE, public=True)
    async def ask(self, call: Call, token: str, form: AddressForm) -> Redirect:
        lines = tuple(line.strip()[:LONGEST] for line in form.address.splitlines() if line.strip())[:MOST_LINES]
        back = PLACE.format(token=quote(token))
        try:
            await self._billing.ask(token, lines)
        except Conflict as error:
            return Redirect(back, notice=Notice("bad", error.message))
        return Redirect(back)


def _line(token: str, one: Invoice) -> dict[str, str]:
    return {
        "name": one.name,
        "what": _("Credit note") if one.kind == "credit_note" else _("Invoice"),
        "total": money(one.total, one.currency),
        "href": f"/api/v1/orders/{token}/invoices/{one.id}/pdf",
    }
