"""The ledger as houses read it."""

import csv
import io
from collections.abc import AsyncIterator

import pytest

from novacast.errors import Forbidden, InvalidInput, NotFound
from novacast.folder import DataFolder
from novacast.payments.ledger.pages import figures
from novacast.payments.ledger.pdf import written
from novacast.payments.ledger.reading import Journal, Month
from novacast.tickets.orders.models import Method
from novacast.tickets.reports.service import Scope
from novacast.tickets.services import FONTS
from tests.fakes.clock import FakeClock
from tests.tickets.box import DOOR, ORG, OUTSIDER, SELLER, Box, open_box, seat


@pytest.fixture
async def box(folder: DataFolder, clock: FakeClock) -> AsyncIterator[Box]:
    async with open_box(folder.database, clock) as opened:
        yield opened


def test_a_month_is_that_of_the_houses_calendar() -> None:
    month = Month.of("2026-12", "Europe/Vienna")
    assert (str(month.after), str(month.before)) == ("2027-01", "2026-11")
    assert month.after.since == month.until
    assert Month.at(month.since, "Europe/Vienna") == month
    assert str(Month.at(month.since, "UTC")) == "2026-11"
    for bad in ("2026-13", "26-01", "2026-1", "soon"):
        with pytest.raises(InvalidInput):
            Month.of(bad, "UTC")


async def test_the_journal_the_statement_and_the_balances_say_the_same(box: Box) -> None:
    receipt = await box.bought(await box.standing(3))
    await box.sold(1, Method.CASH)
    await box.own.orders.cancel(SELLER, ORG, receipt.order.id, "")
    await box.own.refunds.sweep()
    journal, month = Journal(box.db, test=True), Month.at(box.clock.now(), "Europe/Vienna")
    text = b"".join([chunk async for chunk in await journal.file(SELLER, ORG, month.since, month.until)])
    rows = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))
    assert [int(row["number"]) for row in rows] == list(range(1, len(rows) + 1))
    sums: dict[str, int] = {}
    for row in rows:
        sums[row["debit"]] = sums.get(row["debit"], 0) + int(row["amount"])
        sums[row["credit"]] = sums.get(row["credit"], 0) - int(row["amount"])
    told = {one.account: one.amount for one in await journal.balances(SELLER, ORG)}
    assert told == {account: amount for account, amount in sums.items() if amount}
    statement = await journal.statement(SELLER, ORG, month)
    assert {one.account: one.closing for one in statement.movements if one.closing} == told
    after = await journal.statement(SELLER, ORG, month.after)
    assert {one.account: one.opening for one in after.movements if one.opening} == told
    assert figures(statement)[1][1] == "€10.00"
    assert written(statement, "The House", FONTS).startswith(b"%PDF")
    assert (await Journal(box.db, test=False).statement(SELLER, ORG, month)).movements == []


async def test_strangers_and_doors_read_no_books(box: Box) -> None:
    journal, month = Journal(box.db, test=True), Month.at(box.clock.now(), "UTC")
    with pytest.raises(NotFound):
        await journal.balances(OUTSIDER, ORG)
    with pytest.raises(Forbidden):
        await journal.statement(DOOR, ORG, month)
    with pytest.raises(Forbidden):
        await journal.file(DOOR, ORG, month.since, month.until)


async def test_reports_and_the_ledger_agree_on_what_was_sold_and_still_is(box: Box) -> None:
    """Where nothing was kept of what was cancelled; a ticket that got another seat is worth what was paid for it."""
    moved = await box.bought(await box.seated(seat("A", 1), seat("A", 2)))
    await box.own.moving.move(SELLER, ORG, moved.order.id, moved.tickets[0].id, seat("B", 5))
    sold = await box.sold(3, Method.CASH)
    await box.own.cancelling.cancel_tickets(SELLER, ORG, sold.order.id, [sold.tickets[0].id], "", None)
    report = await box.own.reports.report(SELLER, Scope(ORG))
    told = {one.account: one.amount for one in await Journal(box.db, test=True).balances(SELLER, ORG)}
    assert report.totals == {"EUR": -told["deferred:0"]} == {"EUR": 4100 + 2000}
