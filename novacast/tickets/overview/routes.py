"""The admin API of box office and payments. Orders, refunds, disputes and doors of one organization are reached by
the routes that its members have."""

from novacast.errors import Forbidden, InvalidInput, NotFound
from novacast.tickets.holds.models import HoldOver
from novacast.tickets.overview.bodies import (
    BasketBody,
    BasketsBody,
    FoundOrderBody,
    FoundOrdersBody,
    NightsBody,
    NightsQuery,
    OdditiesBody,
    OddityBody,
    OrdersQuery,
    ProofBody,
    TriesBody,
    TriesQuery,
    TryBody,
)
from novacast.tickets.overview.service import BoxOfficeOverview
from novacast.web import Call, delete, get, post

PAYMENTS = "/api/v1/admin/payments"


class OverviewRoutes:
    def __init__(self, overview: BoxOfficeOverview) -> None:
        self._overview = overview

    @get(
        "/api/v1/admin/performances",
        tag="admin",
        scope="admin",
        summary="Performances of all organizations from yesterday on, with what is left and who came",
        errors=(Forbidden,),
    )
    async def performances(self, call: Call, query: NightsQuery) -> NightsBody:
        found = await self._overview.performances(call.principal, days=query.days, limit=query.limit)
        return NightsBody(items=list(found))

    @get(
        "/api/v1/admin/performances/{performance_id}/holds",
        tag="admin",
        scope="admin",
        summary="Baskets of a performance, the first to run out first",
        errors=(Forbidden,),
    )
    async def baskets(self, call: Call, performance_id: str) -> BasketsBody:
        return BasketsBody.of(await self._overview.baskets(call.principal, performance_id), BasketBody.of)

    @delete(
        "/api/v1/admin/holds/{hold_id}",
        tag="admin",
        scope="admin",
        status=204,
        summary="Give somebody's basket back",
        errors=(Forbidden, NotFound, HoldOver),
    )
    async def release(self, call: Call, hold_id: str) -> None:
        await self._overview.release(call.principal, hold_id)

    @get(
        "/api/v1/admin/orders",
        tag="admin",
        scope="admin",
        summary="Orders of all organizations, newest first",
        errors=(Forbidden, InvalidInput),
    )
    async def orders(self, call: Call, query: OrdersQuery) -> FoundOrdersBody:
        page = await self._overview.orders(call.principal, query.q, query.state, query.cursor, query.limit)
        return FoundOrdersBody.of(page, FoundOrderBody.of)

    @get(
        f"{PAYMENTS}/attempts",
        tag="admin",
        scope="admin",
        summary="Attempts to pay, latest first",
        errors=(Forbidden, InvalidInput),
    )
    async def attempts(self, call: Call, query: TriesQuery) -> TriesBody:
        page = await self._overview.tries(call.principal, open_only=query.open, cursor=query.cursor, limit=query.limit)
        return TriesBody.of(page, TryBody.of)

    @get(
        f"{PAYMENTS}/incidents",
        tag="admin",
        scope="admin",
        summary="Money that waits for a person",
        errors=(Forbidden,),
    )
    async def incidents(self, call: Call) -> OdditiesBody:
        """Paid without seats, another amount than was asked for, failed refunds, open disputes; at most a hundred."""
        return OdditiesBody.of(await self._overview.incidents(call.principal), OddityBody.of)

    @post(
        f"{PAYMENTS}/verify",
        tag="admin",
        scope="admin",
        idempotent=False,
        summary="Look through the books, and attack them",
        errors=(Forbidden,),
    )
    async def verify(self, call: Call) -> ProofBody:
        """Recounts every quota and replays every state machine, which takes some seconds in a large house. Changes
        nothing."""
        return ProofBody.of(await self._overview.verify(call.principal))
