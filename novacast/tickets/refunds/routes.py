"""The API of money on its way back, for the house."""

from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound
from novacast.tickets.events.routes import PERFORMANCE
from novacast.tickets.orders.routes import OF_ORG
from novacast.tickets.orders.service import Orders
from novacast.tickets.refunds.bodies import (
    AgainBody,
    GivenBody,
    GrantBody,
    OpenRefundBody,
    OpenRefundsBody,
    ProgressBody,
    RefundBody,
    RefundsBody,
    RefundsQuery,
)
from novacast.tickets.refunds.bulk import Bulk
from novacast.tickets.refunds.service import Refunds
from novacast.web import Call, get, post

OF_ORDER = f"{OF_ORG}/{{order_id}}/refunds"
REFUNDS = "/api/v1/organizations/{org_id}/refunds"
_WORK = (NotFound, Forbidden)


class RefundRoutes:
    def __init__(self, refunds: Refunds, bulk: Bulk, orders: Orders) -> None:
        self._refunds, self._bulk, self._orders = refunds, bulk, orders

    @get(OF_ORDER, tag="tickets", summary="What is given back of an order", errors=_WORK)
    async def of_order(self, call: Call, org_id: str, order_id: str) -> RefundsBody:
        await self._orders.known(call.principal, org_id, order_id)
        return RefundsBody.of(await self._refunds.of_order(order_id), RefundBody.of)

    @post(OF_ORDER, tag="tickets", status=201, summary="Give back an amount", errors=(*_WORK, Conflict, InvalidInput))
    async def grant(self, call: Call, org_id: str, order_id: str, body: GrantBody) -> RefundBody:
        """Of no ticket: all stay valid. To cancel tickets, or the order, see there: that makes refunds as well."""
        then = call.remember(RefundBody.of)
        return RefundBody.of(
            await self._refunds.grant(call.principal, org_id, order_id, body.amount, body.reason, body.given, then)
        )

    @get(REFUNDS, tag="tickets", summary="Refunds of an organization, newest first", errors=(*_WORK, InvalidInput))
    async def of_org(self, call: Call, org_id: str, query: RefundsQuery) -> OpenRefundsBody:
        states = () if query.state is None else (query.state,)
        page = await self._refunds.of_org(call.principal, org_id, states, query.cursor, query.limit)
        return OpenRefundsBody.of(page, OpenRefundBody.shown)

    @post(f"{REFUNDS}/{{refund_id}}/given", tag="tickets", summary="Given back by hand", errors=(*_WORK, Conflict))
    async def given(self, call: Call, org_id: str, refund_id: str, body: GivenBody) -> RefundBody:
        """Of what nobody outside gives back: cash, a card terminal, a bank transfer."""
        then = call.remember(RefundBody.of)
        done = await self._refunds.given(call.principal, org_id, refund_id, body.way, body.reference, then)
        return RefundBody.of(done)

    @post(f"{REFUNDS}/{{refund_id}}/again", tag="tickets", summary="Try it once more", errors=(*_WORK, Conflict))
    async def again(self, call: Call, org_id: str, refund_id: str, body: AgainBody) -> RefundBody:
        """What failed, or was called off, is owed still. Another refund takes its place."""
        then = call.remember(RefundBody.of)
        return RefundBody.of(await self._refunds.again(call.principal, org_id, refund_id, body.way, then))

    @post(f"{REFUNDS}/{{refund_id}}/call-off", tag="tickets", summary="Call a refund off", errors=(*_WORK, Conflict))
    async def call_off(self, call: Call, org_id: str, refund_id: str) -> RefundBody:
        """While nobody has heard of it. The money stays owed, and can go back another way."""
        then = call.remember(RefundBody.of)
        return RefundBody.of(await self._refunds.call_off(call.principal, org_id, refund_id, then))

    @get(f"{PERFORMANCE}/refunds", tag="tickets", summary="How far everything is given back", errors=_WORK)
    async def progress(self, call: Call, performance_id: str) -> ProgressBody:
        return ProgressBody.of(await self._bulk.progress(call.principal, performance_id))

    @post(f"{PERFORMANCE}/refunds", tag="tickets", summary="Give everything back", errors=(*_WORK, Conflict))
    async def begin(self, call: Call, performance_id: str) -> ProgressBody:
        """Of a performance that is cancelled: all its orders are undone, one after the other."""
        then = call.remember(ProgressBody.of)
        return ProgressBody.of(await self._bulk.begin(call.principal, performance_id, then))
