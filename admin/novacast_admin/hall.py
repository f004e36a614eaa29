"""The demo's hall: an evening with 300 seats, an online pass and a replay, and people who have bought some of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from novacast.accounts.organizations.models import Organization
from novacast.clock import DAY, HOUR
from novacast.identity import ANONYMOUS, SYSTEM, Principal, Role, new_id
from novacast.media.encode import make_still
from novacast.media.ffmpeg import find_ffmpeg
from novacast.records import dataclass
from novacast.tickets.arranging.models import Evening, Kind
from novacast.tickets.cancelling.models import BankAccount, Policy
from novacast.tickets.door.models import Rules
from novacast.tickets.events.models import Event, EventChanges, Item, NewItem, Performance, PerformanceChanges, Price
from novacast.tickets.holds.models import Wish
from novacast.tickets.models import ItemKind, PerformanceState
from novacast.tickets.orders.models import Method, buyer_of
from novacast.tickets.seatmaps import examples
from novacast.wiring import Services
from novacast_admin import demo

TITLE, HALL = "The lantern festival", "The hall of The Lantern"
ZONE = "Europe/Vienna"
CURTAIN = 20
"""The hour, in UTC, at which an evening begins."""
LASTS = 2 * HOUR
REPLAY = 7 * DAY
PRICES = {"Front stalls": 4200, "Stalls": 3200, "Balcony": 2400}
ACCOUNT = BankAccount("The Lantern", "DE02120300000000202051", "", "A bank that is none")
RETURNS = Policy(hours=24, fee_bp=1000, fee_amount=0, returns_fees=False)
DOOR, GATES = "Main entrance", ("Lamp Lane", "Courtyard")
ABOUT = (
    "Lanterns, a brass band, and the whole street.\n\nWho can't come watches it live, or later as often as they like."
)


@dataclass(frozen=True, slots=True)
class Order:
    """Something that somebody has done: so many of a kind, by a way to pay; `ends` as what became of it."""

    name: str
    kind: str
    count: int
    method: Method
    ends: str = ""


SEAT, PASS, AGAIN, TOUR = "Seat", "Online pass", "Replay", "A look behind the stage"
ORDERS = (
    Order("Ida Ives", SEAT, 4, Method.SANDBOX),
    Order("Noor Nasser", SEAT, 2, Method.SANDBOX),
    Order("Kofi Kumi", SEAT, 6, Method.TRANSFER, "paid"),
    Order("Lena Lindqvist", SEAT, 3, Method.TRANSFER),
    Order("Tom Tanaka", SEAT, 2, Method.SANDBOX, "refused"),
    Order("Greta Gruber", SEAT, 12, Method.SANDBOX),
    Order("Ravi Rao", SEAT, 5, Method.SANDBOX, "cancelled"),
    Order("Emil Ekholm", PASS, 1, Method.SANDBOX),
    Order("Sofia Silva", PASS, 2, Method.TRANSFER),
    Order("Jun Jansen", AGAIN, 1, Method.SANDBOX),
    Order("Amara Adeyemi", TOUR, 2, Method.FREE),
    Order("Paul Petit", TOUR, 1, Method.FREE),
    *(Order(f"Guest {number}", SEAT, 2 + number % 7, Method.SANDBOX) for number in range(1, 15)),
)
COUNTER = ((4, Method.CASH), (2, Method.CARD_TERMINAL), (2, Method.COMPLIMENTARY), (3, Method.CASH))
"""Seats sold at the box office."""


@asynccontextmanager
async def running(own: Services, port: int | None) -> AsyncIterator[None]:
    """Beside a demo without anything on air."""
    await tonight(own, None)
    yield


@dataclass(frozen=True, slots=True)
class Tonight:
    """Paths of an evening's event, and of its door: with a code that pairs a browser, for ten minutes and until one is
    paired."""

    event: str
    door: str


async def tonight(own: Services, programme_id: str | None) -> Tonight:
    """An evening that is still to come, made where there is none. Its passes open the programme."""
    organization = await own.accounts.administration.find_organization(SYSTEM, demo.SLUG)
    event = await _event(own, organization)
    night = await _made(own, organization) if event is None else await _next(own, event)
    if night.programme_id != programme_id and programme_id is not None:
        changes = PerformanceChanges(frozenset({"programme_id"}), programme_id=programme_id)
        await own.tickets.performances.edit(SYSTEM, night.id, changes)
    return Tonight(f"/events/{night.event_id}", await _door(own, night))


async def _event(own: Services, organization: Organization) -> Event | None:
    there = await own.tickets.events.of_org(SYSTEM, organization.id, None, 100)
    return next((one for one in there.items if one.title == TITLE), None)


async def _next(own: Services, event: Event) -> Performance:
    """The last one again this evening, once it is over."""
    last = (await own.tickets.events.show(SYSTEM, event.id)).performances[-1]
    if last.ends_at > own.clock.now():
        return last
    copied = await own.tickets.arranging.copy(SYSTEM, last.id, _curtain(own))
    return await own.tickets.performances.move(SYSTEM, copied.id, PerformanceState.ON_SALE)


async def _made(own: Services, organization: Organization) -> Performance:
    start = _curtain(own)
    seat_map = await own.tickets.seat_maps.create(SYSTEM, organization.id, HALL, examples.playhouse())
    hours = PerformanceChanges(frozenset({"starts_at", "ends_at"}), starts_at=start, ends_at=start + LASTS)
    prices = tuple(Price(new_id(), category, amount, None, None) for category, amount in PRICES.items())
    kinds = (
        Kind(NewItem(SEAT, ItemKind.SEATED, True, PRICES["Stalls"], fee=150, tax_bp=1300, prices=prices), None),
        Kind(NewItem(PASS, ItemKind.ONLINE, price=1200, tax_bp=2000, opens_live=True), 500),
        Kind(NewItem(AGAIN, ItemKind.REPLAY, price=800, tax_bp=2000, replay_until=start + LASTS + REPLAY), 500),
        Kind(NewItem(TOUR, ItemKind.GENERAL), 30),
    )
    about = EventChanges(TITLE, ABOUT, "The Lantern, Lamp Lane 4", ZONE, "EUR")
    evening = Evening(hours, kinds, seat_map.id)
    event, night = await own.tickets.arranging.create(SYSTEM, organization.id, about, evening, on_sale=True)
    await _poster(own, event)
    await own.tickets.cancelling.set_account(SYSTEM, organization.id, ACCOUNT)
    await own.tickets.cancelling.decide(SYSTEM, event.id, RETURNS)
    await _sell(own, organization, night)
    return night


async def _door(own: Services, night: Performance) -> str:
    """A list for the house, and a device that waits for its code; made where they are missing."""
    door = own.tickets.door
    lists = await door.lists.of_performance(SYSTEM, night.id)
    if not lists:
        offer = await own.tickets.performances.show(SYSTEM, night.id)
        inside = tuple(one.id for one in offer.items if one.kind in (ItemKind.SEATED, ItemKind.GENERAL))
        lists = [await door.lists.create(SYSTEM, night.id, Rules(DOOR, inside, gates=GATES, reentry=True))]
    now = own.clock.now()
    devices = await door.devices.of_performance(SYSTEM, night.id)
    if any(one.state(now) == "paired" for one in devices):
        return "/door/"
    waiting = next((one for one in devices if one.state(now) in ("waiting", "lapsed")), None)
    if waiting is not None:
        _device, code = await door.devices.renew(SYSTEM, waiting.id)
    else:
        _device, code = await door.devices.invite(SYSTEM, lists[0].id, DOOR, GATES[0])
    return f"/door/#pair={code}"


def _curtain(own: Services) -> int:
    """This evening's, or tomorrow's where that is too soon."""
    now = own.clock.now()
    start = now - now % DAY + CURTAIN * HOUR
    return start + (DAY if start < now + 2 * HOUR else 0)


async def _poster(own: Services, event: Event) -> None:
    ffmpeg = await find_ffmpeg(own.folder.cache, explicit=own.settings.transcode.ffmpeg)
    file = await make_still(ffmpeg, own.folder.cache / "event.jpg")
    picture = await asyncio.to_thread(file.read_bytes)
    await asyncio.to_thread(file.unlink)

    async def chunks() -> AsyncIterator[bytes]:
        yield picture

    await own.tickets.posters.bring(SYSTEM, event.id, chunks())


async def _sell(own: Services, organization: Organization, night: Performance) -> None:
    offer = await own.tickets.performances.show(SYSTEM, night.id)
    items = {one.name: one for one in offer.items}
    for order in ORDERS:
        await _ordered(own, organization, items[order.kind], order)
    seller = await _seller(own, organization)
    nobody = buyer_of("", "", "en", needed=False)
    for count, method in COUNTER:
        await own.tickets.orders.sell(seller, night.id, [Wish(items[SEAT].id, count)], nobody, method)
    visitor = next(one for one in demo.CAST if one.role is None)
    person = await own.accounts.administration.find(SYSTEM, visitor.email)
    vera = Principal(person_id=person.id, name=visitor.name)
    basket = await own.tickets.holds.take(vera, night.id, [Wish(items[PASS].id, 1)])
    buyer = buyer_of(visitor.name, visitor.email, "en")
    placed = await own.tickets.orders.place(vera, own.tickets.holds.token(basket.hold.id), buyer, Method.SANDBOX)
    await own.tickets.desk.decide(own.tickets.orders.token(placed.order.id), paid=True)


async def _ordered(own: Services, organization: Organization, item: Item, order: Order) -> None:
    tickets = own.tickets
    email = f"{order.name.lower().replace(' ', '.')}@visitor.example"
    basket = await tickets.holds.take(ANONYMOUS, item.perf_id, [Wish(item.id, order.count)], address=email)
    token = tickets.holds.token(basket.hold.id)
    placed = await tickets.orders.place(ANONYMOUS, token, buyer_of(order.name, email, "en"), order.method)
    if order.method is Method.SANDBOX:
        await tickets.desk.decide(tickets.orders.token(placed.order.id), paid=order.ends != "refused")
    if order.ends == "paid":
        await tickets.orders.mark_paid(SYSTEM, organization.id, placed.order.id, None)
    if order.ends == "cancelled":
        await tickets.orders.cancel(SYSTEM, organization.id, placed.order.id, "The bus does not run.")


async def _seller(own: Services, organization: Organization) -> Principal:
    bea = next(one for one in demo.CAST if one.role is Role.BOX_OFFICE)
    person = await own.accounts.administration.find(SYSTEM, bea.email)
    return Principal(person_id=person.id, name=bea.name, roles={organization.id: Role.BOX_OFFICE})
