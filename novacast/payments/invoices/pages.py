"""The house's page of invoices: who it is on them, and all that were written."""

from typing import Annotated, Any
from urllib.parse import urlencode

from babel.dates import format_date
from pydantic import Field

from novacast.clock import moment
from novacast.errors import InvalidInput
from novacast.i18n import gettext as _
from novacast.identity import Action, Principal
from novacast.payments.invoices.models import Document, Kind, Seller, address_lines
from novacast.payments.invoices.service import Invoices
from novacast.payments.offices import Names, offices
from novacast.web import Body, Call, Html, Notice, Redirect, form, page
from novacast.words import locale, money

INVOICES = "/studio/tickets/invoices"
PAGE = 50


class InvoicesQuery(Body):
    org: Annotated[str | None, Field(max_length=64)] = None
    cursor: Annotated[str | None, Field(max_length=500)] = None


class SellerForm(Body):
    org: Annotated[str, Field(max_length=64)] = ""
    name: Annotated[str, Field(max_length=100)] = ""
    address: Annotated[str, Field(max_length=1000)] = ""
    number: Annotated[str, Field(max_length=40)] = ""
    prefix: Annotated[str, Field(max_length=10)] = ""
    note: Annotated[str, Field(max_length=500)] = ""


class InvoicePages:
    def __init__(self, invoices: Invoices, names: Names) -> None:
        self._invoices, self._names = invoices, names

    @page(INVOICES)
    async def list(self, call: Call, query: InvoicesQuery) -> Html:
        org_id, context = await offices(call.principal, self._names, query.org)
        if org_id:
            context |= await self._listed(call.principal, org_id, query.cursor)
        return Html("payments/invoices.html", context)

    @form(f"{INVOICES}/seller")
    async def set_seller(self, call: Call, form: SellerForm) -> Redirect:
        back = f"{INVOICES}?{urlencode({'org': form.org})}"
        try:
            seller = Seller(form.name, address_lines(form.address), form.number, form.prefix.strip(), form.note)
            await self._invoices.set_seller(call.principal, form.org, seller)
        except InvalidInput as error:
            return Redirect(back, notice=Notice("bad", error.message))
        return Redirect(back, notice=Notice("good", _("Saved.")))

    async def _listed(self, principal: Principal, org_id: str, cursor: str | None) -> dict[str, Any]:
        try:
            found = await self._invoices.of_org(principal, org_id, cursor, PAGE)
        except InvalidInput:  # an old cursor of another list
            found = await self._invoices.of_org(principal, org_id, None, PAGE)
        return {
            "seller": await self._invoices.seller(principal, org_id),
            "edits": principal.allows(Action.ORG_EDIT, org_id),
            "lines": [_line(org_id, one) for one in found.items],
            "next": f"{INVOICES}?{urlencode({'org': org_id, 'cursor': found.next})}" if found.next else "",
        }


def _line(org_id: str, one: Document) -> dict[str, Any]:
    return {
        "name": one.name,
        "what": _("Credit note") if one.kind is Kind.CREDIT_NOTE else _("Invoice"),
        "href": f"/api/v1/organizations/{org_id}/invoices/{one.id}/pdf",
        "order": _about(org_id, one),
        "subject": one.subject,
        "buyer": one.buyer[0] if one.buyer else "",
        "total": money(one.total, one.currency),
        "day": format_date(moment(one.at), "medium", locale=locale()),
        "test": one.test,
    }


def _about(org_id: str, one: Document) -> str:
    """The page of what it is about: an order, or those who are members."""
    membership = one.order_id.startswith("membership:")
    return f"/studio/memberships/members?org={org_id}" if membership else f"/studio/tickets/orders/{one.order_id}"
