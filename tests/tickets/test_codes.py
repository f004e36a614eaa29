"""Codes: what they make cheaper and open, and never more often than they may."""

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novacast.clock import HOUR
from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound, RateLimited
from novacast.tickets.codes.models import Code, CodeChanges, CodeRefused, key_of
from novacast.tickets.events.items.models import ItemChanges
from novacast.tickets.events.models import NewItem, PerformanceChanges
from novacast.tickets.holds.models import NotOnSale, SoldOut, Wish
from novacast.tickets.models import ItemKind
from novacast.tickets.orders.models import Method, buyer_of
from tests.tickets.box import ADA, BEN, GUEST, OUTSIDER, OWNER, SELLER, Box, seat
from tests.tickets.things import code as a_code
from tests.tickets.things import item


async def made(box: Box, code: str = "SPRING", **values: Any) -> Code:
    changes = CodeChanges(frozenset(values), code=code, **values)
    return await box.own.codes.create(OWNER, box.night.event_id, changes)


async def spent(box: Box) -> dict[str, int]:
    page = await box.own.codes.of_event(OWNER, box.night.event_id, None, 100)
    return {one.code: one.spent for one in page.items}


async def with_code(box: Box, code: str, count: int = 1, **values: Any) -> Any:
    who = values.pop("who", GUEST)
    return await box.own.holds.take(who, box.night.id, [Wish(box.room.id, count)], code=code, **values)


@pytest.mark.parametrize(
    ("effect", "price"),
    [({"percent_bp": 2500}, 750), ({"amount_off": 300}, 700), ({"amount_off": 5000}, 0), ({"percent_bp": 10_000}, 0)],
)
async def test_a_code_takes_off_the_price_and_the_saving_is_frozen(box: Box, effect: Any, price: int) -> None:
    code = await made(box, **effect)
    basket = await with_code(box, "spring ", 2)
    assert (basket.total, basket.saving, basket.code) == (2 * price, 2 * (1000 - price), "SPRING")
    columns = {"percent_bp": 0, "amount_off": 0, "active": False}
    await box.own.codes.edit(OWNER, box.night.event_id, code.id, CodeChanges(frozenset(columns), **columns))
    receipt = await box.order(basket, Method.TRANSFER if price else Method.FREE)
    assert receipt.order.total == 2 * price
    await box.clean()


async def test_a_fee_stays_and_what_buyers_say_it_is_worth_stays(box: Box) -> None:
    await made(box, percent_bp=5000)
    basket = await box.own.holds.take(GUEST, box.night.id, [Wish(box.seats.id, 1)], code="SPRING")
    assert basket.total == 1000 + 50
    new = NewItem("Give", ItemKind.ADD_ON, price=100, open_price=True)
    given_ = await box.own.performances.add_item(OWNER, box.night.id, new, [box.quota.id])
    both = [Wish(given_.id, 1, amount=700), Wish(box.room.id, 1)]
    basket = await box.own.holds.take(GUEST, box.night.id, both, code="SPRING")
    assert sorted(one.claim.price for one in basket.lines) == [500, 700]


@given(price=st.integers(0, 10**10), percent=st.integers(0, 10_000))
def test_a_percentage_is_rounded_to_the_nearest_minor_unit(price: int, percent: int) -> None:
    off = a_code(percent_bp=percent).off(item(price=price), price)
    assert 0 <= off <= price
    assert abs(off * 10_000 - price * percent) <= 5_000


async def test_a_code_is_spent_as_often_as_it_may_be_and_comes_back_when_a_basket_does(box: Box) -> None:
    await made(box, capacity=3, percent_bp=1000)
    first = await with_code(box, "SPRING", 2)
    with pytest.raises(CodeRefused, match="as often"):
        await with_code(box, "SPRING", 2)
    assert await spent(box) == {"SPRING": 2}
    await box.own.holds.release(box.token(first))
    assert await spent(box) == {"SPRING": 0}
    await with_code(box, "SPRING", 3)
    box.clock.advance(600)
    await with_code(box, "SPRING", 3)
    assert await spent(box) == {"SPRING": 3}
    await box.clean()


async def test_many_at_once_do_not_spend_a_code_more_often_than_it_may_be(box: Box) -> None:
    await made(box, capacity=3, percent_bp=1000)
    taken = await asyncio.gather(*(with_code(box, "SPRING") for _ in range(12)), return_exceptions=True)
    assert sum(not isinstance(one, Exception) for one in taken) == 3
    assert {type(one) for one in taken if isinstance(one, Exception)} == {CodeRefused}
    assert await spent(box) == {"SPRING": 3}
    await box.clean()


async def test_a_code_comes_back_when_its_order_is_cancelled(box: Box) -> None:
    await made(box, capacity=2, percent_bp=1000)
    receipt = await box.bought(await with_code(box, "SPRING", 2))
    assert await spent(box) == {"SPRING": 2}
    await box.own.orders.cancel(SELLER, box.night.org_id, receipt.order.id, "")
    assert await spent(box) == {"SPRING": 0}
    await box.clean()


