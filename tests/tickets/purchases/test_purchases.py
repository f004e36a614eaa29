"""Several things are bought by one payment: all of them or none, and each by itself from then on."""

import string

import pytest

from novacast import outbox
from novacast.clock import DAY
from novacast.database import Query
from novacast.errors import Forbidden, InvalidInput, Unauthenticated
from novacast.tickets.events.items.models import ItemChanges
from novacast.tickets.holds.models import HoldOver, Wish
from novacast.tickets.models import OrderState
from novacast.tickets.orders.models import Method, Unpayable, buyer_of
from novacast.tickets.purchases import store
from novacast.tickets.purchases.models import FilmWish, PurchaseState, Wanted
from tests.tickets.box import ADA, ADA_AS_BUYER, BEN, GUEST, OWNER, PRODUCER, SELLER, Box
from tests.tickets.purchases.bundle import RENT, SEAT, STANDING, Bundle, open_bundle
from tests.tickets.rentals.shop import FILM

ALL = SEAT + STANDING + RENT
PAID, EXPIRED, WAITS = OrderState.PAID, OrderState.EXPIRED, OrderState.AWAITING_PAYMENT


@pytest.fixture
async def bundle(box: Box) -> Bundle:
    return await open_bundle(box)


def _count(table: str) -> Query[int]:
    return Query(f"SELECT count(*) FROM {table}", (), lambda row: int(row[0]))


async def test_seats_of_two_evenings_and_a_film_are_paid_by_one_payment(bundle: Bundle) -> None:
    token, made = await bundle.order()
    assert made.state is PurchaseState.OPEN
    assert made.purchase.total == ALL
    after = await bundle.purchases.decide(token, paid=True)
    assert after.state is PurchaseState.PAID
    assert [len(one.tickets) for one in after.receipts] == [1, 1, 1]
    assert [one.attempts[-1].captured for one in after.receipts] == [SEAT, STANDING, RENT]
    assert await bundle.box.db.one(_count("sandbox_payments")) == 1
    assert await bundle.shop.opens()
    await bundle.box.clean()


async def test_what_is_refused_there_is_refused_for_all_and_tried_again_together(bundle: Bundle) -> None:
    token, _ = await bundle.order()
    await bundle.purchases.decide(token, paid=False)
    assert await bundle.states(token) == [WAITS, WAITS, WAITS]
    after = await bundle.purchases.decide(token, paid=True)
    assert after.state is PurchaseState.PAID
    assert [one.number for one in await bundle.box.db.all(store.joints(after.purchase.id))] == [1, 2]
    await bundle.box.clean()


async def test_all_of_it_is_ordered_or_nothing(bundle: Bundle) -> None:
    wanted = await bundle.wanted()
    await bundle.box.own.holds.release(wanted.holds[1])
    with pytest.raises(HoldOver):
        await bundle.order(wanted=wanted)
    assert await bundle.box.db.one(_count("orders")) == 0
    assert (await bundle.box.own.holds.show(wanted.holds[0])).hold.state == "active"


async def test_the_same_wish_is_the_same_purchase(bundle: Bundle) -> None:
    wanted = await bundle.wanted()
    first, _ = await bundle.order(wanted=wanted)
    second, _ = await bundle.order(wanted=wanted)
    assert first == second
    await bundle.purchases.decide(first, paid=True)
    assert (await bundle.order(wanted=wanted))[0] == first


async def test_a_film_is_ordered_once_while_it_waits_and_again_once_that_is_over(bundle: Bundle) -> None:
    films = Wanted(films=(await bundle.wanted()).films)
    first, _ = await bundle.order(wanted=films)
    assert (await bundle.order(wanted=films))[0] == first
    await bundle.purchases.give_up(first)
    assert (await bundle.order(wanted=films))[0] != first


async def test_who_gives_up_one_gives_up_all_and_everything_is_free(bundle: Bundle) -> None:
    token, made = await bundle.order()
    await bundle.purchases.pay(token)
    one = made.receipts[1].order
    await bundle.box.own.orders.cancel(OWNER, one.org_id, one.id, "")
    assert await bundle.states(token) == [EXPIRED, EXPIRED, EXPIRED]
    assert (await bundle.purchases.show(token)).state is PurchaseState.OVER
    with pytest.raises(Unpayable):
        await bundle.purchases.pay(token)
    await bundle.box.clean()


