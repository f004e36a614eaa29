"""The waiting list: in order, with something in the hand, and nobody before those who wait."""

import asyncio
from typing import Any

import pytest

from novacast.clock import HOUR
from novacast.database import Transaction
from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound, RateLimited
from novacast.i18n import Languages
from novacast.tickets.codes.models import CodeChanges
from novacast.tickets.events.items.models import ItemChanges
from novacast.tickets.events.models import PerformanceChanges
from novacast.tickets.holds.models import HoldOver, NotOnSale, SoldOut, Wish
from novacast.tickets.models import HoldState, PerformanceState, WaitingState
from novacast.tickets.orders.models import Method, buyer_of
from novacast.tickets.waiting.models import NotSoldOut, Waiter
from novacast.tickets.waiting.post import WaitingPost
from novacast.tickets.waiting.service import Place, Wanting
from tests.tickets.box import ADA, BEN, DOOR, GUEST, OWNER, SELLER, Box, person


async def join(box: Box, who: Any = ADA, count: int = 1, *, seats: bool = False, **values: Any) -> Waiter:
    item = box.seats if seats else box.room
    return await box.own.waiting.join(who, box.night.id, Wanting(item.id, count, **values))


async def place(box: Box, waiter: Waiter) -> Place:
    return await box.own.waiting.show(box.own.waiting.token(waiter.id))


async def state(box: Box, waiter: Waiter) -> WaitingState:
    return (await place(box, waiter)).waiter.state


async def leave(box: Box, waiter: Waiter) -> None:
    await box.own.waiting.leave(box.own.waiting.token(waiter.id))


async def test_who_waits_is_offered_what_becomes_free_in_their_order(box: Box) -> None:
    full = await box.standing(5)
    first, second = await join(box, ADA, 2), await join(box, BEN)
    assert [(await place(box, one)).before for one in (first, second)] == [0, 1]
    await box.own.holds.release(box.token(full))
    await box.own.waiting.sweep()
    offers = [await place(box, one) for one in (first, second)]
    assert [one.waiter.state for one in offers] == [WaitingState.OFFERED] * 2
    assert offers[0].until == box.clock.now() + 12 * HOUR
    baskets = await box.own.holds.mine(ADA)
    assert [(one.hold.id, len(one.lines)) for one in baskets] == [(offers[0].waiter.hold_id, 2)]
    assert await box.used() == 3
    await box.bought(baskets[0], who=ADA)
    await box.own.waiting.sweep()
    assert await state(box, first) is WaitingState.TAKEN
    await box.clean()


async def test_a_buyer_does_not_come_before_who_waits(box: Box) -> None:
    full = await box.standing(5)
    waiter = await join(box, ADA, 5)
    box.clock.advance(600)  # the basket is over, and no sweep has looked
    with pytest.raises(SoldOut):
        await box.standing(1)
    await box.own.waiting.sweep()
    assert await state(box, waiter) is WaitingState.OFFERED
    assert (await box.own.holds.show(box.token(full))).hold.state is HoldState.EXPIRED
    await box.clean()


async def test_what_nobody_in_the_line_can_use_is_sold_to_all(box: Box) -> None:
    baskets = [await box.standing(3), await box.standing(2)]
    waiter = await join(box, ADA, 3)
    await box.own.holds.release(box.token(baskets[1]))
    await box.standing(1)
    await box.own.holds.release(box.token(baskets[0]))
    with pytest.raises(SoldOut):
        await box.standing(2)
    await box.own.waiting.sweep()
    assert await state(box, waiter) is WaitingState.OFFERED
    assert await box.left(box.room) == 1


async def test_who_takes_fewer_is_offered_what_there_is(box: Box) -> None:
    baskets = [await box.standing(3), await box.standing(2)]
    first, second = await join(box, ADA, 4), await join(box, BEN, 4, fewer=True)
    await box.own.holds.release(box.token(baskets[1]))
    await box.own.waiting.sweep()
    assert await state(box, first) is WaitingState.WAITING
    assert len((await box.own.holds.mine(BEN))[0].lines) == 2
    assert await state(box, second) is WaitingState.OFFERED


