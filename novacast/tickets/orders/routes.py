"""The API of orders: for whoever has an order's link, and for the box office."""

from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound, Unavailable
from novacast.tickets.events.routes import PERFORMANCE
from novacast.tickets.holds.routes import HOLD
from novacast.tickets.orders.bodies import (
    CancelBody,
    NewOrderBody,
    NoteBody,
    OrderBody,
    OrderEntryBody,
    OrdersBody,
    OrdersQuery,
    OrderStoryBody,
    PaidBody,
    ReceiptBody,
    SaleBody,
    SandboxBody,
)
from novacast.tickets.orders.models import Receipt
from novacast.tickets.orders.sandbox import SandboxDesk
from novacast.tickets.orders.service import Orders
from novacast.tickets.sales.models import Wanted
from novacast.tickets.sales.service import Sales
from novacast.web import Call, ListQuery, get, patch, post

ORDER = "/api/v1/orders/{token}"
OF_ORG = "/api/v1/organizations/{org_id}/orders"
_WORK = (NotFound, Forbidden)


class OrderRoutes:
    def __init__(self, orders: Orders, desk: SandboxDesk) -> None:
        self._orders, self._desk = orders, desk

    @post(
        f"{HOLD}/order",
        tag="tickets",
        public=True,
        status=201,
        atomic=True,
        summary="Order what is in a basket",
        errors=(InvalidInput, NotFound, Conflict),
    )
    async def place(self, call: Call, token: str, body: NewOrderBody) -> ReceiptBody:
        """A basket becomes one order, however often this is asked for. What costs nothing is paid at once."""
        then = call.remembered(self._shown)
        answers = [one.given() for one in body.answers]
        buyer = body.buyer(call.language)
        await self._orders.place(call.principal, token, buyer, body.method, then, answers=answers)
        return then.answer

    @get(ORDER, tag="tickets", public=True, summary="An order", errors=(NotFound,))
    async def show(self, call: Call, token: str) -> ReceiptBody:
        return self._shown(await self._orders.show(token))

    @post(
        f"{ORDER}/pay",
        tag="tickets",
        public=True,
        summary="Begin to pay an order, or go on",
        errors=(NotFound, Conflict, Unavailable),
    )
    async def pay(self, call: Call, token: str) -> ReceiptBody:
        return self._shown(await self._orders.pay(token, call.remember(self._shown)))

    @post(
        f"{ORDER}/refresh",
        tag="tickets",
        public=True,
        summary="Ask the provider what became of the payment",
        errors=(NotFound, Unavailable),
    )
    async def refresh(self, call: Call, token: str) -> ReceiptBody:
        return self._shown(await self._orders.look_after(token, call.remember(self._shown)))

    @post(
        f"{ORDER}/give-up",
        tag="tickets",
        public=True,
        summary="Call off an order that is not paid",
        errors=(NotFound, Conflict, Unavailable),
    )
    async def give_up(self, call: Call, token: str) -> ReceiptBody:
        return self._shown(await self._orders.give_up(token, call.remember(self._shown)))

    @post(
        f"{ORDER}/sandbox",
        tag="tickets",
        public=True,
        summary="Pay at the sandbox, or refuse to",
        errors=(NotFound, Conflict),
    )
    async def decide(self, call: Call, token: str, body: SandboxBody) -> ReceiptBody:
        """Only in test mode: this is what a buyer would do at a provider's page."""
        return self._shown(await self._desk.decide(token, paid=body.paid, then=call.remember(self._shown)))

    @get("/api/v1/me/orders", tag="tickets", summary="My orders, newest first", errors=(InvalidInput,))
    async def mine(self, call: Call, query: ListQuery) -> OrdersBody:
        return OrdersBody.of(await self._orders.of_person(call.principal, query.cursor, query.limit), OrderBody.of)

    def _shown(self, receipt: Receipt) -> ReceiptBody:
        return ReceiptBody.shown(receipt, self._orders.token(receipt.order.id))


class BoxOfficeRoutes:
    def __init__(self, orders: Orders, sales: Sales) -> None:
        self._orders, self._sales = orders, sales

    @post(
        f"{PERFORMANCE}/sales",
        tag="tickets",
        status=201,
        atomic=True,
        summary="Sell at the box office",
        errors=(*_WORK, InvalidInput, Conflict),
    )
    async def sell(self, call: Call, performance_id: str, body: SaleBody) -> ReceiptBody:
        then, buyer = call.remembered(self._shown), body.buyer(call.language)
        await self._orders.sell(call.principal, performance_id, body.wishes(), buyer, body.method, then, code=body.code)
        return then.answer

    @get(OF_ORG, tag="tickets", summary="Orders of an organization, newest first", errors=(*_WORK, InvalidInput))
    async def of_org(self, call: Call, org_id: str, query: OrdersQuery) -> OrdersBody:
        wanted = Wanted(query.q, query.state)
        page = await self._sales.find(call.principal, org_id, wanted, query.cursor, query.limit)
        return OrdersBody.of(page, lambda found: OrderBody.of(found.order))

    @get(f"{OF_ORG}/{{order_id}}", tag="tickets", summary="An order of an organization", errors=_WORK)
    async def known(self, call: Call, org_id: str, order_id: str) -> ReceiptBody:
        return self._shown(await self._orders.known(call.principal, org_id, order_id))

    @patch(f"{OF_ORG}/{{order_id}}", tag="tickets", summary="Note something of an order", errors=(*_WORK, InvalidInput))
    async def note(self, call: Call, org_id: str, order_id: str, body: NoteBody) -> ReceiptBody:
        """No buyer reads it."""
        return self._shown(await self._orders.note(call.principal, org_id, order_id, body.note))

    @get(f"{OF_ORG}/{{order_id}}/story", tag="tickets", summary="Who did what with an order", errors=_WORK)
    async def story(self, call: Call, org_id: str, order_id: str) -> OrderStoryBody:
        return OrderStoryBody.of(await self._orders.story(call.principal, org_id, order_id), OrderEntryBody.of)

    @post(f"{OF_ORG}/{{order_id}}/paid", tag="tickets", summary="A transfer has come", errors=(*_WORK, Conflict))
    async def paid(self, call: Call, org_id: str, order_id: str, body: PaidBody) -> ReceiptBody:
        """What is not the whole amount is noted, and nothing is issued. After the deadline the money is written down,
        and the order waits for somebody to look at it."""
        then = call.remember(self._shown)
        return self._shown(await self._orders.mark_paid(call.principal, org_id, order_id, body.amount, then))

    @post(
        f"{OF_ORG}/{{order_id}}/cancel",
        tag="tickets",
        summary="Cancel an order: its tickets are void, its seats free",
        errors=(*_WORK, Conflict, Unavailable),
    )
    async def cancel(self, call: Call, org_id: str, order_id: str, body: CancelBody) -> ReceiptBody:
        """What was paid is to be given back from here on: see its refunds."""
        then = call.remember(self._shown)
        return self._shown(await self._orders.cancel(call.principal, org_id, order_id, body.reason, then))

    def _shown(self, receipt: Receipt) -> ReceiptBody:
        return ReceiptBody.shown(receipt, self._orders.token(receipt.order.id))
