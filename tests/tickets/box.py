"""A box office on a real database, with a hall and a room that are on sale."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from novacast import outbox
from novacast.clock import HOUR
from novacast.database import Database
from novacast.identity import ANONYMOUS, Principal, Role
from novacast.limits import RateLimiter
from novacast.outbox import Event as Fact
from novacast.payments.invoices.service import Invoices
from novacast.payments.ledger.service import Ledger
from novacast.playback.watches import Watches
from novacast.settings import Settings, Tickets
from novacast.tables import GUARDS, MIGRATIONS
from novacast.tickets.events.models import EventChanges, Item, NewItem, Performance, PerformanceChanges, Quota
from novacast.tickets.holds.models import Basket, Wish
from novacast.tickets.models import ItemKind, PerformanceState
from novacast.tickets.orders.models import Buyer, Method, Receipt, buyer_of
from novacast.tickets.services import FONTS, TicketServices, ticket_services
from tests.databases import migrated
from tests.fakes.clock import FakeClock

ORG, OTHER_ORG = "org1", "org2"
KEY = b"k" * 32
TEST_MODE = Tickets(mode="test", holds_per_address=1_000_000)


def person(name: str, role: Role | None = None, org: str = ORG) -> Principal:
    return Principal(person_id=name, session_id=f"s-{name}", name=name, roles={org: role} if role else {})


OWNER = person("owner", Role.OWNER)
SELLER = person("seller", Role.BOX_OFFICE)
DOOR = person("door", Role.DOOR)
PRODUCER = person("producer", Role.PRODUCER)
OUTSIDER = person("outsider", Role.OWNER, OTHER_ORG)
GUEST = ANONYMOUS
ADA, BEN = person("ada"), person("ben")
ADA_AS_BUYER = buyer_of("Ada", "ada@example.org", "en")


def hall(rows: str = "AB", seats: int = 10) -> dict[str, object]:
    return {"sections": [{"name": "Stalls", "rows": [{"name": row, "count": seats} for row in rows]}]}


def seat(row: str, number: int) -> str:
    return f"Stalls/{row}/{number}"


@dataclass
class Box:
    """`seats` and `room` are the items of `night`: 2 rows of 10 seats, and a quota of 5 standing."""

    db: Database
    clock: FakeClock
    own: TicketServices
    night: Performance
    seats: Item
    room: Item
    quota: Quota

    async def take(self, *wishes: Wish, who: Principal = GUEST) -> Basket:
        return await self.own.holds.take(who, self.night.id, wishes)

    async def standing(self, count: int = 1, who: Principal = GUEST) -> Basket:
        return await self.take(Wish(self.room.id, count), who=who)

    async def seated(self, *names: str, who: Principal = GUEST) -> Basket:
        return await self.take(Wish(self.seats.id, seats=names), who=who)

    def token(self, basket: Basket) -> str:
        return self.own.holds.token(basket.hold.id)

    async def order(
        self, basket: Basket, method: Method = Method.SANDBOX, who: Principal = GUEST, buyer: Buyer = ADA_AS_BUYER
    ) -> Receipt:
        return await self.own.orders.place(who, self.token(basket), buyer, method)

    async def decide(self, receipt: Receipt, *, paid: bool = True) -> Receipt:
        """Go to the sandbox, pay there or refuse, and come back."""
        token = self.own.orders.token(receipt.order.id)
        begun = await self.own.orders.pay(token)
        assert self.own.sandbox is not None
        await self.own.sandbox.decide(begun.attempts[-1].key, paid=paid)
        return await self.own.orders.look_after(token)

    async def bought(self, basket: Basket, who: Principal = GUEST) -> Receipt:
        return await self.decide(await self.order(basket, who=who))

    async def sold(self, count: int = 1, method: Method = Method.CASH) -> Receipt:
        """At the box office."""
        wishes = [Wish(self.room.id, count)]
        buyer = buyer_of("", "", "en", needed=False)
        return await self.own.orders.sell(SELLER, self.night.id, wishes, buyer, method)

    async def left(self, item: Item) -> int:
        return (await self.own.performances.show(GUEST, self.night.id)).left[item.id]

    async def used(self) -> int:
        offer = await self.own.performances.show(OWNER, self.night.id)
        return next(one.used for one in offer.quotas if one.id == self.quota.id)

    async def clean(self) -> None:
        audit = await self.own.proof.audit()
        assert audit.clean, (audit.broken, audit.attacks)

    async def facts(self, topic: str) -> Sequence[Fact]:
        return [fact for fact in await self.db.all(outbox.after(0, 10_000)) if fact.topic == topic]


def services(db: Database, clock: FakeClock, settings: Tickets = TEST_MODE) -> TicketServices:
    return ticket_services(
        db, RateLimiter(clock), Settings(tickets=settings), KEY, Ledger(), Invoices(db, FONTS), Watches(db)
    )


@asynccontextmanager
async def open_box(path: Path, clock: FakeClock, settings: Tickets = TEST_MODE) -> AsyncIterator[Box]:
    migrated(path, MIGRATIONS)
    db = await Database.open(path, clock, readers=2, guards=GUARDS)
    own = services(db, clock, settings)
    try:
        yield await furnished(db, clock, own)
    finally:
        await db.close()


async def furnished(db: Database, clock: FakeClock, own: TicketServices) -> Box:
    event = await own.events.create(
        OWNER, ORG, EventChanges(title="Hamlet", timezone="Europe/Vienna", currency="EUR", published=True)
    )
    seat_map = await own.seat_maps.create(OWNER, ORG, "Hall", hall())
    start = clock.now() + 24 * HOUR
    hours = PerformanceChanges(frozenset({"starts_at", "ends_at"}), starts_at=start, ends_at=start + 3 * HOUR)
    night = await own.performances.create(OWNER, event.id, hours, seat_map.id)
    seats = await own.performances.add_item(OWNER, night.id, NewItem("Seat", ItemKind.SEATED, True, 2000, fee=50), [])
    room = await own.performances.add_item(OWNER, night.id, NewItem("Standing", ItemKind.GENERAL, price=1000), [])
    quota = await own.performances.add_quota(OWNER, night.id, "Room", 5, [room.id])
    night = await own.performances.move(OWNER, night.id, PerformanceState.ON_SALE)
    return Box(db, clock, own, night, seats, room, replace(quota, items=(room.id,)))
