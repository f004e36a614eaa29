"""Baskets: for how long, for whom, and free for the next the moment they are over."""

import asyncio
from dataclasses import replace

import pytest

from novacast.clock import MINUTE, SECOND
from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound, RateLimited
from novacast.folder import DataFolder
from novacast.settings import Tickets
from novacast.tickets.events.models import NewItem, PerformanceChanges, Price
from novacast.tickets.holds.models import HoldOver, NotOnSale, SoldOut, Wish
from novacast.tickets.models import HoldState, ItemKind, PerformanceState
from novacast.tickets.orders.models import Method
from tests.fakes.clock import FakeClock
from tests.tickets.box import ADA, ADA_AS_BUYER, BEN, GUEST, OUTSIDER, OWNER, PRODUCER, Box, open_box, seat


async def test_what_is_held_is_nobody_elses(box: Box) -> None:
    await box.standing(5)
    assert await box.left(box.room) == 0
    with pytest.raises(SoldOut, match="Standing"):
        await box.standing()
    await box.clean()


async def test_a_basket_is_all_or_nothing(box: Box) -> None:
    await box.standing(4)
    with pytest.raises(SoldOut):
        await box.take(Wish(box.seats.id, 2), Wish(box.room.id, 2))
    assert await box.left(box.seats) == 20
    assert await box.left(box.room) == 1
    assert not [fact for fact in await box.facts("stock.changed") if fact.payload["seats"]]


async def test_a_basket_is_free_for_the_next_the_moment_it_is_over(box: Box) -> None:
    first = await box.standing(5)
    box.clock.advance(600 - 1e-6)
    with pytest.raises(SoldOut):
        await box.standing()
    box.clock.advance(1e-6)
    assert await box.left(box.room) == 5
    await box.standing(5)
    assert (await box.own.holds.show(box.token(first))).hold.state is HoldState.EXPIRED
    with pytest.raises(HoldOver):
        await box.order(first)
    await box.clean()


async def test_a_basket_is_kept_for_longer_but_not_past_its_limit(box: Box) -> None:
    basket = await box.standing()
    for minutes in (9, 9, 9):
        box.clock.advance(minutes * 60)
        basket = await box.own.holds.extend(box.token(basket))
    assert basket.hold.expires_at == basket.hold.limit_at == basket.hold.created_at + 30 * MINUTE
    box.clock.advance(3 * 60)
    with pytest.raises(HoldOver):
        await box.own.holds.extend(box.token(basket))
    assert await box.left(box.room) == 5


async def test_the_sweep_frees_what_nobody_asks_for(box: Box) -> None:
    await box.standing(3)
    box.clock.advance(600)
    assert await box.own.holds.sweep() == 1
    assert await box.used() == 0
    assert [fact.payload["state"] for fact in await box.facts("stock.changed")] == ["held", "released"]
    await box.clean()


async def test_what_is_given_back_may_be_given_back_again(box: Box) -> None:
    token = box.token(await box.standing())
    await box.own.holds.release(token)
    await box.own.holds.release(token)
    assert await box.used() == 0


async def test_everybody_has_their_share_over_all_their_baskets(box: Box) -> None:
    await box.own.performances.edit(
        OWNER, box.night.id, PerformanceChanges(frozenset({"most_per_person"}), most_per_person=3)
    )
    await box.bought(await box.standing(2, who=ADA), who=ADA)
    with pytest.raises(Conflict, match="Everybody may have 3"):
        await box.standing(2, who=ADA)
    await box.standing(1, who=ADA)
    await box.standing(2, who=BEN)
    await box.clean()


async def test_a_guests_share_is_counted_by_their_address(box: Box) -> None:
    await box.own.performances.edit(
        OWNER, box.night.id, PerformanceChanges(frozenset({"most_per_person"}), most_per_person=2)
    )
    await box.bought(await box.standing(2))
    second = await box.standing(1)
    with pytest.raises(Conflict, match="Everybody may have 2"):
        await box.order(second)


async def test_a_guests_basket_goes_with_them_when_they_log_in(box: Box) -> None:
    basket = await box.standing(2)
    adopted = await box.own.holds.adopt(ADA, box.token(basket))
    assert adopted.hold.person_id == "ada"
    assert [one.hold.id for one in await box.own.holds.mine(ADA)] == [basket.hold.id]
    with pytest.raises(NotFound):
        await box.own.holds.adopt(BEN, box.token(basket))
    await box.clean()


async def test_a_token_that_was_not_made_here_opens_no_basket(box: Box) -> None:
    token = box.token(await box.standing())
    for wrong in ("", "x", token[:-1], token.replace(".", ""), box.own.orders.token("x")):
        with pytest.raises(NotFound):
            await box.own.holds.show(wrong)


