"""The matrix of faults and crashes over one payment for two orders."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from novacast.clock import DAY
from novacast.tickets.events.models import PerformanceChanges
from novacast.tickets.holds.models import Wish
from novacast.tickets.models import OrderState
from novacast.tickets.orders.models import Buyer, Method
from novacast.tickets.purchases.models import Wanted
from novacast.tickets.store import story
from tests.fakes.clock import FakeClock
from tests.payments.matrix import INCIDENTS, PRICE, Begin, Case, Story, large_house
from tests.payments.paying import House
from tests.tickets.box import GUEST, OWNER
from tests.tickets.purchases.bundle import STANDING, Bundle, open_bundle

PRICES = [PRICE, STANDING]


@asynccontextmanager
async def large_bundle(
    path: Path, clock: FakeClock, *, element: bool = False
) -> AsyncIterator[tuple[House, Bundle, Begin]]:
    """A house with room for all cases at both performances; and how two orders are begun there."""
    async with large_house(path, clock, element=element) as house:
        bundle, own = await open_bundle(house.box), house.box.own
        then = clock.now() + 4 * 365 * DAY
        hours = PerformanceChanges(frozenset({"starts_at", "ends_at"}), starts_at=then, ends_at=then + DAY)
        await own.performances.edit(OWNER, bundle.matinee.id, hours)
        (quota,) = (await own.performances.show(OWNER, bundle.matinee.id)).quotas
        await own.performances.edit_quota(OWNER, bundle.matinee.id, quota.id, quota.name, 100_000, [bundle.place.id])

        async def begin(house: House, buyer: Buyer) -> Story:
            now = bundle.at(house.box)
            items = ((house.box.night.id, house.box.room.id), (bundle.matinee.id, bundle.place.id))
            held = [await house.box.own.holds.take(GUEST, perf, [Wish(item, 1)]) for perf, item in items]
            wanted = Wanted([house.box.own.holds.token(one.hold.id) for one in held])
            made = await now.purchases.place(GUEST, wanted, buyer, Method.CARD)
            token = now.purchases.token(made.purchase.id)
            ids = [one.order.id for one in made.receipts]
            return JointStory(bundle, house, token, ids, made.purchase.code)

        yield house, bundle, begin


class JointStory(Story):
    page = "purchase"

    def __init__(self, bundle: Bundle, house: House, token: str, order_ids: list[str], code: str) -> None:
        super().__init__(house, token, order_ids, code)
        self._bundle = bundle

    @property
    def _orders(self) -> Any:
        return self._bundle.at(self.house.box).purchases

    def whole(self) -> int:
        return sum(PRICES)

    async def end(self, case: Case) -> str:
        """Each share ends as the only payment of an order does, and what is given back is that of the right ones."""
        receipts = (await self._orders.show(self.token)).receipts
        captured = self._paid(case)
        back = sorted(one["amount"] for one in self._refunds(captured))
        states = [one.order.state for one in receipts]
        for receipt in receipts:
            if receipt.order.state is OrderState.PAID:
                assert captured, f"{case}: paid, and nobody has paid"
                assert len(receipt.tickets) == 1, f"{case}: {len(receipt.tickets)} tickets"
        if case.step == "repay":
            assert states == [OrderState.CANCELLED, OrderState.PAID], f"{case}: {states}"
            assert back == [PRICES[0]], f"{case}: gave back {back}"
            return "one called off and given back once, the other kept"
        if not captured:
            assert states == [OrderState.EXPIRED, OrderState.EXPIRED], f"{case}: {states}"
            return "not paid, and free again"
        assert captured[0]["amount"] == self.whole(), f"{case}: {captured[0]['amount']}"
        kept = [price for price, state in zip(PRICES, states, strict=True) if state is OrderState.PAID]
        if sum(kept) + sum(back) == sum(PRICES):
            return "paid with all tickets" if not back else "came too late, and given back once"
        for receipt in receipts:
            told = {one.action for one in await self.house.box.db.all(story(receipt.order.id))}
            undone = receipt.order.state is not OrderState.PAID
            assert not undone or told & INCIDENTS, f"{case}: money for {states}, and nobody was told"
        return "money without stock, and the house is told"