async def test_an_offer_that_is_over_passes_to_the_next(box: Box) -> None:
    full = await box.standing(5)
    first, second = await join(box, ADA, 5), await join(box, BEN, 5)
    await box.own.holds.release(box.token(full))
    await box.own.waiting.sweep()
    (offer,) = await box.own.holds.mine(ADA)
    box.clock.advance(12 * 3600)
    with pytest.raises(HoldOver):
        await box.order(offer, who=ADA)
    await box.own.waiting.sweep()
    assert [await state(box, one) for one in (first, second)] == [WaitingState.LAPSED, WaitingState.OFFERED]
    await box.clean()
    again = await join(box, ADA)
    assert (again.id != first.id, (await place(box, again)).before) == (True, 0)


async def test_who_leaves_gives_back_what_was_offered(box: Box) -> None:
    full = await box.standing(5)
    first, second = await join(box, ADA, 5), await join(box, BEN, 5)
    await box.own.holds.release(box.token(full))
    await box.own.waiting.sweep()
    await leave(box, first)
    await leave(box, first)
    await box.own.waiting.sweep()
    assert [await state(box, one) for one in (first, second)] == [WaitingState.LEFT, WaitingState.OFFERED]
    await box.order((await box.own.holds.mine(BEN))[0], Method.TRANSFER, BEN)
    with pytest.raises(Conflict, match="being paid"):
        await leave(box, second)
    await box.clean()


async def test_a_guest_stands_in_line_from_when_they_confirm_on(box: Box) -> None:
    await box.standing(5)
    eve = await join(box, GUEST, email="Eve@example.org")
    ada = await join(box, ADA)
    token = box.own.waiting.token(eve.id)
    assert (await join(box, GUEST, email="eve@EXAMPLE.org")).id == eve.id
    box.clock.advance(1)
    await box.own.waiting.confirm(token)
    await box.own.waiting.confirm(token)
    assert [(await place(box, one)).before for one in (ada, eve)] == [0, 1]
    late = await join(box, GUEST, email="late@example.org")
    box.clock.advance(2 * 24 * 3600)
    await box.own.waiting.sweep()
    assert await state(box, late) is WaitingState.LAPSED


async def test_a_guests_offer_counts_to_their_share_and_is_bought_by_its_link(box: Box) -> None:
    await box.own.performances.edit(
        OWNER, box.night.id, PerformanceChanges(frozenset({"most_per_person"}), most_per_person=2)
    )
    buyer = buyer_of("Eve", "eve@example.org", "en")
    await box.order(await box.standing(1), Method.TRANSFER, buyer=buyer)
    full = [await box.standing(2), await box.standing(2)]
    eve = await join(box, GUEST, 2, email="eve@example.org", fewer=True)
    await box.own.waiting.confirm(box.own.waiting.token(eve.id))
    await box.own.holds.release(box.token(full[0]))
    await box.own.waiting.sweep()
    offer = await place(box, eve)
    assert offer.waiter.hold_id is not None
    basket = await box.own.holds.show(box.own.holds.token(offer.waiter.hold_id))
    assert len(basket.lines) == 1
    await box.order(basket, Method.TRANSFER, buyer=buyer)
    assert await box.left(box.room) == 1
    await box.clean()


async def test_seats_are_offered_side_by_side(box: Box) -> None:
    rows = [await box.take(Wish(box.seats.id, 10)) for _ in range(2)]
    waiter = await join(box, ADA, 3, seats=True)
    await box.own.holds.release(box.token(rows[1]))
    await box.own.waiting.sweep()
    assert await state(box, waiter) is WaitingState.OFFERED
    places = [one.seat.place for one in (await box.own.holds.mine(ADA))[0].lines if one.seat is not None]
    assert max(places) - min(places) == 2
    await box.clean()


async def test_nobody_waits_for_what_there_is(box: Box) -> None:
    with pytest.raises(NotSoldOut):
        await join(box)
    await box.standing(4)
    with pytest.raises(NotSoldOut):
        await join(box)
    await box.standing(1)
    await join(box)


@pytest.mark.parametrize("wrong", [{"count": 21}, {"who": GUEST}, {"who": GUEST, "email": "nothing"}])
async def test_what_can_not_be_waited_for_is_refused(box: Box, wrong: Any) -> None:
    await box.standing(5)
    with pytest.raises(InvalidInput):
        await join(box, **wrong)


