"""The API of changing what an order holds: for the house, and for whoever has the order's link."""

from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound
from novacast.tickets.editing.bodies import (
    AdditionBody,
    BuyerBody,
    ExchangeBody,
    ExchangeQuoteBody,
    InsteadQuery,
    OwnExchangeBody,
)
from novacast.tickets.editing.service import Editing
from novacast.tickets.holders.service import Holders
from novacast.tickets.holds.bodies import HoldBody
from novacast.tickets.holds.models import Basket
from novacast.tickets.holds.service import Holds
from novacast.tickets.orders.bodies import ReceiptBody
from novacast.tickets.orders.models import Receipt
from novacast.tickets.orders.routes import OF_ORG, ORDER
from novacast.tickets.orders.service import Orders
from novacast.web import Call, get, post, put

EXCHANGE = f"{OF_ORG}/{{order_id}}/tickets/{{ticket_id}}/exchange"
OWN = f"{ORDER}/tickets/{{ticket_id}}/exchange"
_WORK = (NotFound, Forbidden, Conflict, InvalidInput)
_OWN = (NotFound, Conflict, InvalidInput)


class EditingRoutes:
    def __init__(self, editing: Editing, orders: Orders, holders: Holders, holds: Holds) -> None:
        self._editing, self._orders, self._holders, self._holds = editing, orders, holders, holds

    @get(EXCHANGE, tag="tickets", summary="What it would cost to make a ticket another", errors=_WORK)
    async def quote(
        self, call: Call, org_id: str, order_id: str, ticket_id: str, query: InsteadQuery
    ) -> ExchangeQuoteBody:
        found = await self._editing.quote(call.principal, org_id, order_id, ticket_id, query.instead())
        return ExchangeQuoteBody.of(found)

    @post(EXCHANGE, tag="tickets", atomic=True, summary="Make a ticket another kind, or of another seat", errors=_WORK)
    async def exchange(self, call: Call, org_id: str, order_id: str, ticket_id: str, body: ExchangeBody) -> ReceiptBody:
        """The old ticket is void, another is issued. What it costs more is paid now; what it costs less is given back
        by the way it came."""
        then, instead = call.remembered(self._shown), body.instead()
        await self._editing.exchange(
            call.principal, org_id, order_id, ticket_id, instead, body.difference, body.method, then
        )
        return then.answer

    @post(f"{OF_ORG}/{{order_id}}/add", tag="tickets", atomic=True, summary="Add tickets to an order", errors=_WORK)
    async def add(self, call: Call, org_id: str, order_id: str, body: AdditionBody) -> ReceiptBody:
        """Through the same gate as a purchase, and paid at once."""
        then = call.remembered(self._shown)
        await self._editing.add(call.principal, org_id, order_id, body.wishes(), body.method, then)
        return then.answer

    @put(f"{OF_ORG}/{{order_id}}/buyer", tag="tickets", summary="Correct whose order it is", errors=_WORK)
    async def readdress(self, call: Call, org_id: str, order_id: str, body: BuyerBody) -> ReceiptBody:
        """Its mail is sent again, to the new address."""
        buyer = body.buyer(call.language)
        return self._shown(await self._editing.readdress(call.principal, org_id, order_id, buyer))

    @get(OWN, tag="tickets", public=True, summary="What would be given back for another ticket", errors=_OWN)
    async def own_quote(self, call: Call, token: str, ticket_id: str, query: InsteadQuery) -> ExchangeQuoteBody:
        find = self._holders.of_order(token, ticket_id)
        return ExchangeQuoteBody.of(await self._editing.own_quote(find, query.instead()))

    @post(OWN, tag="tickets", public=True, atomic=True, summary="Change a ticket for another", errors=_OWN)
    async def exchange_own(self, call: Call, token: str, ticket_id: str, body: OwnExchangeBody) -> ReceiptBody:
        """Within the event's rules of giving back, for what costs no more."""
        then, find = call.remembered(self._shown), self._holders.of_order(token, ticket_id)
        await self._editing.exchange_own(call.principal, find, body.instead(), body.back, then)
        return then.answer

    @post(
        f"{OWN}/dearer", tag="tickets", public=True, status=201, atomic=True, summary="Buy what costs more", errors=_OWN
    )
    async def buy_dearer(self, call: Call, token: str, ticket_id: str, body: InsteadQuery) -> HoldBody:
        """A basket: once it is ordered and paid, your ticket is given back with all that was paid for it."""
        then, find = call.remembered(self._basket), self._holders.of_order(token, ticket_id)
        await self._editing.buy_dearer(call.principal, find, body.instead(), then)
        return then.answer

    def _basket(self, basket: Basket) -> HoldBody:
        return HoldBody.shown(basket, self._holds.token(basket.hold.id))

    def _shown(self, receipt: Receipt) -> ReceiptBody:
        return ReceiptBody.shown(receipt, self._orders.token(receipt.order.id))
