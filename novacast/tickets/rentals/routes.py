"""The API of videos that are sold."""

from aiohttp import web

from novacast.clock import Clock
from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound, RateLimited
from novacast.i18n import text
from novacast.identity import SYSTEM
from novacast.limits import Rate
from novacast.tickets.orders.bodies import ReceiptBody
from novacast.tickets.orders.models import Receipt
from novacast.tickets.orders.service import Orders
from novacast.tickets.rentals.bodies import NewVideoOrderBody, RightBody, RightsBody, TermsBody, VideoOffersBody
from novacast.tickets.rentals.ports import Films, Memberships
from novacast.tickets.rentals.rights import Rights
from novacast.tickets.rentals.service import OnSale, VideoSales
from novacast.web import Call, get, post, put

VIDEO = "/api/v1/videos/{video_id}"
BUYING = Rate("tickets.videos", burst=30, period=600)
"""Orders of videos that one person may begin."""
_JPEG = {
    "responses": {
        "200": {
            "description": "A JPEG.",
            "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}


class VideoSaleRoutes:
    def __init__(
        self, sales: VideoSales, rights: Rights, orders: Orders, films: Films, memberships: Memberships, clock: Clock
    ) -> None:
        self._sales, self._rights, self._orders = sales, rights, orders
        self._films, self._memberships, self._clock = films, memberships, clock

    @get(f"{VIDEO}/offers", tag="tickets", public=True, summary="What a video is sold as", errors=(NotFound,))
    async def show(self, call: Call, video_id: str) -> VideoOffersBody:
        """Everybody is told of a video that is sold, whoever may watch it."""
        found = await self._sales.sold(video_id)
        if found is None:
            raise NotFound(text("This video is not for sale."))
        return await self._shown(found)

    @get(
        f"{VIDEO}/offers/poster", tag="tickets", public=True, summary="Its picture", errors=(NotFound,), operation=_JPEG
    )
    async def poster(self, call: Call, video_id: str) -> web.FileResponse:
        film = await self._films.film(SYSTEM, video_id)
        told = await self._sales.sold(video_id) or await self._memberships.opening(film.org_id, video_id)
        if film.poster is None or not told:
            raise NotFound(text("This video has no picture."))
        return web.FileResponse(film.poster, headers={"Cache-Control": "private, max-age=3600"})

    @put(
        f"{VIDEO}/offers",
        tag="tickets",
        summary="Put a video up for sale",
        errors=(NotFound, Forbidden, InvalidInput, Conflict),
    )
    async def decide(self, call: Call, video_id: str, body: TermsBody) -> VideoOffersBody:
        """What was bought stays what it is, and an order that waits to be paid keeps its price."""
        return await self._shown(await self._sales.decide(call.principal, video_id, body.terms()))

    @post(
        f"{VIDEO}/orders",
        tag="tickets",
        status=201,
        summary="Buy or rent a video",
        errors=(NotFound, InvalidInput, Conflict, RateLimited),
    )
    async def order(self, call: Call, video_id: str, body: NewVideoOrderBody) -> ReceiptBody:
        """It is paid as every order is: see `/orders/{token}/pay`. Asked for again while it waits, it is the same."""
        call.limit(BUYING)
        then, buyer = call.remembered(self._receipt), body.buyer(call.language)
        await self._sales.order(call.principal, video_id, body.offer, buyer, body.method, then)
        return then.answer

    @get("/api/v1/me/videos", tag="tickets", summary="Videos that I bought or rented")
    async def mine(self, call: Call) -> RightsBody:
        now = self._clock.now()
        return RightsBody(items=[RightBody.of(one, now) for one in await self._rights.mine(call.principal)])

    async def _shown(self, sale: OnSale) -> VideoOffersBody:
        opening = await self._memberships.opening(sale.film.org_id, sale.film.media_id)
        return VideoOffersBody.of(sale, opening)

    def _receipt(self, receipt: Receipt) -> ReceiptBody:
        return ReceiptBody.shown(receipt, self._orders.token(receipt.order.id))
