"""The API of baskets. Their token is in the path, which the log masks."""

from novacast.errors import Conflict, InvalidInput, NotFound, RateLimited
from novacast.tickets.events.routes import PERFORMANCE
from novacast.tickets.holds.bodies import BasketCodeBody, HoldBody, HoldsBody, NewHoldBody
from novacast.tickets.holds.models import Basket
from novacast.tickets.holds.service import Holds
from novacast.web import Call, delete, get, post

HOLD = "/api/v1/holds/{token}"
_CODE = (InvalidInput, NotFound, Conflict, RateLimited)


class HoldRoutes:
    def __init__(self, holds: Holds) -> None:
        self._holds = holds

    @post(
        f"{PERFORMANCE}/holds",
        tag="tickets",
        public=True,
        status=201,
        atomic=True,
        summary="Put seats and tickets into a basket",
        errors=(InvalidInput, NotFound, Conflict, RateLimited),
    )
    async def take(self, call: Call, performance_id: str, body: NewHoldBody) -> HoldBody:
        """All of it or nothing. A refusal names what is in the way, and what is free instead."""
        then = call.remembered(self._shown)
        await self._holds.take(
            call.principal, performance_id, body.wishes(), code=body.code, address=call.address, then=then
        )
        return then.answer

    @get("/api/v1/me/holds", tag="tickets", summary="My baskets that are not over")
    async def mine(self, call: Call) -> HoldsBody:
        return HoldsBody.of(await self._holds.mine(call.principal), self._shown)

    @get(HOLD, tag="tickets", public=True, summary="A basket", errors=(NotFound,))
    async def show(self, call: Call, token: str) -> HoldBody:
        return self._shown(await self._holds.show(token))

    @post(f"{HOLD}/extend", tag="tickets", public=True, summary="Keep a basket for longer", errors=(NotFound, Conflict))
    async def extend(self, call: Call, token: str) -> HoldBody:
        then = call.remembered(self._shown)
        await self._holds.extend(token, then)
        return then.answer

    @post(f"{HOLD}/code", tag="tickets", public=True, summary="Use a code, or another, or none", errors=_CODE)
    async def recode(self, call: Call, token: str, body: BasketCodeBody) -> HoldBody:
        """What is in the basket is in another one from here on: its token is in the answer."""
        then = call.remembered(self._shown)
        await self._holds.recode(call.principal, token, body.code, address=call.address, then=then)
        return then.answer

    @post(f"{HOLD}/adopt", tag="tickets", summary="Make a guest's basket one's own", errors=(NotFound, Conflict))
    async def adopt(self, call: Call, token: str) -> HoldBody:
        return self._shown(await self._holds.adopt(call.principal, token, call.remember(self._shown)))

    @delete(HOLD, tag="tickets", public=True, status=204, summary="Give a basket back", errors=(NotFound, Conflict))
    async def release(self, call: Call, token: str) -> None:
        await self._holds.release(token)

    def _shown(self, basket: Basket) -> HoldBody:
        return HoldBody.shown(basket, self._holds.token(basket.hold.id))
