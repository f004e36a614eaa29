from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial

import pytest

from novacast.accounts.ports import Subject
from novacast.clock import DAY, HOUR, SECOND
from novacast.database import IntegrityError, Query
from novacast.errors import Forbidden, InvalidInput, NotFound, Unauthenticated
from novacast.folder import DataFolder
from novacast.identity import ANONYMOUS
from novacast.money import Disputed
from novacast.payments.ledger import store as ledger
from novacast.tickets.holds.models import NotOnSale
from novacast.tickets.models import OrderState
from novacast.tickets.orders.models import Method
from novacast.tickets.rentals.models import HadAlready, OfferKind, Price, Terms
from tests.tickets.box import ADA, ADA_AS_BUYER, BEN, GUEST, ORG, OUTSIDER, OWNER, PRODUCER, SELLER, Box
from tests.tickets.posting import posting, said
from tests.tickets.rentals.shop import FILM, FOREIGN, PERSON, TERMS, TRAILER, Shop, open_shop, run

BUY, RENT = OfferKind.BUY, OfferKind.RENT


@pytest.fixture
async def shop(box: Box) -> AsyncIterator[Shop]:
    for name in ("ada", "ben"):
        await box.db.write(partial(run, PERSON.format(name=name)))
    yield await open_shop(box)
    await box.clean()


async def test_what_is_bought_opens_until_it_is_given_back(shop: Shop) -> None:
    assert not await shop.opens()
    receipt = await shop.order(BUY)
    assert not await shop.opens(), "not before it is paid"
    await shop.box.decide(receipt)
    assert await shop.opens()
    assert not await shop.opens(BEN)
    await shop.play()
    shop.box.clock.advance(3000 * DAY / SECOND)
    assert await shop.opens()
    await shop.box.own.orders.cancel(SELLER, ORG, receipt.order.id, "")
    assert not await shop.opens()
    assert await shop.rights.mine(ADA) == []


async def test_the_hours_of_a_rental_run_from_the_first_play(shop: Shop) -> None:
    await shop.bought(RENT)
    shop.box.clock.advance(29 * 86_400)
    assert await shop.opens()
    await shop.play()
    shop.box.clock.advance(47 * 3600)
    await shop.play()
    assert await shop.opens(), "a second play changes nothing"
    (right,) = await shop.rights.mine(ADA)
    assert right.ends_at is not None
    assert right.began_at is not None
    assert right.ends_at - right.began_at == 48 * HOUR
    shop.box.clock.advance(3600)
    assert not await shop.opens()
    assert await shop.rights.sweep() == 1
    assert await shop.rights.sweep() == 0
    assert [one.payload for one in await shop.box.facts("media.tickets_changed")][-1] == {"person_id": "ada"}
    assert len(await shop.box.facts("rental.ended")) == 1
    await shop.bought(RENT)
    assert await shop.opens(), "what has run out may be rented again"


async def test_a_rental_that_nobody_begins_runs_out(shop: Shop) -> None:
    await shop.bought(RENT)
    shop.box.clock.advance(30 * 86_400)
    assert not await shop.opens()
    await shop.play()
    assert not await shop.opens()
    with pytest.raises(NotFound):
        await shop.rights.begin(ADA, FILM)


async def test_a_clock_that_runs_never_starts_again(shop: Shop) -> None:
    await shop.bought(RENT)
    await shop.play()
    for change in ("UPDATE rental_clocks SET ends_at = ends_at + 1", "DELETE FROM rental_clocks"):
        with pytest.raises(IntegrityError):
            await shop.box.db.write(partial(run, change))


async def test_who_owns_it_uses_up_no_rental(shop: Shop) -> None:
    await shop.bought(RENT)
    await shop.bought(BUY)
    await shop.play()
    assert all(one.began_at is None for one in await shop.rights.mine(ADA))
    with pytest.raises(HadAlready):
        await shop.order(RENT)


async def test_a_second_click_gets_the_same_order(shop: Shop) -> None:
    first, second = await shop.order(BUY), await shop.order(BUY)
    assert first.order.id == second.order.id
    await shop.box.decide(first)
    with pytest.raises(HadAlready):
        await shop.order(BUY)
    assert len(await shop.box.facts("order.placed")) == 1


async def test_orders_keep_the_price_that_they_were_made_at(shop: Shop) -> None:
    receipt = await shop.order(BUY)
    await shop.own.sales.decide(OWNER, FILM, replace(TERMS, buy=Price(2000, 2000)))
    assert (await shop.box.decide(receipt)).order.total == 1200
    assert await shop.opens()


