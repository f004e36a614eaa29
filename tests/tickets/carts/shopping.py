"""A house with two evenings, a film and a membership, behind the real web server, and a browser that collects."""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import ClientSession, CookieJar

from novacast.clock import HOUR
from novacast.identity import Principal
from novacast.tickets.carts.entrances import cart_pages
from novacast.tickets.events.models import EventChanges, Item, NewItem, Performance, PerformanceChanges
from novacast.tickets.models import ItemKind, PerformanceState
from novacast.tickets.purchases.service import Purchases
from novacast.tickets.purchases.services import purchase_services
from novacast.tickets.rentals.entrances import rental_routes
from novacast.tickets.rentals.models import OfferKind
from tests.tickets.box import KEY, OTHER_ORG, OUTSIDER, OWNER, Box
from tests.tickets.rentals.shop import FILM, Shop, open_shop
from tests.tickets.serving import Served, serving
from tests.tickets.test_pages import HTML, Forms

PLAN = "plan1"


@dataclass(frozen=True, slots=True)
class Me:
    name: str = "Ada"
    email: str = "ada@example.org"


class Accounts:
    async def me(self, principal: Principal) -> Me:
        return Me()


class Trailers:
    async def open(self, principal: Principal, org_id: str, limit: int) -> Sequence[tuple[str, str]]:
        return []


class Houses:
    async def names(self, ids: Sequence[str]) -> dict[str, str]:
        return {one: f"House {one}" for one in ids}


@dataclass(frozen=True, slots=True)
class Plan:
    id: str = PLAN
    org_id: str = "org1"
    name: str = "Friends"
    price: int = 500
    currency: str = "EUR"
    words: str = "€5.00 a month"
    trial_days: int = 0
    offered: bool = True
    had: bool = False


@dataclass
class Plans:
    plans: dict[str, Plan] = field(default_factory=lambda: {PLAN: Plan()})

    async def plan(self, principal: Principal, plan_id: str) -> Plan | None:
        return self.plans.get(plan_id)


@dataclass
class Browser:
    """`who`: whose token it sends; empty: nobody's. Follows where it is led."""

    served: Served
    client: ClientSession
    who: str = ""
    path: str = ""
    text: str = ""

    async def get(self, path: str) -> str:
        return await self._asked("GET", path, None, 200)

    async def send(self, action: str, status: int = 200, at: int = 0, **filled: str) -> str:
        """A form of the page that is open, by how its address ends; `at`: which of several."""
        place, fields = [one for one in Forms(self.text).found if one[0].endswith(action)][at]
        body = [(name, filled.get(name, value)) for name, value in fields]
        body += [(name, value) for name, value in filled.items() if name not in dict(fields)]
        return await self._asked("POST", place, body, status)

    async def post(self, path: str, status: int = 200, **fields: str) -> str:
        return await self._asked("POST", path, list(fields.items()), status)

    async def _asked(self, method: str, path: str, body: object, status: int) -> str:
        headers = HTML | {"Origin": self.served.url, "Sec-Fetch-Site": "same-origin"}
        headers |= {"Authorization": f"Bearer {self.who}"} if self.who else {}
        place = path if path.startswith("http") else self.served.url + path
        async with self.client.request(method, place, data=body, headers=headers) as response:
            self.text = await response.text()
            assert response.status == status, (response.url.path, self.text)
            self.path = response.url.path_qs
        return self.text

    @property
    def badge(self) -> str:
        """What the head of the page says of the basket; empty: nothing."""
        found = re.search(r'basket-badge" href="/basket" aria-label="([^"]+)"', self.text)
        return "" if found is None else found[1]


@dataclass
class Market:
    """`second`: another evening of the same house, with `chair` for sale; `far`: one of another house, with `stool`."""

    box: Box
    shop: Shop
    served: Served
    plans: Plans
    purchases: Purchases
    second: Performance
    chair: Item
    far: Performance
    stool: Item
    clients: list[ClientSession] = field(default_factory=list)

    def browser(self, who: str = "") -> Browser:
        client = ClientSession(cookie_jar=CookieJar(unsafe=True))
        self.clients.append(client)
        return Browser(self.served, client, who)

    async def rent(self) -> str:
        return await self.shop.offer(OfferKind.RENT)

    async def into(self, browser: Browser, performance: Performance, count: int = 1) -> str:
        """So many of what is sold there without seats."""
        item = {self.box.night.id: self.box.room, self.second.id: self.chair, self.far.id: self.stool}[performance.id]
        fields = {"item": item.id, "quantity": str(count)}
        return await browser.post(f"/performances/{performance.id}", **fields)

    async def film(self, browser: Browser) -> str:
        return await browser.post("/basket/things/films", media=FILM, offer=await self.rent())


async def evening(box: Box, who: Principal, org: str, title: str, currency: str = "EUR") -> tuple[Performance, Item]:
    changes = EventChanges(title=title, timezone="Europe/Vienna", currency=currency, published=True)
    event = await box.own.events.create(who, org, changes)
    start = box.clock.now() + 48 * HOUR
    hours = PerformanceChanges(frozenset({"starts_at", "ends_at"}), starts_at=start, ends_at=start + 3 * HOUR)
    night = await box.own.performances.create(who, event.id, hours)
    item = await box.own.performances.add_item(who, night.id, NewItem("Chair", ItemKind.GENERAL, price=700), [])
    await box.own.performances.add_quota(who, night.id, "Room", 10, [item.id])
    return await box.own.performances.move(who, night.id, PerformanceState.ON_SALE), item


@asynccontextmanager
async def market(box: Box) -> AsyncIterator[Market]:
    shop, plans = await open_shop(box), Plans()
    purchases = purchase_services(box.db, box.own, shop.own.sales, KEY, "http://house.example")
    box.own.carts.purchases = purchases
    second, chair = await evening(box, OWNER, "org1", "مسرحية طويلة الاسم Faust II, der Tragödie zweiter Teil")
    far, stool = await evening(box, OUTSIDER, OTHER_ORG, "Elsewhere")
    pages = cart_pages(box.own, shop.own, purchases, plans, Houses(), Accounts())
    routes = [*rental_routes(shop.own, box.own, Accounts(), Trailers(), box.clock), *pages]
    badge = box.own.carts.seen
    async with serving(box, routes, badge) as served:
        opened = Market(box, shop, served, plans, purchases, second, chair, far, stool)
        try:
            yield opened
        finally:
            for client in opened.clients:
                await client.close()
