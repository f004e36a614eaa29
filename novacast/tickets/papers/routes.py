"""The API of tickets on paper and in calendars, by the link of an order or of a receiver."""

from aiohttp import web

from novacast.errors import NotFound, RateLimited, TooLarge
from novacast.i18n import text
from novacast.limits import Rate
from novacast.tickets.orders.routes import ORDER
from novacast.tickets.orders.service import Orders
from novacast.tickets.papers.models import Sheet
from novacast.tickets.papers.qr import svg
from novacast.tickets.papers.service import Papers
from novacast.web import Call, get

HELD = "/api/v1/tickets/{token}"
PRINTED = Rate("tickets.pdf", burst=20, period=60)
"""Files of one network address or person: each costs a moment of processor time."""


def _file(kind: str, about: str) -> dict[str, object]:
    return {"responses": {"200": {"description": about, "content": {kind: {"schema": {}}}}}}


_PDF, _ICS = _file("application/pdf", "A page for each ticket."), _file("text/calendar", "iCalendar, RFC 5545.")
_SVG = _file("image/svg+xml", "A QR code.")


class PaperRoutes:
    def __init__(self, papers: Papers, orders: Orders) -> None:
        self._papers, self._orders = papers, orders

    @get(
        f"{ORDER}/pdf",
        tag="tickets",
        public=True,
        summary="An order's tickets as PDF",
        errors=(NotFound, TooLarge, RateLimited),
        operation=_PDF,
    )
    async def pdf(self, call: Call, token: str) -> web.Response:
        """In your language. Those that somebody else has by now are not in it."""
        call.limit(PRINTED)
        sheet = await self._papers.of_order(self._orders.id_of(token))
        return _sent(await self._papers.pdf(sheet), "application/pdf", f"tickets-{sheet.order_code}.pdf")

    @get(
        f"{ORDER}/calendar",
        tag="tickets",
        public=True,
        summary="An order's evening for calendars",
        errors=(NotFound,),
        operation=_ICS,
    )
    async def calendar(self, call: Call, token: str) -> web.Response:
        order_id = self._orders.id_of(token)
        sheet = await self._papers.of_order(order_id)
        return self._calendar(sheet, self._papers.order_page(order_id))

    @get(
        f"{HELD}/pdf",
        tag="tickets",
        public=True,
        summary="A ticket that you were handed, as PDF",
        errors=(NotFound, RateLimited),
        operation=_PDF,
    )
    async def held_pdf(self, call: Call, token: str) -> web.Response:
        call.limit(PRINTED)
        sheet = await self._papers.of_link(token)
        return _sent(await self._papers.pdf(sheet), "application/pdf", f"ticket-{sheet.order_code}.pdf")

    @get(
        f"{HELD}/calendar",
        tag="tickets",
        public=True,
        summary="The evening of a ticket that you were handed, for calendars",
        errors=(NotFound,),
        operation=_ICS,
    )
    async def held_calendar(self, call: Call, token: str) -> web.Response:
        sheet = await self._papers.of_link(token)
        return self._calendar(sheet, f"{self._papers.root}/ticket/{token}")

    @get(
        f"{HELD}/code",
        tag="tickets",
        public=True,
        summary="The QR code of a ticket that you were handed",
        errors=(NotFound,),
        operation=_SVG,
    )
    async def held_code(self, call: Call, token: str) -> web.Response:
        sheet = await self._papers.of_link(token)
        if not sheet.papers:
            raise NotFound(text("There is no such ticket."))
        headers = {"Cache-Control": "no-store"}
        return web.Response(body=svg(sheet.papers[0].code), content_type="image/svg+xml", headers=headers)

    def _calendar(self, sheet: Sheet, address: str) -> web.Response:
        body = self._papers.calendar(sheet, address).encode()
        return _sent(body, "text/calendar", f"tickets-{sheet.order_code}.ics")


def _sent(body: bytes, kind: str, name: str) -> web.Response:
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"'}
    charset = "utf-8" if kind.startswith("text/") else None
    return web.Response(body=body, content_type=kind, charset=charset, headers=headers)
