"""What stands at a watch address for those who can't see the thing yet: all that opens it; and the way through buying
it. All of it works without scripts."""

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import quote

from pydantic import Field

from novacast.clock import Clock
from novacast.errors import Conflict, InvalidInput, NotFound, Unavailable
from novacast.i18n import gettext as _
from novacast.i18n import text
from novacast.identity import SYSTEM, Principal
from novacast.tickets import showcase
from novacast.tickets.cancelling.service import Cancelling
from novacast.tickets.orders.leading.pages import lead
from novacast.tickets.orders.models import Method, buyer_of
from novacast.tickets.orders.service import Orders
from novacast.tickets.orders.ways import method_name
from novacast.tickets.passes.pages import WatchDoor
from novacast.tickets.rentals.models import VideoOffer
from novacast.tickets.rentals.ports import Accounts, Film, Films, Memberships
from novacast.tickets.rentals.rights import Rights
from novacast.tickets.rentals.routes import BUYING
from novacast.tickets.rentals.service import OnSale, VideoSales
from novacast.tickets.rentals.words import left, meaning, offer_name
from novacast.web import Body, Call, Html, Redirect, form, page
from novacast.words import duration, money

WATCH = "/watch/{video_id}"
FRAMES = {"frame-src": "'self'"}
"""A trailer plays in a frame of ours."""
MINE = "/account/videos"


class OfferQuery(Body):
    offer: Annotated[str, Field(max_length=64)] = ""


class BuyForm(Body):
    offer: Annotated[str, Field(max_length=64)] = ""
    name: Annotated[str, Field(max_length=300)] = ""
    method: Annotated[str, Field(max_length=20)] = ""


class SalesDoor:
    """Fits videos' port `TicketDoor`: what tickets, purchases and memberships open, on one page."""

    def __init__(
        self,
        tickets: WatchDoor,
        sales: VideoSales,
        rights: Rights,
        films: Films,
        memberships: Memberships,
        clock: Clock,
    ) -> None:
        self._tickets, self._sales, self._rights = tickets, sales, rights
        self._films, self._memberships, self._clock = films, memberships, clock

    async def admitted(self, principal: Principal, media_id: str) -> Principal:
        """But for those whose rental has not begun: they are asked first whether it shall."""
        admitted = await self._tickets.admitted(principal, media_id)
        waits = await self._rights.waits(principal, media_id)
        others = admitted.passes - {(waits.org_id, media_id)} if waits is not None else admitted.passes
        return admitted if others or waits is None else principal

    async def page(self, call: Call, media_id: str) -> Html | None:
        """None where nothing opens this."""
        waits = await self._rights.waits(call.principal, media_id)
        inner = await self._tickets.page(call, media_id)
        sold = await self._sales.sold(media_id)
        org_id = await self._tickets.house(media_id)
        memberships = [] if org_id is None else await self._memberships.opening(org_id, media_id)
        if not (waits or sold or memberships):
            return inner
        film = await self._film(media_id)
        now = self._clock.now()
        context = {
            "nights": [],
            "held": [],
            **({} if inner is None else inner.context),
            "media": media_id,
            "place": quote(f"/watch/{media_id}"),
            "film": None if film is None else film_shown(film),
            "title": film.title if film is not None else (inner.context["event"].title if inner else ""),
            "trailer": "" if sold is None else sold.trailer or "",
            "waits": "" if waits is None else left(waits, now),
            "offers": [] if sold is None or waits else [offer_shown(one) for one in sold.offers],
            "memberships": memberships,
        }
        return Html("tickets/ways_in.html", context, csp=FRAMES)

    async def _film(self, media_id: str) -> Film | None:
        try:
            return await self._films.film(SYSTEM, media_id)
        except NotFound:
            return None


class VideoShopPages:
    def __init__(
        self,
        sales: VideoSales,
        rights: Rights,
        orders: Orders,
        cancelling: Cancelling,
        accounts: Accounts,
        clock: Clock,
        *,
        test: bool,
    ) -> None:
        self._sales, self._rights, self._orders, self._cancelling = sales, rights, orders, cancelling
        self._accounts, self._clock, self._test = accounts, clock, test

    @page(f"{WATCH}/buy")
    async def ask(self, call: Call, video_id: str, query: OfferQuery) -> Html:
        me = await self._accounts.me(call.principal)
        return await self._asking(video_id, BuyForm(offer=query.offer, name=me.name))

    @form(f"{WATCH}/buy")
    async def buy(self, call: Call, video_id: str, form: BuyForm) -> Html | Redirect:
        """The order is paid as every other is."""
        call.limit(BUYING)
        me = await self._accounts.me(call.principal)
        try:
            buyer = buyer_of(form.name, me.email, call.language)
            method = Method(form.method)
            receipt = await self._sales.order(call.principal, video_id, form.offer, buyer, method)
        except ValueError:
            return await self._asking(video_id, form, [text("Choose how you pay.")])
        except (InvalidInput, Conflict, Unavailable) as error:
            return await self._asking(video_id, form, [error.message])
        return await lead(self._orders, self._orders.token(receipt.order.id))

    @form(f"{WATCH}/begin")
    async def begin(self, call: Call, video_id: str) -> Redirect:
        """The hours of a rental run from here on."""
        await self._rights.begin(call.principal, video_id)
        return Redirect(f"/watch/{video_id}")

    @page(MINE)
    async def mine(self, call: Call) -> Html:
        now = self._clock.now()
        lines = [
            {
                "media": one.media_id,
                "title": one.title,
                "kind": offer_name(one.kind),
                "left": left(one, now),
                "open": one.opens(now),
                "order": f"/order/{quote(self._orders.token(one.order_id))}",
            }
            for one in await self._rights.mine(call.principal)
        ]
        return Html("tickets/videos.html", {"lines": lines})

    async def _asking(self, video_id: str, form: BuyForm, errors: Sequence[object] = ()) -> Html:
        sold, offer = await self._found(video_id, form.offer)
        account = await self._cancelling.account(sold.film.org_id)
        methods = self._orders.methods(offer.price, account=account is not None)
        context = {
            "film": film_shown(sold.film),
            "offer": offer_shown(offer),
            "test": self._test,
            "methods": [(one.value, method_name(one)) for one in methods],
            "values": form,
            "problems": errors,
        }
        return Html("tickets/video_buy.html", context)

    async def _found(self, video_id: str, offer_id: str) -> tuple[OnSale, VideoOffer]:
        """Raises NotFound."""
        sold = await self._sales.sold(video_id)
        offer = None if sold is None else next((one for one in sold.offers if one.id == offer_id), None)
        if sold is None or offer is None:
            raise NotFound(text("This is not offered any more. Look at the video's page again."))
        return sold, offer


def film_shown(film: Film) -> dict[str, Any]:
    return {
        "id": film.media_id,
        "title": film.title,
        "description": film.description,
        "poster": f"/api/v1/videos/{film.media_id}/offers/poster" if film.poster is not None else "",
        "duration": duration(film.duration) if film.duration else "",
    }


def offer_shown(offer: VideoOffer) -> dict[str, Any]:
    percent = showcase.percent(offer.tax_bp)
    return {
        "id": offer.id,
        "name": offer_name(offer.kind),
        "price": money(offer.price, offer.currency),
        "meaning": meaning(offer),
        "tax": _("%(rate)s tax is in it.") % {"rate": percent} if offer.tax_bp else "",
    }
