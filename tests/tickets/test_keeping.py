"""Names and addresses that nobody needs any more go, and every number adds up as before."""

import sqlite3
from typing import Any

from novacast.identity import SYSTEM
from novacast.operations.retention.service import Retention
from novacast.settings import Retention as Days
from novacast.tickets.keeping.rules import rules
from novacast.tickets.orders.models import Method
from tests.tickets.box import ADA, BEN, Box
from tests.tickets.test_waiting import join, leave

DAY = 86_400


def rows(box: Box, sql: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(f"file:{box.db.path}?mode=ro", uri=True) as connection:
        return connection.execute(sql).fetchall()


async def due(retention: Retention) -> list[int]:
    return [one.rows for one in await retention.report(SYSTEM)]


async def test_an_order_that_was_never_paid_forgets_whose_it_was(box: Box) -> None:
    paid = await box.bought(await box.standing(1, who=ADA), who=ADA)
    unpaid = await box.order(await box.standing(2, who=ADA), Method.TRANSFER, who=ADA)
    box.clock.advance(DAY)
    await box.own.closing.sweep()
    retention = Retention(box.db, rules(Days(unpaid_days=30, waiting_days=0)))
    assert await due(retention) == [0, 0]
    box.clock.advance(30 * DAY + 1)
    assert await due(retention) == [1, 0]
    assert await retention.sweep() == 1
    assert await retention.sweep() == 0
    named = dict(rows(box, "SELECT id, name || email || email_key || ifnull(person_id, '') FROM orders"))
    assert named[unpaid.order.id] == ""
    assert "ada@example.org" in named[paid.order.id]
    await box.clean()


async def test_who_waits_no_more_is_forgotten_and_who_waits_is_not(box: Box) -> None:
    await box.standing(5)
    gone, waits = await join(box, ADA, 1), await join(box, BEN, 1)
    await leave(box, gone)
    retention = Retention(box.db, rules(Days(unpaid_days=0, waiting_days=1)))
    box.clock.advance(DAY + 1)
    assert await due(retention) == [0, 1]
    assert await retention.sweep() == 1
    assert dict(rows(box, "SELECT id, person_id FROM waiting")) == {gone.id: None, waits.id: "ben"}
    box.clock.advance(400 * DAY)
    assert await retention.sweep() == 1
    assert rows(box, "SELECT DISTINCT person_id, email, state FROM waiting") == [(None, "", "left")]
    await box.clean()
