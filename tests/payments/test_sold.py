"""Videos that are paid by card at the stand-in: once, whatever is clicked, and given back to the cent."""

import asyncio

import pytest

from novacast.tickets.models import OrderState
from novacast.tickets.orders.models import Method
from novacast.tickets.rentals.models import OfferKind
from tests.fakes.stripe.money import SUCCESS
from tests.payments.paying import House
from tests.tickets.box import ADA, ORG, SELLER
from tests.tickets.rentals.shop import Shop, open_shop


@pytest.fixture
async def shop(house: House) -> Shop:
    return await open_shop(house.box)


async def test_clicks_and_returns_at_once_are_one_page_one_payment_and_one_right(house: House, shop: Shop) -> None:
    receipts = await asyncio.gather(*(shop.order(OfferKind.RENT, method=Method.CARD) for _ in range(4)))
    assert len({one.order.id for one in receipts}) == 1
    token = house.token(receipts[0])
    pages = await asyncio.gather(*(house.box.own.orders.pay(token) for _ in range(4)))
    assert len({one.attempts[-1].reference for one in pages if one.attempts[-1].reference}) == 1
    house.standin.checkout.pay(house.page(await house.box.own.orders.show(token))["id"], SUCCESS)
    await asyncio.gather(*(house.box.own.orders.look_after(token) for _ in range(4)))
    assert await shop.opens()
    assert len(await shop.rights.mine(ADA)) == 1
    assert house.standin.money.balance("eur") == 450
    await house.box.own.orders.cancel(SELLER, ORG, receipts[0].order.id, "")
    await house.box.own.refunds.sweep()
    assert house.standin.money.balance("eur") == 0
    assert not await shop.opens()
    await house.box.clean()


async def test_a_page_that_is_paid_while_the_video_is_deleted_is_given_back(house: House, shop: Shop) -> None:
    token, page = await house.begun(await shop.order(OfferKind.BUY, method=Method.CARD))
    house.standin.checkout.pay(page["id"], SUCCESS)
    await shop.delete()
    await house.box.own.closing.sweep()
    await shop.hear()
    for _ in range(2):
        await house.box.own.refunds.sweep()
    assert await house.state(token) is OrderState.CANCELLED
    assert house.standin.money.balance("eur") == 0
    await house.box.clean()


async def test_a_page_that_nobody_paid_is_ended_with_the_video(house: House, shop: Shop) -> None:
    token, page = await house.begun(await shop.order(OfferKind.BUY, method=Method.CARD))
    await shop.delete()
    await house.box.own.closing.sweep()
    assert await house.state(token) is OrderState.EXPIRED
    assert house.standin.account.get("checkout.session", page["id"])["status"] == "expired"
    await house.box.clean()
