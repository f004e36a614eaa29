"""The API of an order's invoices: for whoever has its link, and for the house."""

from aiohttp import web

from novacast.errors import Conflict, Forbidden, NotFound, RateLimited
from novacast.tickets.billing.bodies import AskBody, OrderInvoicesBody
from novacast.tickets.billing.service import Billing
from novacast.tickets.orders.routes import OF_ORG, ORDER
from novacast.tickets.papers.routes import PRINTED
from novacast.web import Call, get, post

_PDF = {"responses": {"200": {"description": "The document.", "content": {"application/pdf": {"schema": {}}}}}}


class BillingRoutes:
    def __init__(self, billing: Billing) -> None:
        self._billing = billing

    @get(f"{ORDER}/invoices", tag="tickets", public=True, summary="An order's invoices", errors=(NotFound,))
    async def of_order(self, call: Call, token: str) -> OrderInvoicesBody:
        """None until somebody asks for it; with credit notes of what was given back."""
        return OrderInvoicesBody.all(await self._billing.of_order(token))

    @post(f"{ORDER}/invoices", tag="tickets", public=True, summary="Ask for an invoice", errors=(NotFound, Conflict))
    async def ask(self, call: Call, token: str, body: AskBody) -> OrderInvoicesBody:
        """It is written once, and never changed: say first what shall stand on it."""
        then = call.remember(OrderInvoicesBody.all)
        return OrderInvoicesBody.all(await self._billing.ask(token, tuple(body.buyer), then))

    @get(
        f"{ORDER}/invoices/{{invoice_id}}/pdf",
        tag="tickets",
        public=True,
        summary="An order's invoice as PDF",
        errors=(NotFound, RateLimited),
        operation=_PDF,
    )
    async def pdf(self, call: Call, token: str, invoice_id: str) -> web.Response:
        call.limit(PRINTED)
        name, body = await self._billing.file(token, invoice_id)
        headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}.pdf"'}
        return web.Response(body=body, content_type="application/pdf", headers=headers)

    @post(
        f"{OF_ORG}/{{order_id}}/invoices",
        tag="tickets",
        summary="Write an order's invoice",
        errors=(NotFound, Forbidden, Conflict),
    )
    async def ask_for(self, call: Call, org_id: str, order_id: str, body: AskBody) -> OrderInvoicesBody:
        then = call.remember(OrderInvoicesBody.all)
        found = await self._billing.ask_for(call.principal, org_id, order_id, tuple(body.buyer), then)
        return OrderInvoicesBody.all(found)
