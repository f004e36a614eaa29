"""The matrix of faults and crashes over one payment for two orders and the first month of a membership."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from novacast.identity import Principal
from novacast.payments.memberships import store
from novacast.payments.memberships.models import ChargeState, Interval, State
from novacast.payments.memberships.plans import PlanDraft, TierDraft
from novacast.payments.memberships.services import MembershipServices
from novacast.tickets.holds.models import Wish
from novacast.tickets.orders.models import Buyer, Method
from novacast.tickets.purchases.joining import once_beside
from novacast.tickets.purchases.models import Wanted
from novacast.tickets.purchases.services import purchase_services
from tests.fakes.clock import FakeClock
from tests.payments.bundles import HOUSE
from tests.payments.bundles import PRICE as MONTH
from tests.payments.joint_matrix import PRICES, JointStory, large_bundle
from tests.payments.matrix import Begin, Case, Story
from tests.payments.memberships.conftest import put_together
from tests.payments.paying import House
from tests.tickets.box import KEY, ORG, OWNER
from tests.tickets.purchases.bundle import ROOT
from tests.tickets.rentals.shop import PERSON, run


def memberships(house: House) -> MembershipServices:
    """As they are at this house now, also where its process is to end."""
    own = put_together(house.box.db, house.settings, house.payments.outside.billers)
    own.billed.beside = once_beside
    return own


class MemberStory(JointStory):
    subscription_id = ""

    @property
    def _orders(self) -> Any:
        box, plans = self.house.box, memberships(self.house).bundled
        return purchase_services(box.db, box.own, self._bundle.at(box).shop.own.sales, KEY, ROOT, plans)

    async def recover(self) -> None:
        await super().recover()
        for _round in range(3):
            self.house.box.clock.advance(3600)
            await memberships(self.house).billed.sweep()

    async def end(self, case: Case) -> str:
        db = self.house.box.db
        one = await db.one(store.subscription(self.subscription_id))
        charges = await db.all(store.charges(self.subscription_id))
        assert one is not None
        begun = self.house.standin.account.all("subscription")
        alive = [each for each in begun if each["status"] not in ("canceled", "incomplete_expired")]
        there = [each for each in alive if each["metadata"].get("subscription") == one.id]
        paid = bool(self._paid(case))
        assert len(there) == paid, f"{case}: {len(there)} memberships there"
        assert one.state is (State.ACTIVE if paid else State.EXPIRED), f"{case}: the membership is {one.state}"
        found = [(each.amount, each.state) for each in charges]
        assert found == ([(MONTH, ChargeState.PAID)] if paid else []), f"{case}: {found}"
        return await super().end(case)

    def whole(self) -> int:
        return sum(PRICES) + MONTH

    def _intents(self) -> list[dict[str, Any]]:
        """What pays a membership stands on its invoice."""
        invoices = {one["invoice"] for one in self._pages() if one.get("invoice")}
        rows = self.house.standin.account.all("invoice_payment")
        ids = {one["payment"]["payment_intent"] for one in rows if one["invoice"] in invoices}
        ids |= {one["payment_intent"] for one in self._pages()}
        return [one for one in self.house.standin.account.all("payment_intent") if one["id"] in ids]


@asynccontextmanager
async def large_club(path: Path, clock: FakeClock) -> AsyncIterator[tuple[House, Begin]]:
    async with large_bundle(path, clock) as (house, bundle, _):
        await house.box.db.write(partial(run, HOUSE))
        own = memberships(house)
        tier = await own.plans.create(OWNER, ORG, TierDraft(name="Friends"))
        plan = await own.plans.price(OWNER, tier.tier.id, PlanDraft(Interval.MONTH, MONTH, "EUR"))

        async def begin(house: House, buyer: Buyer) -> Story:
            name = buyer.email.split("@")[0]
            await house.box.db.write(partial(run, PERSON.format(name=name)))
            who = Principal(person_id=name, session_id="s", name=name)
            items = ((house.box.night.id, house.box.room.id), (bundle.matinee.id, bundle.place.id))
            held = [await house.box.own.holds.take(who, perf, [Wish(item, 1)]) for perf, item in items]
            wanted = Wanted([house.box.own.holds.token(one.hold.id) for one in held], plan_id=plan.id)
            story = MemberStory(bundle, house, "", [], "")
            made = await story._orders.place(who, wanted, buyer, Method.CARD)
            story.token, story.code = story._orders.token(made.purchase.id), made.purchase.code
            story.order_ids = [one.order.id for one in made.receipts]
            story.subscription_id = made.purchase.subscription_id or ""
            return story

        yield house, begin
