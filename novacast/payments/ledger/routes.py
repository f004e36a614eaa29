"""The API of the ledger, for the house."""

import asyncio
from pathlib import Path
from typing import Annotated
from zoneinfo import available_timezones

from aiohttp import web
from pydantic import Field

from novacast.errors import Forbidden, InvalidInput, NotFound, RateLimited
from novacast.i18n import text
from novacast.payments.invoices.routes import PDF, PRINTED
from novacast.payments.ledger.models import Balance
from novacast.payments.ledger.reading import Journal, Month, Statement
from novacast.payments.offices import Names
from novacast.web import Body, Call, ListBody, get

LEDGER = "/api/v1/organizations/{org_id}/ledger"
_WORK = (NotFound, Forbidden)
_CSV = {"responses": {"200": {"description": "The journal.", "content": {"text/csv": {"schema": {"type": "string"}}}}}}


class MonthQuery(Body):
    month: Annotated[str, Field(pattern=r"^\d{4}-\d{2}$", examples=["2026-07"])]
    timezone: Annotated[str, Field(max_length=64, description="Whose calendar it is.")] = "UTC"

    def chosen(self) -> Month:
        """Raises InvalidInput."""
        if self.timezone not in available_timezones():
            raise InvalidInput.field("timezone", text("There is no such time zone."))
        return Month.of(self.month, self.timezone)


class BalanceBody(Body):
    account: str
    currency: str
    amount: Annotated[int, Field(description="Debits less credits.")]

    @classmethod
    def of(cls, one: Balance) -> "BalanceBody":
        return cls(account=one.account, currency=one.currency, amount=one.amount)


class BalancesBody(ListBody[BalanceBody]):
    pass


class LedgerRoutes:
    def __init__(self, journal: Journal, names: Names, fonts: Path) -> None:
        self._journal, self._names, self._fonts = journal, names, fonts

    @get(f"{LEDGER}/balances", tag="money", summary="What stands on each account", errors=_WORK)
    async def balances(self, call: Call, org_id: str) -> BalancesBody:
        return BalancesBody.of(await self._journal.balances(call.principal, org_id), BalanceBody.of)

    @get(
        f"{LEDGER}/journal",
        tag="money",
        summary="A month's journal as CSV",
        errors=(*_WORK, InvalidInput),
        operation=_CSV,
    )
    async def journal(self, call: Call, org_id: str, query: MonthQuery) -> web.StreamResponse:
        """A row for each transfer: the account that is debited, the one that is credited, and the amount in the
        currency's smallest unit."""
        month = query.chosen()
        rows = await self._journal.file(call.principal, org_id, month.since, month.until)
        response = web.StreamResponse(headers=_headers("text/csv; charset=utf-8", f"journal-{month}.csv"))
        await response.prepare(call.request)
        async for chunk in rows:
            await response.write(chunk)
        await response.write_eof()
        return response

    @get(
        f"{LEDGER}/statement",
        tag="money",
        summary="A month's statement as PDF",
        errors=(*_WORK, InvalidInput, RateLimited),
        operation=PDF,
    )
    async def statement(self, call: Call, org_id: str, query: MonthQuery) -> web.Response:
        """In your language: each account before, what moved, and after."""
        call.limit(PRINTED)
        month = query.chosen()
        found = await self._journal.statement(call.principal, org_id, month)
        names = await self._names.names([org_id])
        body = await asyncio.to_thread(self._written, found, names.get(org_id, ""))
        return web.Response(body=body, headers=_headers("application/pdf", f"statement-{month}.pdf"))

    def _written(self, found: Statement, house: str) -> bytes:
        # The library for PDF is loaded by who writes one: see `papers`.
        from novacast.payments.ledger.pdf import written

        return written(found, house, self._fonts)


def _headers(kind: str, name: str) -> dict[str, str]:
    return {
        "Content-Type": kind,
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="{name}"',
    }
