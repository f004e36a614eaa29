"""The API of tips."""

from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound, RateLimited, Unauthenticated
from novacast.i18n import text
from novacast.limits import Rate
from novacast.tickets.orders.bodies import ReceiptBody
from novacast.tickets.orders.models import Receipt
from novacast.tickets.orders.service import Orders
from novacast.tickets.tips.bodies import NewTipBody, RoomTipsBody, TipRulesBody
from novacast.tickets.tips.ports import Houses
from novacast.tickets.tips.service import Tips
from novacast.web import Call, get, post, put

OF_ROOM = "/api/v1/rooms/{room_id}/tips"
OF_ORG = "/api/v1/organizations/{org_id}/tips"
GIVING = Rate("tickets.tips", burst=10, period=60)
"""Tips that one person may begin."""


class TipRoutes:
    def __init__(self, tips: Tips, orders: Orders, houses: Houses) -> None:
        self._tips, self._orders, self._houses = tips, orders, houses

    @get(OF_ROOM, tag="tickets", public=True, summary="What tips a room takes", errors=(NotFound,))
    async def show(self, call: Call, room_id: str) -> RoomTipsBody:
        """Every page with a room asks: that it takes none is an answer, no error."""
        house = await self._houses.house(room_id)
        if house is None:
            raise NotFound(text("There is no such room, or it is not for you."))
        return RoomTipsBody.of(await self._tips.rules(house))

    @post(
        OF_ROOM,
        tag="tickets",
        status=201,
        summary="Give a tip in a room",
        errors=(NotFound, Unauthenticated, Forbidden, InvalidInput, Conflict, RateLimited),
    )
    async def give(self, call: Call, room_id: str, body: NewTipBody) -> ReceiptBody:
        """An order, paid as every order is. Its words and its amount stand in the room once it is paid."""
        call.limit(GIVING)
        then, buyer = call.remembered(self._receipt), body.buyer(call.language)
        await self._tips.give(
            call.principal, room_id, body.amount, body.words, buyer, body.method, then, at=body.moment()
        )
        return then.answer

    @get(OF_ORG, tag="tickets", summary="What tips a house takes", errors=(NotFound, Forbidden))
    async def decided(self, call: Call, org_id: str) -> TipRulesBody:
        found = await self._tips.decided(call.principal, org_id)
        if found is None:
            raise NotFound(text("Nobody has decided on tips here yet: they are off."))
        return TipRulesBody.of(found)

    @put(OF_ORG, tag="tickets", summary="Take tips, or no more", errors=(NotFound, Forbidden, InvalidInput))
    async def decide(self, call: Call, org_id: str, body: TipRulesBody) -> TipRulesBody:
        return TipRulesBody.of(await self._tips.decide(call.principal, org_id, body.rules()))

    def _receipt(self, receipt: Receipt) -> ReceiptBody:
        return ReceiptBody.shown(receipt, self._orders.token(receipt.order.id))
