"""A crowd pays by card while the way to Stripe breaks all the time: nothing is oversold, and no cent is lost."""

import asyncio
from collections import Counter
from contextlib import suppress
from random import Random

import pytest

from novacast.database import Query
from novacast.errors import NovaCastError
from novacast.folder import DataFolder
from novacast.tickets.holds.models import Wish
from novacast.tickets.orders.models import Method, buyer_of
from novacast_admin.stripe_stand_in.errors import Refusal
from novacast_admin.stripe_stand_in.faults import Fault
from novacast_admin.stripe_stand_in.money import DEBIT_BAD, DEBIT_GOOD, DECLINED, SUCCESS
from tests.fakes.clock import FakeClock
from tests.payments.paying import House, hooked, open_house
from tests.tickets.box import GUEST, OWNER

BUYERS, ROOM, AT_ONCE = 400, 250, 20
OFTEN = 0.25
"""Of the requests to Stripe, so many meet a fault."""
WAYS = (SUCCESS, SUCCESS, SUCCESS, DECLINED, DEBIT_GOOD, DEBIT_BAD)
BREAKS = (Fault.DROP_BEFORE, Fault.DROP_AFTER, Fault.ERROR_BEFORE, Fault.ERROR_AFTER, Fault.CONFLICT, Fault.LIMITED)
DAYS = 12


class Buyer:
    def __init__(self, house: House, number: int) -> None:
        self.house, self.number, self.dice = house, number, Random(number)

    async def live(self) -> str:
        own = self.house.box.own
        buyer = buyer_of("Ada", f"ada{self.number}@example.org", "en")
        try:
            basket = await own.holds.take(GUEST, self.house.box.night.id, [Wish(self.house.box.room.id, 1)])
            receipt = await own.orders.place(GUEST, own.holds.token(basket.hold.id), buyer, Method.CARD)
        except NovaCastError:
            return "sold out"
        token = own.orders.token(receipt.order.id)
        if (page := await self._begin(token)) is None:
            return "gave up before a page"
        for _try in range(self.dice.randrange(4)):
            with suppress(Refusal):
                self.house.standin.checkout.pay(page, self.dice.choice(WAYS))
                break
        else:
            if self.dice.random() < 0.3:
                with suppress(NovaCastError):
                    await own.orders.give_up(token)
            return "did not pay"
        if self.dice.random() < 0.5:
            with suppress(NovaCastError):
                await own.orders.look_after(token)
        return "paid, or tried to"

    async def _begin(self, token: str) -> str | None:
        for _try in range(6):
            with suppress(NovaCastError):
                begun = await self.house.box.own.orders.pay(token)
                return begun.attempts[-1].reference
        return None


async def crowd(house: House, buyers: int) -> Counter[str]:
    dice, room = Random(7), asyncio.Semaphore(AT_ONCE)
    house.standin.faults.dice = lambda: dice.choice(BREAKS) if dice.random() < OFTEN else None

    async def one(number: int) -> str:
        async with room:
            return await Buyer(house, number).live()

    async def telling() -> None:
        while True:
            await house.standin.webhooks.deliver(
                copies=dice.choice((1, 2)), order=lambda found: dice.sample(found, len(found))
            )
            await house.inbox.work()
            await asyncio.sleep(0.05)

    teller = asyncio.ensure_future(telling())
    ends = Counter(await asyncio.gather(*map(one, range(buyers))))
    teller.cancel()
    await asyncio.gather(teller, return_exceptions=True)
    return ends


async def recover(house: House, days: int) -> None:
    """The house dies, and goes on by its sweeps, still with faults for a day."""
    await house.restarted()
    own = house.box.own
    for hour in range(0, days * 24, 2):
        if hour >= 24:
            house.standin.faults.clear()
        house.box.clock.advance(7200)
        for sweep in (own.closing.sweep, own.late.sweep, own.refunds.sweep, house.inbox.sweep):
            await sweep()


def _sum(sql: str) -> Query[int]:
    return Query(sql, (), lambda row: int(row[0] or 0))


async def agree(house: House) -> None:
    db, standin = house.box.db, house.standin
    await house.box.clean()
    assert await db.one(_sum("SELECT count(*) FROM orders WHERE state IN ('awaiting_payment', 'draft')")) == 0
    ours = await db.one(_sum("SELECT sum(captured - refunded) FROM payment_attempts"))
    assert ours == standin.money.balance("eur"), "to the cent"
    paid = await db.one(_sum("SELECT count(*) FROM orders WHERE state = 'paid'"))
    tickets = await db.one(_sum("SELECT count(*) FROM tickets WHERE state = 'valid'"))
    assert paid == tickets
    assert (paid or 0) * 1000 == ours
    assert not [one for one in standin.account.all("checkout.session") if one["status"] == "open"]


@pytest.mark.storm
async def test_a_crowd_pays_while_everything_breaks_and_no_cent_is_lost(folder: DataFolder, clock: FakeClock) -> None:
    async with open_house(folder.database, clock) as house, hooked(house):
        quota, room = house.box.quota, house.box.room.id
        await house.box.own.performances.edit_quota(OWNER, house.box.night.id, quota.id, quota.name, ROOM, [room])
        ends = await crowd(house, BUYERS)
        await recover(house, DAYS)
        await agree(house)
        print(dict(ends), f"faults: {len(house.standin.faults.met)} of {len(house.standin.asked)} requests")
        assert ends["paid, or tried to"] > BUYERS // 10


async def test_some_pay_while_everything_breaks_and_no_cent_is_lost(folder: DataFolder, clock: FakeClock) -> None:
    async with open_house(folder.database, clock) as house, hooked(house):
        await crowd(house, 8)
        await recover(house, 5)
        await agree(house)
