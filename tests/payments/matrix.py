"""Every fault at every step of a payment, with a crash before or after each commit of it: what is tried, and what must
be true once the house has recovered."""

import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from novacast.clock import DAY
from novacast.database import Database, Transaction
from novacast.errors import NovaCastError
from novacast.tickets.events.models import PerformanceChanges
from novacast.tickets.holds.models import Wish
from novacast.tickets.models import OrderState
from novacast.tickets.orders.models import Buyer, Method, buyer_of
from novacast.tickets.orders.store import order as order_of
from novacast.tickets.refunds.service import OPEN
from novacast.tickets.store import story
from novacast_admin.stripe_stand_in.faults import Fault
from novacast_admin.stripe_stand_in.money import SUCCESS
from novacast_admin.stripe_stand_in.shapes import Object
from novacast_admin.stripe_stand_in.webhooks import signature
from tests.fakes.clock import FakeClock
from tests.payments.paying import SIGNING, House, open_house, put_together
from tests.tickets.box import GUEST, ORG, OWNER

T = TypeVar("T")
PRICE = 1000
FAULTS: tuple[Fault | None, ...] = (None, *Fault)
STEPS = ("begin", "begin twice", "return", "webhook", "sweep", "close unpaid", "close paid", "give up", "repay")
MOST_COMMITS = 5
INCIDENTS = frozenset({"order.unfulfillable", "payment.mismatch", "payment.surplus"})
IMPATIENT = 0.3
ROUNDS = 60
"""In which a house must have recovered; each is half an hour."""


class Crash(BaseException):
    """The process is gone. Nothing may catch it."""


class Doomed:
    """A database whose process ends at one of its commits."""

    def __init__(self, db: Database, at: int, *, after: bool) -> None:
        self._db, self._at, self._after, self._count = db, at, after, 0
        self.crashed = False

    async def write(self, unit: Callable[[Transaction], T]) -> T:
        self._count += 1
        if self._count == self._at and not self._after:
            self._end()
        done = await self._db.write(unit)
        if self._count == self._at:
            self._end()
        return done

    def _end(self) -> None:
        self.crashed = True
        raise Crash

    def __getattr__(self, name: str) -> Any:
        return getattr(self._db, name)


@dataclass(frozen=True)
class Case:
    step: str
    fault: Fault | None
    commit: int
    """At which the process ends; 0: it does not."""
    after: bool

    def __str__(self) -> str:
        crash = f"crash {'after' if self.after else 'before'} commit {self.commit}" if self.commit else "no crash"
        return f"{self.step}, {self.fault or 'no fault'}, {crash}"


def cases() -> Iterator[Case]:
    for step in STEPS:
        for fault in FAULTS:
            yield Case(step, fault, 0, after=False)
            for commit in range(1, MOST_COMMITS + 1):
                yield Case(step, fault, commit, after=False)
                yield Case(step, fault, commit, after=True)


@asynccontextmanager
async def large_house(path: Path, clock: FakeClock, *, element: bool = False) -> AsyncIterator[House]:
    """With room for all cases, and years to go until it is played."""
    async with open_house(path, clock, element=element) as house:
        quota, room, then = house.box.quota, house.box.room.id, clock.now() + 4 * 365 * DAY
        hours = PerformanceChanges(frozenset({"starts_at", "ends_at"}), starts_at=then, ends_at=then + DAY)
        await house.box.own.performances.edit(OWNER, house.box.night.id, hours)
        await house.box.own.performances.edit_quota(OWNER, house.box.night.id, quota.id, quota.name, 100_000, [room])
        yield house


async def one_order(house: House, buyer: Buyer) -> "Story":
    own = house.box.own
    basket = await own.holds.take(GUEST, house.box.night.id, [Wish(house.box.room.id, 1)])
    receipt = await own.orders.place(GUEST, own.holds.token(basket.hold.id), buyer, Method.CARD)
    return Story(house, own.orders.token(receipt.order.id), [receipt.order.id], receipt.order.code)


async def tried(house: House, case: Case, begin: "Begin" = one_order) -> str:
    """What became of one order; fails if that may not be. The house is whole again afterwards."""
    number = len(house.standin.asked)
    # Each bought by somebody else: nobody may have so many.
    told = await begin(house, buyer_of("Ada", f"ada{number}.{case.commit}{case.after}@example.org", "en"))
    await told.prepare(case.step)
    whole = (house.box, house.payments)
    db: Any = Doomed(house.box.db, case.commit, after=case.after) if case.commit else house.box.db
    # What hangs is given up soon; everything else gets its time.
    patient = replace(house.settings.stripe, timeout_seconds=IMPATIENT if case.fault is Fault.HANG else 5.0)
    own, house.payments = put_together(db, house.box.clock, replace(house.settings, stripe=patient))
    house.box = replace(house.box, db=db, own=own)
    if case.fault is not None:
        house.standin.faults.plan(case.fault, "/v1/")
    try:
        await told.act(case.step)
    except (Crash, NovaCastError):
        pass
    finally:
        house.standin.faults.clear()
        house.standin.faults.gate.clear()
        await house.payments.close()
        house.box, house.payments = whole
    await house.restarted()
    await told.recover()
    return await told.end(case)