async def test_a_right_means_what_was_bought_whatever_is_offered_now(shop: Shop) -> None:
    await shop.bought(RENT)
    await shop.own.sales.decide(OWNER, FILM, replace(TERMS, rent=Price(300, 0, hours=2, days=1)))
    assert {one.hours for one in await shop.rights.mine(ADA)} == {48}
    sold = await shop.own.sales.sold(FILM)
    assert sold is not None
    assert [(one.price, one.hours) for one in sold.offers] == [(1200, None), (300, 2)]
    await shop.own.sales.decide(OWNER, FILM, Terms("USD", Price(999)))
    assert await shop.opens(), "another currency is another shelf, and the first keeps what it sold"
    await shop.own.sales.decide(OWNER, FILM, Terms("USD"))
    assert await shop.own.sales.sold(FILM) is None


async def test_what_is_not_offered_any_more_is_not_sold(shop: Shop) -> None:
    old = await shop.offer(BUY)
    await shop.own.sales.decide(OWNER, FILM, replace(TERMS, buy=None))
    with pytest.raises(NotOnSale):
        await shop.own.sales.order(ADA, FILM, old, ADA_AS_BUYER, Method.SANDBOX)
    with pytest.raises(NotFound):
        await shop.own.sales.order(ADA, FILM, "no-such", ADA_AS_BUYER, Method.SANDBOX)
    with pytest.raises(Unauthenticated):
        await shop.own.sales.order(GUEST, FILM, old, ADA_AS_BUYER, Method.SANDBOX)


async def test_only_those_who_arrange_put_videos_up_for_sale(shop: Shop) -> None:
    for who, error in ((PRODUCER, Forbidden), (SELLER, Forbidden), (OUTSIDER, NotFound), (ANONYMOUS, NotFound)):
        with pytest.raises(error):
            await shop.own.sales.decide(who, FILM, TERMS)
    for wrong in (Terms("XXQ"), replace(TERMS, buy=Price(0)), replace(TERMS, rent=Price(100))):
        with pytest.raises(InvalidInput):
            await shop.own.sales.decide(OWNER, FILM, wrong)
    assert (await shop.own.sales.decide(OWNER, FILM, replace(TERMS, trailer=TRAILER))).trailer == TRAILER
    for other in (FILM, FOREIGN):
        with pytest.raises(NotFound):
            await shop.own.sales.decide(OWNER, FILM, replace(TERMS, trailer=other))


async def test_the_house_sees_no_evening_where_a_video_is_sold(shop: Shop) -> None:
    page = await shop.box.own.events.of_org(OWNER, ORG, None, 10)
    assert [one.title for one in page.items] == ["Hamlet"]
    assert (await shop.box.own.events.published(None, 10)).items == page.items
    assert len(await shop.box.own.events.at_doors(OWNER, shop.box.clock.now())) == 1
    sold = await shop.own.sales.sold(FILM)
    assert sold is not None
    with pytest.raises(NotFound):
        await shop.box.own.performances.show(ADA, sold.offers[0].perf_id)


async def paid_late(shop: Shop, kind: OfferKind) -> str:
    """By a transfer that comes after the order was called off; its id."""
    receipt = await shop.order(kind, method=Method.TRANSFER)
    own, order_id = shop.box.own, receipt.order.id
    await own.closing.close(order_id)
    late = await own.orders.mark_paid(SELLER, ORG, order_id, None)
    assert late.order.state is OrderState.PAID_UNFULFILLABLE
    return order_id


async def given_back(shop: Shop, order_id: str, folder: DataFolder) -> None:
    """All of it, by itself, and the buyer is told."""
    own = shop.box.own
    await own.late.sweep()
    await own.refunds.sweep()
    order = (await own.orders.known(SELLER, ORG, order_id)).order
    assert sum(one.amount for one in await own.refunds.of_order(order_id)) == order.total
    assert not await shop.opens()
    async with posting(shop.box, folder) as posted:
        told = [one for one in await posted.mails() if "get back" in said(one)]
        assert [str(one["Subject"]).endswith("The Seagull") for one in told] == [True]


async def test_a_payment_that_comes_late_opens_what_is_still_offered_as_it_was(shop: Shop) -> None:
    await paid_late(shop, BUY)
    await shop.box.own.late.sweep()
    assert await shop.opens()


