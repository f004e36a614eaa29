"""Mails about an order once more."""

from novacast.errors import Conflict, Forbidden, NotFound, RateLimited
from novacast.limits import Rate
from novacast.tickets.orders.routes import OF_ORG, ORDER
from novacast.tickets.orders.service import Orders
from novacast.tickets.post.service import OrderPost
from novacast.web import Body, Call, post

RESENT = Rate("tickets.resend", burst=3, period=3600)
"""Of one order."""


class SentBody(Body):
    sent: bool


class PostRoutes:
    def __init__(self, order_post: OrderPost, orders: Orders) -> None:
        self._post, self._orders = order_post, orders

    @post(
        f"{ORDER}/resend",
        tag="tickets",
        public=True,
        summary="Send an order's mail again",
        errors=(NotFound, Conflict, RateLimited),
    )
    async def resend(self, call: Call, token: str) -> SentBody:
        """To the address that it was made with: the tickets, or what there is to pay."""
        order_id = self._orders.id_of(token)
        call.limit(RESENT, order_id)
        await self._post.resend(order_id, call.remember(lambda _sent: SentBody(sent=True)))
        return SentBody(sent=True)

    @post(
        f"{OF_ORG}/{{order_id}}/resend",
        tag="tickets",
        summary="Send an order's mail again, by the house",
        errors=(NotFound, Forbidden, Conflict),
    )
    async def resend_for(self, call: Call, org_id: str, order_id: str) -> SentBody:
        then = call.remember(lambda _sent: SentBody(sent=True))
        await self._post.resend_for(call.principal, org_id, order_id, then)
        return SentBody(sent=True)