async def test_only_what_is_on_sale_is_sold(box: Box) -> None:
    move, edit = box.own.performances.move, box.own.performances.edit
    await move(OWNER, box.night.id, PerformanceState.CLOSED)
    with pytest.raises(NotOnSale):
        await box.standing()
    await move(OWNER, box.night.id, PerformanceState.ON_SALE)
    later = PerformanceChanges(frozenset({"sale_from"}), sale_from=box.clock.now() + SECOND)
    await edit(OWNER, box.night.id, later)
    with pytest.raises(NotOnSale):
        await box.standing()
    box.clock.advance(1)
    await box.standing()
    await move(OWNER, box.night.id, PerformanceState.CANCELLED)
    with pytest.raises(NotOnSale):
        await box.own.orders.sell(OWNER, box.night.id, [Wish(box.room.id, 1)], ADA_AS_BUYER, Method.CASH)


async def test_prices_follow_category_and_window_and_stay_as_they_were_in_baskets(box: Box) -> None:
    now = box.clock.now()
    early = Price("p1", "", 700, None, now + 60 * SECOND)
    item = NewItem("Early", ItemKind.GENERAL, price=900, prices=(early,))
    made = await box.own.performances.add_item(OWNER, box.night.id, item, [box.quota.id])
    basket = await box.take(Wish(made.id, 1))
    assert basket.total == 700
    box.clock.advance(60)
    assert (await box.take(Wish(made.id, 1))).total == 900
    assert (await box.own.holds.show(box.token(basket))).total == 700


async def test_an_open_price_has_a_least(box: Box) -> None:
    item = NewItem("As you like", ItemKind.GENERAL, price=500, open_price=True)
    made = await box.own.performances.add_item(OWNER, box.night.id, item, [box.quota.id])
    with pytest.raises(InvalidInput, match="at least"):
        await box.take(Wish(made.id, 1, amount=499))
    assert (await box.take(Wish(made.id, 1, amount=5000))).total == 5000
    with pytest.raises(InvalidInput, match="has its price"):
        await box.take(Wish(box.room.id, 1, amount=1))


async def test_an_item_that_no_quota_counts_is_not_sold(box: Box) -> None:
    made = await box.own.performances.add_item(OWNER, box.night.id, NewItem("Free", ItemKind.GENERAL), [])
    with pytest.raises(SoldOut, match="Nobody has said how many"):
        await box.take(Wish(made.id, 1))


async def test_a_capacity_never_goes_below_what_is_held(box: Box) -> None:
    await box.standing(3)
    edit = box.own.performances.edit_quota
    with pytest.raises(Conflict, match="3 are held or sold"):
        await edit(OWNER, box.night.id, box.quota.id, "Room", 2, [box.room.id])
    with pytest.raises(Conflict, match="no quota would count"):
        await edit(OWNER, box.night.id, box.quota.id, "Room", 5, [])
    assert (await edit(OWNER, box.night.id, box.quota.id, "Room", 3, [box.room.id])).capacity == 3
    await box.clean()


async def test_a_clock_that_leaps_empties_no_basket_until_somebody_confirms_it(box: Box) -> None:
    basket = await box.standing(5)
    await box.own.holds.sweep()
    box.clock.set_now(box.clock.now() + 3 * 3600 * SECOND)
    await box.own.holds.sweep()
    assert await box.own.expiry.state() is not None
    with pytest.raises(SoldOut):
        await box.standing()
    await box.order(basket)
    assert await box.own.expiry.confirm()
    await box.own.holds.sweep()
    assert await box.own.expiry.state() is None
    await box.clean()


async def test_time_that_really_passes_is_no_leap(box: Box) -> None:
    await box.standing(5)
    box.clock.advance(3 * 3600)
    await box.standing(5)
    assert await box.own.expiry.state() is None


async def test_strangers_and_other_members_arrange_nothing(box: Box) -> None:
    for who, refusal in ((GUEST, NotFound), (ADA, NotFound), (OUTSIDER, NotFound), (PRODUCER, Forbidden)):
        with pytest.raises(refusal):
            await box.own.performances.move(who, box.night.id, PerformanceState.CANCELLED)


async def test_two_who_want_the_last_seat_at_once_are_two_answers(box: Box) -> None:
    wishes = [box.seated(seat("A", 1)) for _ in range(20)]
    answers = await asyncio.gather(*wishes, return_exceptions=True)
    assert sum(not isinstance(one, Exception) for one in answers) == 1
    await box.clean()


async def test_guests_behind_one_address_take_only_so_many_baskets(folder: DataFolder, clock: FakeClock) -> None:
    settings = replace(Tickets(mode="test"), holds_per_address=2)
    async with open_box(folder.database, clock, settings) as box:
        await box.standing()
        await box.standing()
        with pytest.raises(RateLimited):
            await box.standing()
        await box.standing(who=ADA)