async def test_what_is_paid_twice_in_two_windows_goes_back_once(shop: Shop) -> None:
    first, second = await shop.order(BUY), await shop.order(BUY, method=Method.TRANSFER)
    await shop.box.decide(first)
    shop.box.clock.advance(1)
    await shop.box.own.orders.mark_paid(SELLER, ORG, second.order.id, None)
    for _ in range(2):
        await shop.hear()
    assert (await shop.box.own.orders.known(SELLER, ORG, first.order.id)).order.state is OrderState.PAID
    assert [one.amount for one in await shop.box.own.refunds.of_order(second.order.id)] == [1200]
    assert await shop.opens()


async def test_a_late_payment_for_what_is_theirs_by_now_goes_back(shop: Shop) -> None:
    order_id = await paid_late(shop, BUY)
    await shop.bought(BUY)
    await shop.box.own.late.sweep()
    assert [one.amount for one in await shop.box.own.refunds.of_order(order_id)] == [1200]


async def test_a_payment_that_comes_after_the_price_changed_goes_back_and_that_is_said(
    shop: Shop, folder: DataFolder
) -> None:
    order_id = await paid_late(shop, BUY)
    await shop.own.sales.decide(OWNER, FILM, replace(TERMS, buy=Price(1500, 2000)))
    await given_back(shop, order_id, folder)


async def test_a_payment_for_a_video_that_is_deleted_goes_back_and_that_is_said(shop: Shop, folder: DataFolder) -> None:
    order_id = await paid_late(shop, RENT)
    await shop.delete()
    await given_back(shop, order_id, folder)


async def test_a_payment_that_was_under_way_when_the_video_was_deleted_goes_back(
    shop: Shop, folder: DataFolder
) -> None:
    receipt = await shop.order(BUY)
    await shop.delete()
    await shop.box.decide(receipt)
    await shop.hear()
    await given_back(shop, receipt.order.id, folder)


async def test_nobody_is_to_pay_for_a_video_that_is_deleted(shop: Shop) -> None:
    receipt, offer = await shop.order(BUY), await shop.offer(BUY)
    await shop.delete()
    await shop.box.own.closing.sweep()
    token = shop.box.own.orders.token(receipt.order.id)
    assert (await shop.box.own.orders.show(token)).order.state is OrderState.EXPIRED
    with pytest.raises(NotFound):
        await shop.own.sales.order(ADA, FILM, offer, ADA_AS_BUYER, Method.SANDBOX)


async def test_rentals_of_a_deleted_video_are_paid_back_unless_they_have_run_out(
    shop: Shop, folder: DataFolder
) -> None:
    running, kept = await shop.bought(RENT), await shop.bought(BUY, BEN)
    await shop.delete()
    await given_back(shop, running.order.id, folder)
    assert (await shop.box.own.orders.known(SELLER, ORG, kept.order.id)).order.state is OrderState.PAID
    assert [one.payload for one in await shop.box.facts("video.withdrawn")] == [{"orders": 2}]
    await shop.hear()
    assert len(await shop.box.facts("order.cancelled")) == 1


async def test_what_is_sold_is_earned_as_it_is_paid(shop: Shop) -> None:
    await shop.bought(RENT)
    await shop.box.own.accounting.sweep()
    balances = {one.account: one.amount for one in await shop.box.db.all(ledger.balances(ORG, test=True)) if one.amount}
    assert balances == {"clearing:sandbox": 450, "revenue:2000": -375, "tax:2000": -75}


async def test_the_mail_says_where_to_watch_and_has_no_ticket(shop: Shop, folder: DataFolder) -> None:
    await shop.bought(RENT)
    async with posting(shop.box, folder) as posted:
        (mail,) = await posted.mails()
    assert f"/watch/{FILM}" in said(mail)
    assert "Rental, 48 hours" in said(mail)
    assert list(mail.iter_attachments()) == []


async def test_a_dispute_shuts_out(shop: Shop) -> None:
    receipt = await shop.bought(BUY)
    payment = receipt.attempts[-1].reference or ""
    told = Disputed("", payment, "dp_1", "open", 1200, "EUR", "fraudulent")
    assert await shop.box.own.disputes.heard("sandbox", told)
    assert not await shop.opens()


async def test_the_personal_export_has_them_and_erasure_takes_the_name_away(shop: Shop) -> None:
    await shop.bought(RENT)
    exported = await shop.box.own.personal.export(Subject("ada", "ada@example.org"))
    assert exported["orders"][0]["total"] == 450
    assert exported["videos"][0]["video"] == FILM
    await shop.box.db.write(lambda tx: shop.box.own.personal.erase(tx, Subject("ada", "ada@example.org")))
    assert await shop.box.db.one(Query("SELECT count(*) FROM tickets WHERE person_id = 'ada'", (), lambda r: r[0])) == 0
