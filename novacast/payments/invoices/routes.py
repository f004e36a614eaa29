"""The API of invoices, for the house."""

from aiohttp import web

from novacast.errors import Forbidden, InvalidInput, NotFound, RateLimited
from novacast.limits import Rate
from novacast.payments.invoices.bodies import InvoiceBody, InvoicesBody, SellerBody, SellersBody
from novacast.payments.invoices.models import Document
from novacast.payments.invoices.service import Invoices
from novacast.web import Call, ListQuery, get, put

INVOICES = "/api/v1/organizations/{org_id}/invoices"
SELLER = "/api/v1/organizations/{org_id}/invoice-seller"
PRINTED = Rate("invoices.pdf", burst=30, period=60)
"""Files of one network address or person: each costs a moment of processor time."""
PDF = {"responses": {"200": {"description": "The document.", "content": {"application/pdf": {"schema": {}}}}}}
_WORK = (NotFound, Forbidden)


class InvoiceRoutes:
    def __init__(self, invoices: Invoices) -> None:
        self._invoices = invoices

    @get(INVOICES, tag="money", summary="Invoices and credit notes, newest first", errors=(*_WORK, InvalidInput))
    async def of_org(self, call: Call, org_id: str, query: ListQuery) -> InvoicesBody:
        page = await self._invoices.of_org(call.principal, org_id, query.cursor, query.limit)
        return InvoicesBody.of(page, InvoiceBody.of)

    @get(
        f"{INVOICES}/{{invoice_id}}/pdf",
        tag="money",
        summary="An invoice as PDF",
        errors=(*_WORK, RateLimited),
        operation=PDF,
    )
    async def pdf(self, call: Call, org_id: str, invoice_id: str) -> web.Response:
        call.limit(PRINTED)
        found = await self._invoices.known(call.principal, org_id, invoice_id)
        return file_of(found, await self._invoices.pdf(found))

    @get(SELLER, tag="money", summary="Who the house is on invoices", errors=_WORK)
    async def seller(self, call: Call, org_id: str) -> SellersBody:
        return SellersBody.of(await self._invoices.seller(call.principal, org_id))

    @put(SELLER, tag="money", scope="admin", summary="Say who the house is on invoices", errors=(*_WORK, InvalidInput))
    async def set_seller(self, call: Call, org_id: str, body: SellerBody) -> SellerBody:
        """On those that are written from now on."""
        return SellerBody.of(await self._invoices.set_seller(call.principal, org_id, body.seller()))


def file_of(one: Document, body: bytes) -> web.Response:
    name = one.name.replace("/", "-")
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}.pdf"'}
    return web.Response(body=body, content_type="application/pdf", headers=headers)
