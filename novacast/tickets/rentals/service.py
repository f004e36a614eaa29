"""Videos as they are put up for sale, and bought: with the baskets, orders and payments of everything else."""

from collections.abc import Sequence

from novacast.database import Database, Then, Transaction
from novacast.errors import Conflict, Forbidden, NotFound
from novacast.i18n import text
from novacast.identity import SYSTEM, Action, Principal, person_of
from novacast.records import dataclass
from novacast.tickets.events import store as events
from novacast.tickets.events.making import tell
from novacast.tickets.events.models import NewItem
from novacast.tickets.events.permission import arranges
from novacast.tickets.holds.models import Basket, NotOnSale, Wish
from novacast.tickets.holds.taking import Taking
from novacast.tickets.models import ItemKind, PerformanceState
from novacast.tickets.orders.models import Buyer, Method, Order, Receipt
from novacast.tickets.orders.placing import Placing
from novacast.tickets.orders.service import read
from novacast.tickets.purchases.models import FilmWish
from novacast.tickets.rentals import store
from novacast.tickets.rentals.models import HadAlready, OfferKind, Price, Terms, VideoOffer, name_of
from novacast.tickets.rentals.ports import Film, Films
from novacast.tickets.shelves import store as shelves
from novacast.tickets.shelves.making import furnish, lay_out
from novacast.tickets.shelves.models import Shelf, ShelfKind

NO_VIDEO = text("There is no such video, or it is not for you to see.")


@dataclass(frozen=True, slots=True)
class OnSale:
    """A video as it is sold; without offers where it is not."""

    film: Film
    offers: Sequence[VideoOffer]
    trailer: str | None
    currency: str