async def test_what_nobody_pays_is_closed_together_when_its_time_is_over(bundle: Bundle) -> None:
    token, _ = await bundle.order()
    await bundle.purchases.pay(token)
    bundle.box.clock.advance(3600)
    await bundle.box.own.closing.sweep()
    assert await bundle.states(token) == [EXPIRED, EXPIRED, EXPIRED]


async def test_a_payment_that_nobody_came_back_from_is_found_for_all(bundle: Bundle) -> None:
    token, _ = await bundle.order()
    begun = await bundle.purchases.pay(token)
    assert bundle.box.own.sandbox is not None
    await bundle.box.own.sandbox.decide(begun.receipts[0].attempts[-1].key, paid=True)
    bundle.box.clock.advance(120)
    await bundle.box.own.closing.sweep()
    assert await bundle.states(token) == [PAID, PAID, PAID]


async def test_one_ticket_is_given_back_and_the_rest_stays(bundle: Bundle) -> None:
    token, _ = await bundle.order()
    first = (await bundle.purchases.decide(token, paid=True)).receipts[0].order
    await bundle.box.own.orders.cancel(OWNER, first.org_id, first.id, "")
    await bundle.box.own.refunds.sweep()
    after = await bundle.purchases.show(token)
    assert [one.attempts[-1].refunded for one in after.receipts] == [SEAT, 0, 0]
    assert after.state is PurchaseState.PAID
    await bundle.box.clean()


async def test_money_that_came_late_gives_what_is_left_and_goes_back_for_the_rest(bundle: Bundle) -> None:
    token, made = await bundle.order(Method.TRANSFER, await bundle.wanted(films=False))
    await bundle.purchases.give_up(token)
    others = buyer_of("Ben", "ben@example.org", "en")
    ten = await bundle.box.own.holds.take(BEN, bundle.matinee.id, [Wish(bundle.place.id, 10)])
    await bundle.box.order(ten, who=BEN, buyer=others)
    await bundle.box.own.orders.mark_paid(SELLER, made.purchase.org_id, made.receipts[0].order.id, None)
    unfulfillable = OrderState.PAID_UNFULFILLABLE
    assert await bundle.states(token) == [unfulfillable, unfulfillable]
    await bundle.box.own.late.sweep()
    assert await bundle.states(token) == [PAID, unfulfillable]
    assert (await bundle.purchases.show(token)).state is PurchaseState.PARTLY
    back = await bundle.box.own.refunds.of_order(made.receipts[1].order.id)
    assert [one.amount for one in back] == [STANDING]
    await bundle.box.clean()


async def test_what_cost_nothing_and_is_gone_when_the_money_comes_late_is_told_once(bundle: Bundle) -> None:
    own, free = bundle.box.own, ItemChanges(frozenset({"price"}), price=0)
    await own.performances.edit_item(OWNER, bundle.matinee.id, bundle.place.id, free)
    token, made = await bundle.order(Method.TRANSFER, await bundle.wanted(films=False))
    await bundle.purchases.give_up(token)
    ten = own.holds.token((await own.holds.take(BEN, bundle.matinee.id, [Wish(bundle.place.id, 10)])).hold.id)
    await own.orders.place(BEN, ten, buyer_of("Ben", "ben@example.org", "en"), Method.FREE)
    await own.orders.mark_paid(SELLER, made.purchase.org_id, made.receipts[0].order.id, None)
    for _sweep in range(3):
        await own.late.sweep()
    assert await bundle.states(token) == [PAID, OrderState.REFUNDED]
    facts = await bundle.box.db.all(outbox.after(0, 10_000))
    assert [one.topic for one in facts].count("order.returned") == 1
    await bundle.box.clean()


async def test_one_transfer_pays_all_and_a_wrong_one_pays_nothing(bundle: Bundle) -> None:
    token, made = await bundle.order(Method.TRANSFER)
    one = made.receipts[1].order
    await bundle.box.own.orders.mark_paid(SELLER, one.org_id, one.id, STANDING)
    after = await bundle.purchases.show(token)
    assert await bundle.states(token) == [WAITS, WAITS, WAITS]
    assert all(one.attempts[-1].mismatch for one in after.receipts)
    await bundle.box.own.orders.mark_paid(SELLER, one.org_id, one.id, ALL)
    assert await bundle.states(token) == [PAID, PAID, PAID]
    await bundle.box.clean()


