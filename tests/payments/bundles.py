"""A house whose purchases may begin a membership."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from novacast import outbox
from novacast.payments.memberships import store
from novacast.payments.memberships.models import Charge, Interval, Plan, Subscription
from novacast.payments.memberships.plans import PlanDraft, TierDraft
from novacast.payments.memberships.services import MembershipServices
from novacast.payments.services import PaymentServices, outside, payment_services
from novacast.settings import Tickets
from novacast.tickets.orders.models import Method
from novacast.tickets.purchases.joining import once_beside
from novacast.tickets.purchases.models import Purchased
from novacast_admin.stripe_stand_in.shapes import Object
from novacast_admin.stripe_stand_in.webhooks import signature
from tests.fakes.clock import FakeClock
from tests.payments.memberships.conftest import put_together
from tests.payments.paying import SIGNING, House, open_house
from tests.tickets.box import ADA, ORG, OWNER, TEST_MODE
from tests.tickets.purchases.bundle import Bundle, open_bundle
from tests.tickets.rentals.shop import PERSON, run

HOUSE = (
    "INSERT INTO organizations (id, slug, name, description, created_at, updated_at) "
    "VALUES ('org1', 'house', 'The House', '', 1, 1)"
)
PRICE = 900
"""Of a month."""


@dataclass
class Club:
    house: House
    bundle: Bundle
    own: MembershipServices
    payments: PaymentServices

    async def plan(self, **more: int) -> Plan:
        tier = await self.own.plans.create(OWNER, ORG, TierDraft(name="Friends", badge="Friend", media=["video1"]))
        return await self.own.plans.price(OWNER, tier.tier.id, PlanDraft(Interval.MONTH, PRICE, "EUR", **more))

    async def order(self, plan: Plan, method: Method) -> tuple[str, Purchased]:
        return await self.bundle.order(method, await self.bundle.wanted(plan_id=plan.id))

    async def begun(self, plan: Plan) -> tuple[str, Object]:
        """The purchase's token, and the page where all is paid."""
        token, made = await self.order(plan, Method.CARD)
        url = (await self.bundle.purchases.pay(token)).url
        member = made.membership
        assert member is not None
        pages = self.house.standin.account.all("checkout.session")
        page = next(one for one in pages if one["client_reference_id"] == member.subscription_id)
        assert url == page["url"]
        return token, page

    async def member(self, token: str) -> tuple[Subscription, list[Charge]]:
        found = (await self.bundle.purchases.show(token)).membership
        assert found is not None
        db = self.house.box.db
        one = await db.one(store.subscription(found.subscription_id))
        assert one is not None
        return one, await db.all(store.charges(one.id))

    async def hear(self) -> None:
        """All facts, once more."""
        for fact in await self.house.box.db.all(outbox.after(0, 10_000)):
            await self.bundle.purchases.hear(fact)

    async def heard(self) -> None:
        """All that waits to be told, by webhooks."""
        waiting, self.house.standin.webhooks.waiting[:] = list(self.house.standin.webhooks.waiting), []
        for delivery in waiting:
            payload = json.dumps(delivery.event).encode()
            header = signature(payload, [SIGNING], self.house.standin.account.now)
            await self.payments.inbox.receive("stripe", payload, header)
        await self.payments.inbox.work()


@asynccontextmanager
async def open_club(path: Path, clock: FakeClock, tickets: Tickets = TEST_MODE) -> AsyncIterator[Club]:
    async with open_house(path, clock, tickets=tickets) as house:
        db, movers = house.box.db, outside(house.box.db, house.settings)
        await db.write(partial(run, PERSON.format(name=ADA.person_id)))
        await db.write(partial(run, HOUSE))
        own = put_together(db, house.settings, movers.billers)
        own.billed.beside = once_beside
        payments = payment_services(db, movers, [house.box.own.news, own.news])
        try:
            yield Club(house, await open_bundle(house.box, own.bundled), own, payments)
        finally:
            await payments.close()
