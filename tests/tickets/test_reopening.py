"""After a restore nothing is sold until every payment since the backup is accounted for."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from novacast.clock import SECOND
from novacast.database import Database, snapshots
from novacast.folder import DataFolder
from novacast.settings import Stripe
from novacast.tables import GUARDS
from novacast.tickets.holds.models import NotOnSale, Wish
from novacast.tickets.models import OrderState
from novacast.tickets.orders.models import Method
from novacast.tickets.reopening import store
from novacast.tickets.reopening.models import Reason
from novacast_admin.stripe_stand_in.faults import Fault
from novacast_admin.stripe_stand_in.money import SUCCESS
from novacast_admin.stripe_stand_in.server import standing_in
from tests.fakes.clock import FakeClock
from tests.payments.paying import House, open_house, put_together, settings_of
from tests.tickets.box import ADA_AS_BUYER, SELLER, Box


@pytest.fixture
async def house(folder: DataFolder, clock: FakeClock) -> AsyncIterator[House]:
    async with open_house(folder.database, clock) as opened:
        yield opened


def backed_up(house: House, tmp_path: Path) -> Path:
    copy = tmp_path / "copy.db"
    snapshots.copy(house.box.db.path, copy)
    return copy


@asynccontextmanager
async def restored(house: House, copy: Path) -> AsyncIterator[House]:
    """The house as `novacast restore` leaves it, started; Stripe remembers what it remembers."""
    since = house.box.clock.now()
    house.box.clock.advance(3600)
    db = await Database.open(copy, house.box.clock, readers=2, guards=GUARDS)
    await db.write(lambda tx: store.close(tx, Reason.RESTORED, since))
    own, payments = put_together(db, house.box.clock, house.settings)
    await own.begin()
    try:
        yield House(replace(house.box, db=db, own=own), house.standin, payments, house.settings)
    finally:
        await payments.close()
        await db.close()


async def sells(box: Box) -> bool:
    try:
        await box.standing()
    except NotOnSale:
        return False
    return True


async def test_sales_are_shut_for_everybody_until_the_sweep_has_looked(house: House, tmp_path: Path) -> None:
    await house.paid()
    async with restored(house, backed_up(house, tmp_path)) as back:
        with pytest.raises(NotOnSale, match="restored from a backup"):
            await back.box.standing()
        with pytest.raises(NotOnSale):
            await back.box.own.orders.sell(
                SELLER, back.box.night.id, [Wish(back.box.room.id, 1)], ADA_AS_BUYER, Method.CASH
            )
        await back.box.own.reopening.sweep()
        assert await sells(back.box)
        assert await back.box.own.reopening.state() == (None, [])
        await back.box.clean()


async def test_what_was_paid_after_the_backup_for_an_order_in_it_is_settled_first(house: House, tmp_path: Path) -> None:
    token, page = await house.begun()
    waiting = await house.order()
    copy = backed_up(house, tmp_path)
    house.standin.checkout.pay(page["id"], SUCCESS)
    _, later = await house.begun(waiting)
    house.standin.checkout.pay(later["id"], SUCCESS)
    async with restored(house, copy) as back:
        await back.box.own.reopening.sweep()
        for one in (token, house.token(waiting)):
            shown = await back.box.own.orders.show(one)
            assert (shown.order.state, len(shown.tickets)) == (OrderState.PAID, 1)
        assert await sells(back.box)
        await back.box.clean()


async def test_a_payment_whose_order_is_lost_keeps_it_shut_until_somebody_has_seen_it(
    house: House, tmp_path: Path
) -> None:
    basket = await house.box.standing()
    copy = backed_up(house, tmp_path)
    await house.paid()
    async with restored(house, copy) as back:
        own = back.box.own.reopening
        with pytest.raises(NotOnSale):
            await back.box.order(basket)
        for _ in range(2):
            await own.sweep()
            shut, [stray] = await own.state()
            assert shut is not None
            assert shut.proved_at is not None
            assert (stray.provider, stray.state, stray.amount, stray.currency) == ("stripe", "paid", 1000, "EUR")
            assert not await sells(back.box)
        assert await own.open()
        assert await sells(back.box)
        await own.sweep()
        assert await sells(back.box)


async def test_it_stays_shut_while_nobody_can_be_asked(house: House, tmp_path: Path) -> None:
    await house.paid()
    async with restored(house, backed_up(house, tmp_path)) as back:
        house.standin.faults.plan(Fault.ERROR_BEFORE, times=100)
        await back.box.own.reopening.sweep()
        assert not await sells(back.box)
        house.standin.faults.clear()
        await back.box.own.reopening.sweep()
        assert await sells(back.box)


async def test_it_stays_shut_where_the_settings_have_lost_who_moved_the_money(house: House, tmp_path: Path) -> None:
    await house.paid()
    poor = replace(house, settings=replace(house.settings, stripe=Stripe()))
    async with restored(poor, backed_up(house, tmp_path)) as back:
        await back.box.own.reopening.sweep()
        assert not await sells(back.box)


async def test_it_stays_shut_where_money_could_have_been_moved_since_by_whom_the_settings_have_lost(
    house: House, tmp_path: Path
) -> None:
    await house.box.own.begin()
    copy = backed_up(house, tmp_path)
    await house.paid()
    poor = replace(house, settings=replace(house.settings, stripe=Stripe()))
    async with restored(poor, copy) as back:
        await back.box.own.reopening.sweep()
        assert not await sells(back.box), "the first payment of all came after the backup"


async def test_another_account_that_knows_of_no_payment_proves_nothing(house: House, tmp_path: Path) -> None:
    await house.paid()
    copy = backed_up(house, tmp_path)
    await house.paid()
    async with standing_in(lambda: house.box.clock.now() / SECOND) as stranger:
        other = replace(house, settings=settings_of(stranger))
        async with restored(other, copy) as back:
            await back.box.own.reopening.sweep()
            assert not await sells(back.box)


async def test_what_somebody_shut_before_the_backup_no_proof_opens(house: House, tmp_path: Path) -> None:
    await house.box.own.reopening.shut(Reason.HAND, house.box.clock.now())
    async with restored(house, backed_up(house, tmp_path)) as back:
        await back.box.own.reopening.sweep()
        shut, strays = await back.box.own.reopening.state()
        assert shut is not None
        assert (shut.reason, strays) == (Reason.HAND, [])
        assert not await sells(back.box)
        assert await back.box.own.reopening.open()
        assert await sells(back.box)


async def test_shut_by_hand_it_opens_by_hand_alone(box: Box) -> None:
    await box.own.reopening.shut(Reason.HAND, box.clock.now())
    await box.own.reopening.sweep()
    with pytest.raises(NotOnSale, match="for a while"):
        await box.standing()
    assert await box.own.reopening.open()
    assert await sells(box)
    assert not await box.own.reopening.open()
