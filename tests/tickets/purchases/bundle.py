"""A box office that sells two performances and a film, all of which may be bought together."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from novacast.clock import HOUR
from novacast.identity import Principal
from novacast.payments.ledger.service import Ledger
from novacast.tickets.events.models import Item, NewItem, Performance, PerformanceChanges
from novacast.tickets.holds.models import Wish
from novacast.tickets.models import ItemKind, OrderState, PerformanceState
from novacast.tickets.orders.models import Buyer, Method
from novacast.tickets.purchases.models import FilmWish, Purchased, Wanted
from novacast.tickets.purchases.ports import Plans
from novacast.tickets.purchases.service import Purchases
from novacast.tickets.purchases.services import purchase_services
from novacast.tickets.rentals.models import OfferKind
from novacast.tickets.rentals.services import rental_services
from tests.tickets.box import ADA, ADA_AS_BUYER, KEY, OWNER, Box
from tests.tickets.rentals.shop import FILM, NoMemberships, Shop, open_shop

ROOT = "http://house.example"
SEAT, STANDING, RENT = 2050, 1000, 450
"""What a seat, a place and the film cost."""


@dataclass
class Bundle:
    """`matinee` is a second performance, with room for ten standing."""

    box: Box
    shop: Shop
    purchases: Purchases
    matinee: Performance
    place: Item

    async def wanted(self, *, films: bool = True, plan_id: str | None = None, who: Principal = ADA) -> Wanted:
        """A seat tonight, a place in the matinee and, with `films`, a film."""
        own = self.box.own
        night = await own.holds.take(who, self.box.night.id, [Wish(self.box.seats.id, 1)])
        other = await own.holds.take(who, self.matinee.id, [Wish(self.place.id, 1)])
        rented = [FilmWish(FILM, await self.shop.offer(OfferKind.RENT))] if films else []
        return Wanted([own.holds.token(one.hold.id) for one in (night, other)], rented, plan_id)

    async def order(
        self,
        method: Method = Method.SANDBOX,
        wanted: Wanted | None = None,
        who: Principal = ADA,
        buyer: Buyer = ADA_AS_BUYER,
    ) -> tuple[str, Purchased]:
        """The purchase's token, and itself."""
        made = await self.purchases.place(who, wanted or await self.wanted(who=who), buyer, method)
        return self.purchases.token(made.purchase.id), made

    def at(self, box: Box) -> "Bundle":
        """The same at a box office that was put together anew."""
        own = rental_services(box.db, box.own, Ledger(), self.shop.films, NoMemberships())
        shop = replace(self.shop, box=box, own=own)
        return replace(self, box=box, shop=shop, purchases=purchase_services(box.db, box.own, own.sales, KEY, ROOT))

    async def states(self, token: str) -> Sequence[OrderState]:
        return [one.order.state for one in (await self.purchases.show(token)).receipts]


async def open_bundle(box: Box, plans: Plans | None = None) -> Bundle:
    start = box.clock.now() + 48 * HOUR
    hours = PerformanceChanges(frozenset({"starts_at", "ends_at"}), starts_at=start, ends_at=start + 3 * HOUR)
    matinee = await box.own.performances.create(OWNER, box.night.event_id, hours, None)
    place = await box.own.performances.add_item(
        OWNER, matinee.id, NewItem("Place", ItemKind.GENERAL, price=STANDING), []
    )
    await box.own.performances.add_quota(OWNER, matinee.id, "Room", 10, [place.id])
    matinee = await box.own.performances.move(OWNER, matinee.id, PerformanceState.ON_SALE)
    shop = await open_shop(box)
    purchases = purchase_services(box.db, box.own, shop.own.sales, KEY, ROOT, plans)
    return Bundle(box, shop, purchases, matinee, place)