class VideoSales:
    def __init__(self, db: Database, taking: Taking, placing: Placing, films: Films) -> None:
        self._db, self._taking, self._placing, self._films = db, taking, placing, films

    async def sold(self, media_id: str) -> OnSale | None:
        """As everybody may know of it, whatever the video's visibility says; None where it is not for sale."""
        if not await self._db.one(store.is_sold(media_id)):
            return None
        try:
            found = await self._on_sale(await self._films.film(SYSTEM, media_id))
        except NotFound:
            return None
        return found if found.offers else None

    async def arranged(self, principal: Principal, media_id: str) -> OnSale:
        """For those who put it up for sale. Raises NotFound, Forbidden."""
        film = await self._films.film(SYSTEM, media_id)
        _arranges(principal, film)
        return await self._on_sale(film)

    async def decide(
        self, principal: Principal, media_id: str, terms: Terms, then: Then[Sequence[VideoOffer]] | None = None
    ) -> OnSale:
        """What a video is sold as from here on. Orders that are made keep their price, and rights what they mean.

        Raises NotFound, Forbidden, InvalidInput.
        """
        film = await self._films.film(SYSTEM, media_id)
        _arranges(principal, film)
        terms.check()
        if terms.trailer is not None:
            await self._trailer(film, terms.trailer)

        def unit(tx: Transaction) -> None:
            self._decide(tx, principal, film, terms)
            if then is not None:
                then(tx, [one for one in tx.all(store.offers(media_id)) if one.on_sale])

        await self._db.write(unit)
        return await self._on_sale(film)

    async def order(
        self,
        principal: Principal,
        media_id: str,
        offer_id: str,
        buyer: Buyer,
        method: Method,
        then: Then[Receipt] | None = None,
    ) -> Receipt:
        """One order of one offer. While it waits to be paid it stays the same one, however often it is asked for.

        Raises Unauthenticated, NotFound, NotOnSale, HadAlready, Unpayable, Conflict.
        """
        person_id = person_of(principal, text("Log in first: what you buy belongs to your account."))
        await self._films.film(SYSTEM, media_id)

        def unit(tx: Transaction) -> Receipt:
            offer = _offered(tx, media_id, offer_id)
            self._check_new(tx, person_id, media_id, offer)
            receipt = self._waiting(tx, person_id, offer, method) or self._place(tx, person_id, offer, buyer, method)
            if then is not None:
                then(tx, receipt)
            return receipt

        return await self._db.write(unit)

    async def known(self, films: Sequence[FilmWish]) -> None:
        """Raises NotFound where one is not there to be bought."""
        for one in films:
            await self._films.film(SYSTEM, one.media_id)

    def basket(self, tx: Transaction, person_id: str, media_id: str, offer_id: str) -> Basket:
        """What an order of one offer is made of, for whoever makes it. Raises NotFound, NotOnSale, HadAlready; Conflict
        where an order of the video waits to be paid."""
        offer = _offered(tx, media_id, offer_id)
        self._check_new(tx, person_id, media_id, offer)
        for order in tx.all(store.waiting(person_id, offer.perf_id)):
            raise _waits(order)
        return self._take(tx, person_id, offer)

    def _take(self, tx: Transaction, person_id: str, offer: VideoOffer) -> Basket:
        return self._taking.take(tx, offer.perf_id, [Wish(offer.id, 1)], person_id=person_id, public=False)

    def _check_new(self, tx: Transaction, person_id: str, media_id: str, offer: VideoOffer) -> None:
        """Whoever rents may still buy; nobody pays for what they have."""
        good = [one for one in tx.all(store.rights(person_id, media_id)) if one.opens(tx.now)]
        if any(one.kind is OfferKind.BUY for one in good) or (good and offer.kind is OfferKind.RENT):
            raise HadAlready(text("You can watch this already. Look into your account, under Videos."))

    def _waiting(self, tx: Transaction, person_id: str, offer: VideoOffer, method: Method) -> Receipt | None:
        """What they ordered before, where that is the same. Raises Conflict where a payment of another is begun."""
        for order in tx.all(store.waiting(person_id, offer.perf_id)):
            found = read(tx, order.id)
            same = all(one.claim.item_id == offer.id and one.claim.cost == offer.price for one in found.lines)
            if same and order.method is method:
                return found
            if any(one.url is not None for one in found.attempts):
                raise _waits(order)
        return None

    def _place(self, tx: Transaction, person_id: str, offer: VideoOffer, buyer: Buyer, method: Method) -> Receipt:
        basket = self._take(tx, person_id, offer)
        made = self._placing.place(tx, basket, buyer, method, person_id=person_id, seller=None)
        return read(tx, made.id)

    def _decide(self, tx: Transaction, principal: Principal, film: Film, terms: Terms) -> None:
        wanted = {OfferKind.BUY: terms.buy, OfferKind.RENT: terms.rent}
        if not any(wanted.values()) and tx.one(shelves.current(ShelfKind.VIDEO, film.media_id)) is None:
            return
        shelf = furnish(tx, principal, ShelfKind.VIDEO, film.org_id, film.media_id, film.title, terms.currency)
        store.set_trailer(tx, film.media_id, terms.trailer)
        before = tx.all(store.offers(film.media_id))
        for kind, price in wanted.items():
            self._offer(tx, principal, shelf, kind, price, [one for one in before if one.kind is kind])
        performance = tx.one(events.performance(shelf.perf_id))
        assert performance is not None, "a shelf has a performance"
        if performance.state is PerformanceState.CANCELLED:
            raise Conflict(text("This video was taken out of sale for good."))
        events.change_performance(tx, shelf.perf_id, {})
        tell(tx, "item.changed", performance, principal, detail=film.title)

    def _offer(
        self,
        tx: Transaction,
        principal: Principal,
        shelf: Shelf,
        kind: OfferKind,
        price: Price | None,
        before: Sequence[VideoOffer],
    ) -> None:
        """What means the same costs something else from now on; what means something else is another offer."""
        kept = None if price is None else next((one for one in before if one.is_as(price)), None)
        for one in before:
            if one != kept and one.on_sale:
                events.change_item(tx, one.id, {"on_sale": 0})
        if price is None:
            return
        if kept is not None:
            events.change_item(tx, kept.id, {"on_sale": 1, "price": price.amount, "tax_bp": price.tax_bp})
            return
        new = NewItem(name_of(price), ItemKind.ADD_ON, price=price.amount, tax_bp=price.tax_bp, most=1, hidden=True)
        made = lay_out(tx, principal, shelf, new)
        store.add_offer(tx, made.id, kind, price.hours, price.days)

    async def _trailer(self, film: Film, trailer_id: str) -> None:
        """Raises NotFound where not everybody sees it, or it is another house's."""
        found = await self._films.film(Principal(), trailer_id)
        if found.org_id != film.org_id:
            raise NotFound(NO_VIDEO)

    async def _on_sale(self, film: Film) -> OnSale:
        offers = [one for one in await self._db.all(store.offers(film.media_id)) if one.on_sale]
        shelf = await self._db.one(shelves.current(ShelfKind.VIDEO, film.media_id))
        trailer = await self._db.one(store.trailer(film.media_id))
        return OnSale(film, offers, trailer, "" if shelf is None else shelf.currency)


def _waits(order: Order) -> Conflict:
    return Conflict(text("Order {code} waits to be paid. Pay it, or call it off, before another.", code=order.code))


def _offered(tx: Transaction, media_id: str, offer_id: str) -> VideoOffer:
    found = next((one for one in tx.all(store.offers(media_id)) if one.id == offer_id), None)
    if found is None:
        raise NotFound(text("There is no such offer of this video."))
    if not found.on_sale:
        raise NotOnSale(text("This is not offered any more. Look at the video's page again."))
    return found


def _arranges(principal: Principal, film: Film) -> None:
    """Raises NotFound to those who know nothing of it, Forbidden to those who only see it."""
    if not principal.allows(Action.ORG_VIEW, film.org_id):
        raise NotFound(NO_VIDEO)
    try:
        arranges(principal, film.org_id)
    except Forbidden as error:
        raise Forbidden(text("Your part in this organization lets you sell no videos.")) from error
