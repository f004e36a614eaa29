"""A house whose purchases may begin a membership."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from novacast import outbox
from novacast.accounts.people.addresses import Addresses
from novacast.accounts.people.service import Addressees
from novacast.accounts.sessions.logins import LogIns
from novacast.database import Database
from novacast.payments.invoices.service import Invoices
from novacast.payments.memberships import store
from novacast.payments.memberships.evidence.service import Evidence
from novacast.payments.memberships.models import Charge, Interval, Plan, Subscription
from novacast.payments.memberships.plans import PlanDraft, TierDraft
from novacast.payments.memberships.ports import Biller
from novacast.payments.memberships.services import MembershipServices, membership_services
from novacast.payments.services import PaymentServices, outside, payment_services
from novacast.playback.watches import Watches
from novacast.settings import Settings, Tickets
from novacast.tickets.orders.models import Method
from novacast.tickets.purchases.joining import once_beside
from novacast.tickets.purchases.models import Purchased
from novacast.tickets.services import FONTS
from novacast_admin.stripe_stand_in.shapes import Object
from novacast_admin.stripe_stand_in.webhooks import signature
from tests.fakes.clock import FakeClock
from tests.payments.paying import SIGNING, House, open_house
from tests.tickets.box import ADA, KEY, ORG, OWNER, TEST_MODE
from tests.tickets.purchases.bundle import Bundle, open_bundle
from tests.tickets.rentals.shop import PERSON, run

HOUSE = (
    "INSERT INTO organizations (id, slug, name, description, created_at, updated_at) "
    "VALUES ('org1', 'house', 'The House', '', 1, 1)"
)
PRICE = 900
"""Of a month."""


class Zone:
    async def timezone(self, org_id: str) -> str:
        return "Europe/Vienna"


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


def memberships_of(db: Database, settings: Settings, billers: Sequence[Biller]) -> MembershipServices:
    evidence = Evidence(db, Addressees(), Watches(db), LogIns(db), FONTS)
    own = membership_services(
        db, settings, Addresses(db), Addressees(), Zone(), Invoices(db, FONTS), KEY, evidence, billers
    )
    own.billed.beside = once_beside
    return own


@asynccontextmanager
async def open_club(path: Path, clock: FakeClock, tickets: Tickets = TEST_MODE) -> AsyncIterator[Club]:
    async with open_house(path, clock, tickets=tickets) as house:
        db, movers = house.box.db, outside(house.box.db, house.settings)
        await db.write(partial(run, PERSON.format(name=ADA.person_id)))
        await db.write(partial(run, HOUSE))
        own = memberships_of(db, house.settings, movers.billers)
        payments = payment_services(db, movers, [house.box.own.news, own.news])
        try:
            yield Club(house, await open_bundle(house.box, own.bundled), own, payments)
        finally:
            await payments.close()
