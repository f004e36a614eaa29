"""Memberships that are paid at the stand-in, and what happens there and in between."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from novacast.clock import SECOND
from novacast.database import Database, Query
from novacast.folder import DataFolder
from novacast.identity import Principal
from novacast.payments.inbox.service import Inbox
from novacast.payments.inquiries.service import Inquiries
from novacast.payments.memberships import store
from novacast.payments.memberships.models import Plan, Subscription
from novacast.payments.memberships.services import MembershipServices
from novacast.payments.services import Outside, outside
from novacast.payments.settlers import Settling
from novacast.settings import Settings, Stripe
from novacast_admin.stripe_stand_in import SECRET_KEY
from novacast_admin.stripe_stand_in.money import SUCCESS
from novacast_admin.stripe_stand_in.server import StandIn, standing_in
from novacast_admin.stripe_stand_in.shapes import Object
from novacast_admin.stripe_stand_in.webhooks import signature
from tests.fakes.clock import FakeClock
from tests.payments.memberships.conftest import ADA, SETTINGS, Club, day, opened, put_together

SIGNING = "whsec_test"


@dataclass
class CardClub(Club):
    standin: StandIn
    movers: Outside
    inbox: Inbox
    settings: Settings
    grace: int = 14
    """Days, of the plans of a test."""
    paid_before: list[str] = field(default_factory=list)

    async def begun(self, plan: Plan, who: Principal = ADA) -> tuple[Subscription, Object]:
        """Somebody who is on the page where it is paid."""
        made = await self.own.memberships.subscribe(who, plan.id, "stripe")
        url = await self.own.billed.lead(made.id)
        assert url is not None
        return made, self.page(made)

    async def member(self, plan: Plan, who: Principal = ADA, number: str = SUCCESS) -> Subscription:
        """One who has paid by card and come back."""
        made, page = await self.begun(plan, who)
        self.standin.checkout.pay(page["id"], number)
        return await self.own.billed.ask(made.id)

    def page(self, one: Subscription) -> Object:
        found = self.standin.account.all("checkout.session")
        return next(page for page in found if page["client_reference_id"] == one.id)

    def there(self, one: Subscription) -> Object:
        """The subscription as Stripe has it."""
        assert one.reference is not None
        return self.standin.account.get("subscription", one.reference)

    def card(self, one: Subscription, number: str) -> None:
        """The member has another card."""
        self.standin.billing.keep_card(self.there(one)["customer"], number)

    async def go(self, when: int, *, hear: bool = True) -> None:
        """What falls due there happens at its hour, is told, and is settled here."""
        account = self.standin.account
        while account.next is not None and account.next * SECOND <= when:
            self.clock.advance(max(0, account.next - self.clock.now() / SECOND))
            account.tick()
            if hear:
                await self.hear()
        self.clock.advance(max(0, (when - self.clock.now()) / SECOND))
        await self.own.sweep()
        await self.inbox.sweep()

    async def hear(self, *, order: Any = list, copies: int = 1) -> None:
        """All that waits to be told, by webhooks."""
        waiting, self.standin.webhooks.waiting[:] = list(self.standin.webhooks.waiting), []
        for delivery in order(waiting):
            payload = json.dumps(delivery.event).encode()
            for _copy in range(copies):
                header = signature(payload, [SIGNING], self.standin.account.now)
                await self.inbox.receive("stripe", payload, header)
        await self.inbox.work()

    async def restarted(self, db: Any = None) -> None:
        """As after a crash: nothing but the database is left."""
        for close in self.movers.closing:
            await close()
        self.join(db or self.db)

    def join(self, db: Any) -> None:
        self.movers = outside(db, self.settings)
        self.own = put_together(db, self.settings, self.movers.billers)
        self.inbox = Inbox(db, self.movers.news, Settling([self.own.news], Inquiries(db)))

    async def balance(self, account: str) -> int:
        """Debits less credits of one account, in the ledger."""
        sql = "SELECT coalesce(sum(amount), 0) AS n FROM ledger_balances WHERE account GLOB ?"
        return int((await self.db.all(_query(sql, account)))[0])

    async def all(self) -> list[Subscription]:
        return await self.db.all(store.of_person(ADA.person_id or ""))


def _query(sql: str, value: str) -> Query[int]:
    return Query(sql, (value,), lambda row: row["n"])


@asynccontextmanager
async def card_club(folder: DataFolder, *, seconds: float = 5.0, start: str = "2026-01-31") -> AsyncIterator[CardClub]:
    clock = FakeClock(day(start))
    db: Database = await opened(folder, clock)
    async with standing_in(lambda: clock.now() / SECOND) as standin:
        own = Stripe(
            secret_key=SECRET_KEY, base_url=standin.url, retries=0, timeout_seconds=seconds, webhook_secrets=(SIGNING,)
        )
        settings = replace(SETTINGS, stripe=own)
        movers = outside(db, settings)
        services: MembershipServices = put_together(db, settings, movers.billers)
        inbox = Inbox(db, movers.news, Settling([services.news], Inquiries(db)))
        club = CardClub(db, clock, services, standin, movers, inbox, settings)
        try:
            yield club
        finally:
            for close in club.movers.closing:
                await close()
            await db.close()