async def test_orders_of_a_transfer_are_due_together(bundle: Bundle) -> None:
    _, made = await bundle.order(Method.TRANSFER)
    dues = {one.order.due_at for one in made.receipts}
    assert dues == {made.due_at}
    assert made.due_at is not None
    assert made.due_at <= bundle.box.night.starts_at < bundle.box.clock.now() + 2 * DAY


async def test_what_costs_nothing_is_had_at_once(bundle: Bundle) -> None:
    own = bundle.box.own
    with pytest.raises(Unpayable):
        await bundle.order(Method.FREE, await bundle.wanted())
    assert await bundle.box.db.one(_count("orders")) == 0
    changes = ItemChanges(frozenset({"price"}), price=0)
    await own.performances.edit_item(OWNER, bundle.matinee.id, bundle.place.id, changes)
    await own.performances.edit_item(OWNER, bundle.box.night.id, bundle.box.room.id, changes)
    held = [
        await own.holds.take(ADA, perf, [Wish(item, 1)])
        for perf, item in ((bundle.matinee.id, bundle.place.id), (bundle.box.night.id, bundle.box.room.id))
    ]
    _, made = await bundle.order(Method.FREE, Wanted([own.holds.token(one.hold.id) for one in held]))
    assert made.state is PurchaseState.PAID
    assert [len(one.tickets) for one in made.receipts] == [1, 1]


async def test_what_costs_nothing_waits_for_what_it_is_bought_with(bundle: Bundle) -> None:
    own = bundle.box.own
    changes = ItemChanges(frozenset({"price"}), price=0)
    await own.performances.edit_item(OWNER, bundle.matinee.id, bundle.place.id, changes)
    token, made = await bundle.order(wanted=await bundle.wanted(films=False))
    assert [one.order.total for one in made.receipts] == [SEAT, 0]
    await bundle.purchases.decide(token, paid=True)
    assert await bundle.states(token) == [PAID, PAID]
    await bundle.box.clean()


async def test_only_what_is_of_one_house_and_asked_for_once_is_bought_together(bundle: Bundle) -> None:
    holds = (await bundle.wanted()).holds
    with pytest.raises(InvalidInput):
        await bundle.order(wanted=Wanted((*holds, holds[0])))
    with pytest.raises(InvalidInput):
        await bundle.order(wanted=Wanted())
    with pytest.raises(Unauthenticated):
        await bundle.purchases.place(GUEST, Wanted(films=(FilmWish(FILM, "x"),)), ADA_AS_BUYER, Method.SANDBOX)


async def test_a_token_that_is_written_in_another_way_is_the_same_basket(bundle: Bundle) -> None:
    holds = bundle.box.own.holds
    first, _ = (await bundle.wanted(films=False)).holds
    letters = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
    other = first[:-1] + letters[letters.index(first[-1]) ^ 1]  # bits behind the last byte
    assert holds.id_of(other) == holds.id_of(first)
    with pytest.raises(InvalidInput):
        await bundle.order(wanted=Wanted([first, other]))


async def test_a_guest_buys_for_two_evenings(bundle: Bundle) -> None:
    token, made = await bundle.order(wanted=await bundle.wanted(films=False, who=GUEST), who=GUEST)
    assert made.purchase.person_id is None
    assert (await bundle.purchases.decide(token, paid=True)).state is PurchaseState.PAID


async def test_the_house_finds_it_by_its_code_and_lists_it(bundle: Bundle) -> None:
    _, made = await bundle.order()
    ids = [one.order.id for one in made.receipts]
    for name in (made.purchase.code.lower(), (await bundle.box.db.all(store.joints(made.purchase.id)))[0].key):
        assert (await bundle.box.own.payments.order(OWNER, name)).id in ids
    page = await bundle.purchases.of_org(OWNER, made.purchase.org_id, None, 10)
    assert [one.id for one in page.items] == [made.purchase.id]
    known = await bundle.purchases.known(OWNER, made.purchase.org_id, made.purchase.id)
    assert [one.order.id for one in known.receipts] == ids
    with pytest.raises(Forbidden):
        await bundle.purchases.of_org(PRODUCER, made.purchase.org_id, None, 10)


async def test_an_order_knows_what_it_was_bought_with(bundle: Bundle) -> None:
    _, made = await bundle.order()
    first = made.receipts[0].order
    assert await bundle.purchases.of_order(first.id) == made.purchase.id
    assert [one.id for one in await bundle.box.db.all(store.beside(first.id))] == [
        one.order.id for one in made.receipts[1:]
    ]
