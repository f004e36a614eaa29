"""The form that sends an order's mail again."""

from urllib.parse import quote

from novacast.errors import Conflict
from novacast.i18n import gettext as _
from novacast.tickets.orders.service import Orders
from novacast.tickets.post.routes import RESENT
from novacast.tickets.post.service import OrderPost
from novacast.web import Call, Notice, Redirect, form


class ResendPages:
    def __init__(self, order_post: OrderPost, orders: Orders) -> None:
        self._post, self._orders = order_post, orders

    @form("/order/{token}/resend", public=True)
    async def resend(self, call: Call, token: str) -> Redirect:
        order_id, place = self._orders.id_of(token), f"/order/{quote(token)}"
        call.limit(RESENT, order_id)
        try:
            await self._post.resend(order_id)
        except Conflict as error:
            return Redirect(place, notice=Notice("bad", error.message))
        return Redirect(place, notice=Notice("good", _("The mail is on its way again.")))