async def test_a_code_is_good_at_the_box_office_too(box: Box) -> None:
    await made(box, capacity=2, percent_bp=1000)
    nobody, wishes = buyer_of("", "", "en", needed=False), [Wish(box.room.id, 2)]
    sold = await box.own.orders.sell(SELLER, box.night.id, wishes, nobody, Method.CASH, code="SPRING")
    assert sold.order.total == 1800
    with pytest.raises(CodeRefused):
        await box.own.orders.sell(SELLER, box.night.id, wishes, nobody, Method.CASH, code="SPRING")
    await box.clean()


async def test_everybody_may_use_a_code_so_often(box: Box) -> None:
    await made(box, most_per_person=2, most_per_order=2)
    with pytest.raises(CodeRefused, match="2 in one order"):
        await with_code(box, "SPRING", 3)
    await with_code(box, "SPRING", 2, who=ADA)
    with pytest.raises(CodeRefused, match="Everybody may have 2"):
        await with_code(box, "SPRING", 1, who=ADA)
    await box.order(await with_code(box, "SPRING", 1), buyer=buyer_of("Eve", "Eve@example.org", "en"))
    second = await with_code(box, "SPRING", 1)
    await box.own.holds.adopt(BEN, box.token(second))
    await box.clean()


async def test_a_guest_who_says_their_name_late_has_no_more_of_a_code(box: Box) -> None:
    await made(box, most_per_person=1)
    eve = buyer_of("Eve", "eve@example.org", "en")
    await box.order(await with_code(box, "SPRING", 1), buyer=eve)
    with pytest.raises(CodeRefused):
        await box.order(await with_code(box, "SPRING", 1), buyer=eve)


async def test_what_is_hidden_is_opened_by_a_code_and_unknown_without(box: Box) -> None:
    hidden = NewItem("Friends", ItemKind.GENERAL, price=100, hidden=True)
    friends = await box.own.performances.add_item(OWNER, box.night.id, hidden, [box.quota.id])
    await made(box, "OPEN", opens_hidden=True, items=(friends.id,))
    plain = await made(box, "PLAIN", percent_bp=100)
    show = box.own.performances.show
    assert friends.id not in (await show(GUEST, box.night.id)).left
    assert friends.id not in (await show(GUEST, box.night.id, plain)).left
    for code in ("", "PLAIN"):
        with pytest.raises(InvalidInput, match="no such kind"):
            await box.own.holds.take(GUEST, box.night.id, [Wish(friends.id, 1)], code=code)
    basket = await box.own.holds.take(GUEST, box.night.id, [Wish(friends.id, 1)], code="OPEN")
    with pytest.raises(CodeRefused, match="only sold with"):
        await box.own.holds.recode(GUEST, box.token(basket), "PLAIN")
    assert (await box.own.holds.show(box.token(basket))).code == "OPEN"
    with pytest.raises(CodeRefused, match="not for these"):
        await with_code(box, "OPEN")


async def test_places_kept_for_a_code_are_for_nobody_else(box: Box) -> None:
    code = await made(box, "KEPT", perf_id=box.night.id, reserved=2)
    await box.standing(5)
    with pytest.raises(SoldOut):
        await box.standing()
    assert (await box.own.performances.show(GUEST, box.night.id, code)).left[box.room.id] == 2
    basket = await with_code(box, "KEPT", 2)
    with pytest.raises(SoldOut):
        await with_code(box, "KEPT")
    assert await box.used() == 5
    await box.clean()
    await box.own.holds.release(box.token(basket))
    await with_code(box, "KEPT", 1)
    with pytest.raises(Conflict, match="can't be good for less"):
        await box.own.codes.edit(OWNER, box.night.event_id, code.id, CodeChanges(frozenset({"reserved"}), reserved=0))
    with pytest.raises(Conflict, match="kept for a code"):
        await box.own.performances.edit_quota(OWNER, box.night.id, code.quota_id or "", "Mine", 5, [box.room.id])
    await box.clean()


async def test_a_code_opens_the_sale_before_it_begins(box: Box) -> None:
    await made(box, "EARLY", opens_early=True)
    later = box.clock.now() + HOUR
    await box.own.performances.edit(OWNER, box.night.id, PerformanceChanges(frozenset({"sale_from"}), sale_from=later))
    with pytest.raises(NotOnSale):
        await box.standing()
    await with_code(box, "EARLY")
    box.clock.advance(3600)
    await box.standing()


