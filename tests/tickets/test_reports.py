"""Reports say what the books say: every sum of one is a sum of the others, and of the recount."""

from datetime import UTC, datetime

import pytest

from novacast.database import Transaction
from novacast.errors import Forbidden, NotFound
from novacast.tickets.events.models import NewItem
from novacast.tickets.holds.models import Wish
from novacast.tickets.models import ItemKind
from novacast.tickets.orders.models import Method
from novacast.tickets.reports.models import Pool, filled
from novacast.tickets.reports.service import Scope
from tests.tickets.box import ADA, DOOR, ORG, OWNER, SELLER, Box

SCOPE = Scope(ORG, timezone="Europe/Vienna")


async def lively(box: Box) -> None:
    """Sold by several ways, held, waiting, cancelled, let in."""
    await box.bought(await box.seated("Stalls/A/1", "Stalls/A/2"))
    await box.sold(2)
    await box.sold(1, Method.COMPLIMENTARY)
    gone = await box.sold(1)
    await box.own.orders.cancel(SELLER, ORG, gone.order.id, "ill")
    await box.order(await box.seated("Stalls/B/1"), Method.TRANSFER)
    await box.seated("Stalls/B/4", "Stalls/B/5", "Stalls/B/6", who=ADA)
    await let_in(box, "Stalls/A/3")


async def let_in(box: Box, seat: str) -> None:
    """In, out and in again at one list, and at another: one unit came in."""
    receipt = await box.bought(await box.seated(seat))
    ticket = (await box.own.admission.of_order(receipt.order.id))[0].id

    def unit(tx: Transaction) -> None:
        for name in ("front", "bar"):
            more = {"items": "[]", "reentry": 1, "created_at": 1}
            tx.insert("checkin_lists", id=name, org_id=ORG, perf_id=box.night.id, name=name, **more)
        for n, (list_id, kind) in enumerate((("front", "entry"), ("front", "exit"), ("bar", "entry"))):
            more = {"open": 0, "forced": 0, "gate": "", "at": n}
            tx.insert("checkins", id=str(n), ticket_id=ticket, list_id=list_id, kind=kind, **more)

    await box.db.write(unit)


async def test_what_stands_is_what_the_quotas_and_the_recount_say(box: Box) -> None:
    await lively(box)
    standing = await box.own.reports.standing(SELLER, box.night.id)
    seats, room = standing.kinds
    assert (seats.counts.sold, seats.counts.paying, seats.counts.held, seats.counts.scanned) == (3, 1, 3, 1)
    assert (room.counts.sold, room.counts.taken, room.capacity) == (3, 3, 5)
    assert room.counts.taken == await box.used()
    offer = await box.own.performances.show(OWNER, box.night.id)
    assert offer.left == {one.item_id: one.capacity - one.counts.taken for one in standing.kinds}
    assert [(one.capacity, one.left) for one in standing.groups] == [(25, 25 - 7 - 3)]
    await box.clean()


async def test_every_way_to_add_it_up_gives_the_same(box: Box) -> None:
    await lively(box)
    report = await box.own.reports.report(SELLER, SCOPE)
    sold = 3 * 2050 + 2 * 1000
    assert report.totals == {"EUR": sold}
    assert report.units == 6
    assert sum(one.units for one in report.days) == 6
    for lines in (report.by_channel, report.by_method, [line for _, line in report.by_kind]):
        assert (sum(one.units for one in lines), sum(one.amount for one in lines)) == (6, sold)
    assert [(one.rate_bp, one.gross, one.tax + one.net) for one in report.by_tax] == [(0, sold, sold)]
    assert {one.label: one.amount for one in report.by_channel} == {"web": 3 * 2050, "box_office": 2000}
    assert {(one.state, one.orders) for one in report.states} == {
        ("paid", 4),
        ("cancelled", 1),
        ("awaiting_payment", 1),
    }
    await box.clean()


async def test_tax_is_within_the_price_and_the_fee(box: Box) -> None:
    new = NewItem("Balcony", ItemKind.SEATED, seated=True, price=1190, fee=0, tax_bp=1900)
    item = await box.own.performances.add_item(OWNER, box.night.id, new, [])
    await box.bought(await box.take(Wish(item.id, 2)))
    (line,) = (await box.own.reports.report(SELLER, SCOPE)).by_tax
    assert (line.rate_bp, line.gross, line.tax, line.net) == (1900, 2380, 380, 2000)


async def test_a_sale_counts_on_the_day_that_it_is_at_the_place(box: Box) -> None:
    now = datetime.fromtimestamp(box.clock.now() / 1_000_000, UTC)
    box.clock.advance((22 - now.hour) % 24 * 3600 + 1800)
    await box.sold(1)
    here = (await box.own.reports.report(SELLER, Scope(ORG, timezone="Pacific/Auckland"))).days
    there = (await box.own.reports.report(SELLER, Scope(ORG, timezone="America/Los_Angeles"))).days
    auckland, los_angeles = (next(one.day for one in days if one.units) for days in (here, there))
    assert (auckland - los_angeles).days == 1
    assert here[-1].units == there[-1].units == 1


async def test_only_those_who_see_orders_see_reports(box: Box) -> None:
    for who, error in ((DOOR, Forbidden), (ADA, NotFound)):
        with pytest.raises(error):
            await box.own.reports.report(who, SCOPE)
        with pytest.raises(error):
            await box.own.reports.standing(who, box.night.id)


def test_places_that_kinds_share_are_counted_once() -> None:
    house, front = Pool(100, frozenset("ab")), Pool(30, frozenset("a"))
    assert filled("ab", [house, front]) == 100
    assert filled("a", [house, front]) == 30
    assert filled("abc", [house, front, Pool(7, frozenset("c"))]) == 107
    assert filled("x", [house]) == 0
