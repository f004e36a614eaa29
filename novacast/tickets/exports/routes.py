"""The API of exports: files that begin at once, however long they get."""

from typing import Annotated

from aiohttp import web
from pydantic import Field

from novacast.errors import Forbidden, NotFound
from novacast.tickets.events.routes import EVENT, PERFORMANCE
from novacast.tickets.events.service import Events
from novacast.tickets.exports.lists import Lists
from novacast.tickets.exports.models import Format, Table
from novacast.tickets.exports.tables import Exports, What
from novacast.tickets.exports.writing import written
from novacast.tickets.models import OrderState
from novacast.tickets.orders.models import Method
from novacast.tickets.reports.service import MOST_DAYS, Scope
from novacast.tickets.sales.models import Wanted
from novacast.web import Body, Call, get

OF_ORG = "/api/v1/organizations/{org_id}/exports"
_TEXT = {"schema": {"type": "string"}}
_FILES = {
    "responses": {
        "200": {
            "description": "The table, in the format that was asked for.",
            "content": {form.media_type.partition(";")[0]: _TEXT for form in Format},
        }
    }
}
_ERRORS = (NotFound, Forbidden)
Id = Annotated[str | None, Field(max_length=40)]


class FormatQuery(Body):
    format: Format = Format.CSV


class ExportQuery(FormatQuery):
    """What narrows a table that does not have it is left aside."""

    event: Id = None
    performance: Id = None
    q: Annotated[str, Field(max_length=200, description="Of orders: words of name, mail or number.")] = ""
    state: OrderState | None = None
    method: Method | None = None
    days: Annotated[int, Field(ge=1, le=MOST_DAYS, description="Of sales: how many days back.")] = 365

    def wanted(self) -> Wanted:
        return Wanted(self.q, self.state, self.performance, self.method)


class ExportRoutes:
    def __init__(self, exports: Exports, lists: Lists, events: Events) -> None:
        self._exports, self._lists, self._events = exports, lists, events

    @get(f"{OF_ORG}/orders", tag="tickets", summary="Orders as a file", errors=_ERRORS, operation=_FILES)
    async def orders(self, call: Call, org_id: str, query: ExportQuery) -> web.StreamResponse:
        """CSV, XLSX or JSON. Texts that spreadsheets would run as formulas get an apostrophe in front in CSV."""
        return await self._export(call, What.ORDERS, org_id, query)

    @get(f"{OF_ORG}/tickets", tag="tickets", summary="Tickets as a file", errors=_ERRORS, operation=_FILES)
    async def tickets(self, call: Call, org_id: str, query: ExportQuery) -> web.StreamResponse:
        return await self._export(call, What.TICKETS, org_id, query)

    @get(f"{OF_ORG}/sales", tag="tickets", summary="Sales by day as a file", errors=_ERRORS, operation=_FILES)
    async def sales(self, call: Call, org_id: str, query: ExportQuery) -> web.StreamResponse:
        return await self._export(call, What.SALES, org_id, query)

    @get(f"{OF_ORG}/standing", tag="tickets", summary="What is left as a file", errors=_ERRORS, operation=_FILES)
    async def standing(self, call: Call, org_id: str, query: ExportQuery) -> web.StreamResponse:
        return await self._export(call, What.STANDING, org_id, query)

    @get(f"{EVENT}/exports/codes", tag="tickets", summary="Codes as a file", errors=_ERRORS, operation=_FILES)
    async def codes(self, call: Call, event_id: str, query: FormatQuery) -> web.StreamResponse:
        return await _sent(call, await self._lists.codes(call.principal, event_id), query.format)

    @get(f"{PERFORMANCE}/exports/answers", tag="tickets", summary="Answers as a file", errors=_ERRORS, operation=_FILES)
    async def answers(self, call: Call, performance_id: str, query: FormatQuery) -> web.StreamResponse:
        """A row for each unit of orders that stand, a column for each question."""
        return await _sent(call, await self._lists.answers(call.principal, performance_id), query.format)

    async def _export(self, call: Call, what: What, org_id: str, query: ExportQuery) -> web.StreamResponse:
        zone = await self._events.timezone(org_id, query.event, query.performance)
        scope = Scope(org_id, query.event, query.performance, query.days, zone)
        return await _sent(call, self._exports.table(call.principal, what, query.wanted(), scope), query.format)


async def _sent(call: Call, table: Table, form: Format) -> web.StreamResponse:
    disposition = f'attachment; filename="{table.name}.{form}"'
    response = web.StreamResponse(headers={"Content-Type": form.media_type, "Content-Disposition": disposition})
    await response.prepare(call.request)
    async for chunk in written(table, form):
        await response.write(chunk)
    await response.write_eof()
    return response