class Story:
    page = "order"

    def __init__(self, house: House, token: str, order_ids: list[str], code: str) -> None:
        self.house, self.token, self.order_ids, self.code = house, token, order_ids, code

    async def prepare(self, step: str) -> None:
        if step in ("begin", "begin twice"):
            return
        await self._orders.pay(self.token)
        if step not in ("close unpaid", "give up"):
            self._pay()
        if step == "repay":
            await self._orders.look_after(self.token)
            await self.house.box.own.orders.cancel(OWNER, ORG, self.order_ids[0], "it rains")

    async def act(self, step: str) -> None:
        house, own = self.house, self.house.box.own
        match step:
            case "begin" | "begin twice":
                await self._orders.pay(self.token)
                if step == "begin twice":
                    await self._orders.pay(self.token)
                self._pay()
            case "return":
                await self._orders.look_after(self.token)
            case "webhook":
                await self._hear()
                await house.inbox.work()
            case "sweep":
                house.box.clock.advance(61)
                await own.closing.sweep()
            case "close unpaid" | "close paid":
                house.box.clock.advance(1900)
                await own.closing.sweep()
            case "give up":
                await self._orders.give_up(self.token)
            case "repay":
                await own.refunds.sweep()

    async def recover(self) -> None:
        """As a house that runs on does: its sweeps, half an hour at a time. Nobody comes back to the page."""
        for _round in range(ROUNDS):
            if not [one for one in self.order_ids if await self._waits(one)]:
                break
            self.house.box.clock.advance(1800)
            own = self.house.box.own
            for sweep in (own.closing.sweep, own.late.sweep, own.refunds.sweep, self.house.inbox.sweep):
                await sweep()

    async def _waits(self, order_id: str) -> bool:
        order = await self.house.box.db.one(order_of(order_id))
        assert order is not None
        owed = [one for one in await self.house.box.own.refunds.of_order(order_id) if one.state in OPEN]
        return order.state is OrderState.AWAITING_PAYMENT or bool(owed)

    async def end(self, case: Case) -> str:
        receipt = await self._orders.show(self.token)
        order = receipt.order
        captured = self._paid(case)
        incidents = {one.action for one in await self.house.box.db.all(story(order.id))} & INCIDENTS
        if order.state is OrderState.PAID:
            assert captured, f"{case}: paid, and nobody has paid"
            assert len(receipt.tickets) == 1, f"{case}: {len(receipt.tickets)} tickets"
            return "paid with its ticket"
        back = [one["amount"] for one in self._refunds(captured)]
        if case.step == "repay":
            assert back == [PRICE], f"{case}: gave back {back}"
            assert order.state is OrderState.CANCELLED, f"{case}: {order.state}"
            return "called off, and given back once"
        if captured and back:
            assert back == [PRICE], f"{case}: gave back {back}"
            return "came too late, and given back once"
        if captured:
            assert incidents, f"{case}: money for {order.state}, and nobody was told"
            return "money without stock, and the house is told"
        assert order.state is OrderState.EXPIRED, f"{case}: {order.state}"
        assert not receipt.tickets
        return "not paid, and free again"

    def _paid(self, case: Case) -> list[dict[str, Any]]:
        """What came, once at most; and nothing more can come."""
        intents = self._intents()
        captured = [one for one in intents if one["status"] == "succeeded"]
        assert len(captured) <= 1, f"{case}: paid {len(captured)} times"
        pages = [one for one in self._pages() if one["status"] == "open"]
        pages += [one for one in intents if one["status"] in ("requires_payment_method", "requires_action")]
        assert not pages, f"{case}: a page where one can still pay"
        return captured

    def _pages(self) -> list[dict[str, Any]]:
        keys = {one.key for one in self._calls()}
        return [one for one in self.house.standin.account.all("checkout.session") if one["client_reference_id"] in keys]

    def _calls(self) -> list[Any]:
        back = f"/{self.page}/{self.token}/paid"
        return [
            one
            for one in self.house.standin.asked
            if one.method == "POST" and one.params.get("success_url", "").endswith(back)
        ]

    def _refunds(self, paid: list[dict[str, Any]]) -> list[dict[str, Any]]:
        ids = {one["id"] for one in paid}
        return [one for one in self.house.standin.account.all("refund") if one["payment_intent"] in ids]

    def _intents(self) -> list[dict[str, Any]]:
        ids = {one["payment_intent"] for one in self._pages()}
        return [one for one in self.house.standin.account.all("payment_intent") if one["id"] in ids or self._own(one)]

    def _own(self, intent: Object) -> bool:
        """Of a page of the house."""
        return "element" in intent["metadata"] and intent["description"].endswith(self.code)

    def _pay(self) -> None:
        standin = self.house.standin
        if pages := self._pages():
            standin.checkout.pay(pages[0]["id"], SUCCESS)
        else:
            standin.money.confirm_with(self._intents()[0], SUCCESS)

    async def _hear(self) -> None:
        waiting = self.house.standin.webhooks.waiting
        while waiting:
            payload = json.dumps(waiting.pop(0).event).encode()
            header = signature(payload, [SIGNING], self.house.standin.account.now)
            await self.house.inbox.receive("stripe", payload, header)

    @property
    def _orders(self) -> Any:
        return self.house.box.own.orders


Begin = Callable[[House, Buyer], Awaitable[Story]]
"""Orders what is to be paid."""


async def run(house: House, chosen: list[Case], begin: Begin = one_order) -> Counter[str]:
    counts: Counter[str] = Counter()
    for case in chosen:
        counts[await tried(house, case, begin)] += 1
    return counts
