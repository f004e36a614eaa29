"""How many of what one order and one person may have, and in which window."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novacast.clock import HOUR
from novacast.errors import Conflict, InvalidInput
from novacast.taxes import breakdown, shares
from novacast.tickets.events.items.models import ItemChanges
from novacast.tickets.events.models import PerformanceChanges, Price
from novacast.tickets.holds.models import NotOnSale, Wish
from novacast.tickets.orders.models import Method, buyer_of
from tests.tickets.box import ADA, GUEST, OWNER, Box
from tests.tickets.things import item


async def change(box: Box, **values: Any) -> None:
    await box.own.performances.edit_item(OWNER, box.night.id, box.room.id, ItemChanges(frozenset(values), **values))


async def bound(box: Box, **values: Any) -> None:
    await box.own.performances.edit(OWNER, box.night.id, PerformanceChanges(frozenset(values), **values))


async def test_an_order_has_so_many_of_a_kind_at_least_and_at_most(box: Box) -> None:
    await change(box, least=2, most=3)
    with pytest.raises(Conflict, match="2 of Standing are the least"):
        await box.standing(1)
    with pytest.raises(Conflict, match="3 of Standing are the most"):
        await box.standing(4)
    with pytest.raises(Conflict, match="3 of Standing are the most"):
        await box.take(Wish(box.room.id, 2), Wish(box.room.id, 2))
    await box.take(Wish(box.room.id, 1), Wish(box.room.id, 1))
    await box.sold(1)
    await box.clean()


async def test_an_order_has_so_many_tickets_at_least_and_at_most(box: Box) -> None:
    await bound(box, least_per_order=2, most_per_order=3)
    with pytest.raises(Conflict, match="2 tickets at least"):
        await box.standing(1)
    with pytest.raises(Conflict, match="3 tickets at most"):
        await box.take(Wish(box.room.id, 2), Wish(box.seats.id, 2))
    await box.take(Wish(box.room.id, 1), Wish(box.seats.id, 1))


async def test_a_person_has_so_many_of_a_kind_over_all_their_orders(box: Box) -> None:
    await change(box, most_per_person=2)
    with pytest.raises(Conflict, match="2 of Standing"):
        await box.standing(3)
    await box.standing(2, who=ADA)
    with pytest.raises(Conflict, match="2 of Standing"):
        await box.standing(1, who=ADA)
    await box.take(Wish(box.seats.id, 2), who=ADA)
    eve = buyer_of("Eve", "eve@example.org", "en")
    await box.order(await box.standing(2), Method.TRANSFER, buyer=eve)
    with pytest.raises(Conflict, match="2 of Standing"):
        await box.order(await box.standing(1), Method.TRANSFER, buyer=eve)
    await box.clean()


async def test_a_kind_is_sold_in_its_window(box: Box) -> None:
    now = box.clock.now()
    await change(box, sale_from=now + HOUR, sale_until=now + 2 * HOUR)
    for fits in (False, True, False):
        if fits:
            await box.standing()
        else:
            with pytest.raises(NotOnSale, match="Standing"):
                await box.standing()
        box.clock.advance(3600)


@pytest.mark.parametrize(
    "wrong", [{"least": 30}, {"least": 3, "most": 2}, {"sale_from": 5, "sale_until": 5}, {"name": " "}]
)
async def test_bounds_that_contradict_each_other_are_refused(box: Box, wrong: Any) -> None:
    with pytest.raises(InvalidInput):
        await change(box, **wrong)


async def test_an_early_price_ends_and_its_end_is_known(box: Box) -> None:
    until = box.clock.now() + HOUR
    await change(box, prices=(Price("a", "", 600, None, until),))
    offer = await box.own.performances.show(GUEST, box.night.id)
    room = next(one for one in offer.items if one.id == box.room.id)
    assert (room.price_in("", offer.now), room.price_until("", offer.now)) == (600, until)
    early = await box.standing()
    box.clock.advance(3600)
    assert (early.total, (await box.standing()).total) == (600, 1000)


def test_a_price_without_windows_has_no_end() -> None:
    assert item(prices=(Price("a", "Box", 5, None, None),)).price_until("Box", 0) is None


LINES = st.lists(
    st.tuples(st.integers(0, 10**9), st.sampled_from([0, 500, 700, 1000, 1900, 2000, 10_000])), max_size=50
)


@given(LINES)
def test_taxes_add_up_to_the_cent(lines: list[tuple[int, int]]) -> None:
    taxed = breakdown(lines)
    assert sum(one.gross for one in taxed) == sum(gross for gross, _ in lines)
    for one in taxed:
        mine = [tax for tax, (_, rate) in zip(shares(lines), lines, strict=True) if rate == one.tax_bp]
        assert sum(mine) == one.tax
        assert one.net + one.tax == one.gross
        assert all(tax >= 0 for tax in mine)
        assert abs(one.tax * (10_000 + one.tax_bp) * 2 - 2 * one.gross * one.tax_bp) <= 10_000 + one.tax_bp
    for tax, (gross, rate) in zip(shares(lines), lines, strict=True):
        assert abs(tax - gross * rate / (10_000 + rate)) <= 1