async def test_nobody_waits_for_what_is_not_sold_or_hidden(box: Box) -> None:
    await box.standing(5)
    hidden = ItemChanges(frozenset({"hidden"}), hidden=True)
    await box.own.performances.edit_item(OWNER, box.night.id, box.room.id, hidden)
    with pytest.raises(InvalidInput):
        await join(box)
    await box.own.performances.move(OWNER, box.night.id, PerformanceState.CLOSED)
    with pytest.raises(NotOnSale):
        await join(box)


async def test_a_line_ends_with_the_sale(box: Box) -> None:
    await box.standing(5)
    waiter = await join(box)
    box.clock.advance(27 * 3600)
    await box.own.waiting.sweep()
    assert await state(box, waiter) is WaitingState.LAPSED


async def test_a_code_goes_with_an_offer(box: Box) -> None:
    changes = CodeChanges(frozenset({"percent_bp"}), code="SPRING", percent_bp=5000)
    await box.own.codes.create(OWNER, box.night.event_id, changes)
    full = await box.standing(5)
    waiter = await join(box)
    await box.own.holds.release(box.token(full))
    await box.own.waiting.sweep()
    (offer,) = await box.own.holds.mine(ADA)
    cheaper = await box.own.holds.recode(ADA, box.token(offer), "SPRING")
    assert (await place(box, waiter)).waiter.hold_id == cheaper.hold.id
    await box.bought(cheaper, who=ADA)
    await box.own.waiting.sweep()
    assert await state(box, waiter) is WaitingState.TAKEN
    await box.clean()


async def test_many_who_wait_and_many_who_buy_get_no_more_than_there_is(box: Box) -> None:
    full = await box.standing(5)
    waiters = [await join(box, person(f"p{n}"), 2) for n in range(4)]
    await asyncio.gather(
        box.own.holds.release(box.token(full)),
        *(box.standing(1) for _ in range(8)),
        *(box.own.waiting.sweep() for _ in range(3)),
        return_exceptions=True,
    )
    await box.own.waiting.sweep()
    states = [await state(box, one) for one in waiters]
    assert states == [WaitingState.OFFERED] * 2 + [WaitingState.WAITING] * 2
    assert await box.used() <= 5
    await box.clean()


async def test_entries_are_counted_by_where_they_come_from(box: Box) -> None:
    await box.standing(5)
    for number in range(10):
        await join(box, GUEST, email=f"{number}@example.org")
    with pytest.raises(RateLimited):
        await join(box, GUEST, email="more@example.org")
    await join(box, ADA)


async def test_who_waits_is_for_those_who_see_orders(box: Box) -> None:
    await box.standing(5)
    await join(box, GUEST, email="eve@example.org")
    page = await box.own.waiting.of_performance(SELLER, box.night.id, None, 10)
    assert [(one.email, one.state) for one in page.items] == [("eve@example.org", WaitingState.UNCONFIRMED)]
    for who in (DOOR, ADA):
        with pytest.raises((Forbidden, NotFound)):
            await box.own.waiting.of_performance(who, box.night.id, None, 10)
    with pytest.raises(NotFound):
        await box.own.waiting.show("forged")


class Mails:
    def __init__(self) -> None:
        self.sent: list[tuple[str, str, str]] = []

    def send(self, tx: Transaction, *, to: str, template: str, **rest: Any) -> None:
        self.sent.append((to, template, rest["context"]["when"]))


class Nobody:
    def addressee(self, tx: Transaction, person_id: str, /) -> None:
        return None


async def test_mails_ask_to_confirm_and_tell_of_an_offer_once(box: Box) -> None:
    mails = Mails()
    post = WaitingPost(box.db, mails, Nobody(), Languages("en"), box.own.waiting, "https://venue.example")
    full = await box.standing(5)
    eve = await join(box, GUEST, email="eve@example.org")
    await join(box, ADA)
    await post.sweep()
    await box.own.waiting.confirm(box.own.waiting.token(eve.id))
    await box.own.holds.release(box.token(full))
    for _ in range(2):
        await post.sweep()
    until = "Mon 16 Jun 2025 05:06 (Vienna)"
    assert mails.sent == [("eve@example.org", "waiting_confirm", ""), ("eve@example.org", "waiting_offer", until)]
