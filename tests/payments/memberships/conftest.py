"""Memberships on a real database, of two houses and a few people."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from novacast import outbox
from novacast.accounts import schema as accounts
from novacast.accounts.people.addresses import Addresses
from novacast.accounts.people.service import Addressees
from novacast.clock import SECOND, instant
from novacast.database import Database
from novacast.folder import DataFolder
from novacast.identity import Principal, Role
from novacast.payments import tables
from novacast.payments.invoices.service import Invoices
from novacast.payments.memberships import store
from novacast.payments.memberships.models import Charge, Interval, Plan, Subscription
from novacast.payments.memberships.plans import Offered, PlanDraft, TierDraft
from novacast.payments.memberships.ports import Biller
from novacast.payments.memberships.services import MembershipServices, membership_services
from novacast.settings import Server, Settings, Tickets
from novacast.tickets.services import FONTS
from tests.databases import migrated
from tests.fakes.clock import FakeClock

ORG, OTHER_ORG = "org1", "org2"


def person(name: str, role: Role | None = None, org: str = ORG) -> Principal:
    return Principal(person_id=name, session_id=f"s-{name}", name=name, roles={org: role} if role else {})


OWNER, SELLER, DOOR = person("owner", Role.OWNER), person("seller", Role.BOX_OFFICE), person("door", Role.DOOR)
OUTSIDER, ADA, BEN = person("outsider", Role.OWNER, OTHER_ORG), person("ada"), person("ben")


@dataclass
class Club:
    db: Database
    clock: FakeClock
    own: MembershipServices

    async def tier(self, name: str = "Friends", who: Principal = OWNER, org: str = ORG, **more: Any) -> Offered:
        draft = TierDraft(name=name, badge="Friend", media=["video1"], **more)
        return await self.own.plans.create(who, org, draft)

    async def plan(self, tier: Offered, interval: Interval = Interval.MONTH, price: int = 900, **more: Any) -> Plan:
        return await self.own.plans.price(OWNER, tier.tier.id, PlanDraft(interval, price, "EUR", **more))

    async def member(self, plan: Plan, who: Principal = ADA) -> Subscription:
        """One who has paid at the counter."""
        made = await self.own.memberships.subscribe(who, plan.id, "offline")
        return await self.pay(made)

    async def pay(self, one: Subscription) -> Subscription:
        return await self.own.memberships.paid(SELLER, (await self.charges(one))[0].id)

    async def charges(self, one: Subscription) -> list[Charge]:
        return await self.db.all(store.charges(one.id))

    async def now(self, one: Subscription) -> Subscription:
        found = await self.db.one(store.subscription(one.id))
        assert found is not None
        return found

    async def opens(self, who: Principal = ADA, media: str = "video1") -> bool:
        return bool(await self.own.entitlement.houses(who, media))

    async def at(self, when: int) -> None:
        """Set the clock, and let what its hour has come for happen."""
        self.clock.advance((when - self.clock.now()) / SECOND)
        await self.own.sweep()

    async def facts(self, topic: str) -> list[outbox.Event]:
        return [event for event in await self.db.all(outbox.after(0, 10_000)) if event.topic == topic]


def day(text: str) -> int:
    return instant(datetime.fromisoformat(f"{text}T12:00:00+00:00"))


@pytest.fixture
async def club(folder: DataFolder) -> AsyncIterator[Club]:
    clock = FakeClock(day("2026-01-31"))
    db = await opened(folder, clock)
    yield Club(db, clock, put_together(db, SETTINGS))
    await db.close()


SETTINGS = Settings(tickets=Tickets(mode="test"), server=Server(public_url="http://house.example"))


class Zone:
    async def timezone(self, org_id: str) -> str:
        return "Europe/Berlin"


async def opened(folder: DataFolder, clock: FakeClock) -> Database:
    migrated(folder.database, [outbox.migrations, accounts.migrations, *tables.MIGRATIONS])
    db = await Database.open(folder.database, clock, readers=2, guards=tables.GUARDED)
    await db.write(_people)
    return db


def put_together(db: Any, settings: Settings, outside: Sequence[Biller] = ()) -> MembershipServices:
    return membership_services(
        db, settings, Addresses(db), Addressees(), Zone(), Invoices(db, FONTS), b"k" * 32, outside
    )


def _people(tx: Any) -> None:
    for org in (ORG, OTHER_ORG):
        tx.insert("organizations", id=org, slug=org, name=f"House {org}", description="", created_at=0, updated_at=0)
    for name in ("ada", "ben"):
        address = f"{name}@venue.example"
        own = {"name": name, "language": "en", "password": "", "created_at": 0, "updated_at": 0}
        tx.insert("people", id=name, email=address, email_key=address, **own)