async def test_a_code_is_good_in_its_window_and_its_performance_alone(box: Box) -> None:
    now = box.clock.now()
    await made(box, "SOON", from_at=now + HOUR, until_at=now + 2 * HOUR)
    with pytest.raises(CodeRefused, match="not good yet"):
        await with_code(box, "SOON")
    box.clock.advance(3600)
    await with_code(box, "SOON")
    box.clock.advance(3600)
    with pytest.raises(CodeRefused, match="any more"):
        await with_code(box, "SOON")
    other = await box.own.performances.create(
        OWNER,
        box.night.event_id,
        PerformanceChanges(frozenset({"starts_at", "ends_at"}), starts_at=now + HOUR, ends_at=now + 2 * HOUR),
    )
    await made(box, "THERE", perf_id=other.id)
    with pytest.raises(CodeRefused, match="another performance"):
        await with_code(box, "THERE")


async def test_a_basket_goes_over_into_another_with_a_code_and_keeps_seats_prices_and_time(box: Box) -> None:
    await made(box, percent_bp=1000)
    basket = await box.take(Wish(box.seats.id, seats=(seat("A", 1), seat("A", 2))), Wish(box.room.id, 1), who=ADA)
    box.clock.advance(60)
    await box.own.performances.edit_item(
        OWNER, box.night.id, box.room.id, ItemChanges(frozenset({"price"}), price=9999)
    )
    after = await box.own.holds.recode(ADA, box.token(basket), "SPRING")
    assert {one.seat.seat_id for one in after.lines if one.seat} == {seat("A", 1), seat("A", 2)}
    assert (after.total, after.saving) == (2 * 1850 + 900, 500)
    assert (after.hold.expires_at, after.hold.limit_at) == (basket.hold.expires_at, basket.hold.limit_at)
    old = await box.own.holds.show(box.token(basket))
    assert await box.own.holds.latest(old) == box.token(after)
    plain = await box.own.holds.recode(ADA, box.token(after), "")
    assert (plain.total, plain.saving, plain.code) == (2 * 2050 + 1000, 0, "")
    assert await box.own.holds.latest(old) == box.token(plain)
    assert await spent(box) == {"SPRING": 0}
    await box.clean()


async def test_a_code_that_is_refused_leaves_the_basket_as_it_was(box: Box) -> None:
    await made(box, capacity=1)
    basket = await box.standing(2)
    with pytest.raises(CodeRefused):
        await box.own.holds.recode(GUEST, box.token(basket), "SPRING")
    assert len((await box.own.holds.show(box.token(basket))).lines) == 2
    await box.order(basket)
    await box.clean()


async def test_guessing_is_slow_and_a_right_code_costs_nothing(box: Box) -> None:
    await made(box)
    for _ in range(30):
        basket = await with_code(box, "SPRING", address="192.0.2.1")
        await box.own.holds.release(box.token(basket))
    for _ in range(20):
        with pytest.raises(InvalidInput):
            await with_code(box, "WRONG", address="192.0.2.1")
    for code in ("WRONG", "SPRING"):
        with pytest.raises(RateLimited):
            await with_code(box, code, address="192.0.2.1")
    await with_code(box, "SPRING", address="192.0.2.2")


@pytest.mark.parametrize(
    ("one", "other"), [("Straße 5", "STRASSE5"), ("ｆｕｌｌ", "FULL"), ("Ä", "ä"), (" a\tb ", "AB")]
)
def test_a_code_is_the_same_however_it_is_written(one: str, other: str) -> None:
    assert key_of(one) == key_of(other)


@pytest.mark.parametrize("code", [" ", "\u202e", "x" * 61, "\x00", "ﷺ" * 5])
async def test_a_code_has_letters_and_not_too_many(box: Box, code: str) -> None:
    with pytest.raises(InvalidInput):
        await made(box, code)


async def test_a_code_without_a_name_is_made(box: Box) -> None:
    assert len((await made(box, "")).code) == 11


async def test_codes_are_made_many_at_once_and_are_all_others(box: Box) -> None:
    changes = CodeChanges(frozenset({"percent_bp", "capacity"}), percent_bp=1000, capacity=1)
    codes = await box.own.codes.create_many(OWNER, box.night.event_id, changes, 50)
    assert len({key_of(one.code) for one in codes}) == 50
    with pytest.raises(Conflict, match="already"):
        await made(box, codes[0].code.lower())


async def test_only_who_arranges_makes_codes(box: Box) -> None:
    changes = CodeChanges(frozenset(), code="MINE")
    for who, error in ((SELLER, Forbidden), (OUTSIDER, Forbidden), (ADA, Forbidden)):
        with pytest.raises((error, NotFound)):
            await box.own.codes.create(who, box.night.event_id, changes)


@pytest.mark.parametrize(
    "wrong",
    [
        {"percent_bp": 10, "amount_off": 5},
        {"from_at": 5, "until_at": 5},
        {"reserved": 3},
        {"items": ("nothing",)},
        {"perf_id": "nothing"},
    ],
)
async def test_a_code_that_contradicts_itself_is_refused(box: Box, wrong: Any) -> None:
    with pytest.raises(InvalidInput):
        await made(box, **wrong)
