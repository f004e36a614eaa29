"""The API of tickets in people's hands: by the link of an order, or of whoever was offered one."""

from novacast.errors import Conflict, InvalidInput, NotFound, RateLimited
from novacast.tickets.admission.bodies import TicketBody
from novacast.tickets.holders.bodies import HeldBody, HolderNameBody, OfferBody, TransferBody
from novacast.tickets.holders.service import Holders
from novacast.tickets.orders.bodies import OrderBody
from novacast.tickets.orders.pages import OFFERED
from novacast.tickets.orders.routes import ORDER
from novacast.tickets.papers.routes import HELD
from novacast.web import Call, delete, get, patch, post

TICKET = f"{ORDER}/tickets/{{ticket_id}}"
_CHANGES = (NotFound, Conflict, InvalidInput)


class HolderRoutes:
    def __init__(self, holders: Holders) -> None:
        self._holders = holders

    @post(f"{ORDER}/claim", tag="tickets", summary="Take an order into my account", errors=(NotFound, Conflict))
    async def claim(self, call: Call, token: str) -> OrderBody:
        """With those of its tickets that are in nobody's."""
        claimed = await self._holders.claim(call.principal, token, call.remember(OrderBody.of))
        return OrderBody.of(claimed)

    @patch(TICKET, tag="tickets", public=True, summary="Put another name on a ticket", errors=_CHANGES)
    async def rename(self, call: Call, token: str, ticket_id: str, body: HolderNameBody) -> TicketBody:
        """Its code stays."""
        renamed = await self._holders.rename(self._holders.of_order(token, ticket_id), body.name)
        return TicketBody.of(renamed)

    @post(
        f"{TICKET}/offer",
        tag="tickets",
        public=True,
        status=201,
        summary="Hand a ticket on",
        errors=(*_CHANGES, RateLimited),
    )
    async def offer(self, call: Call, token: str, ticket_id: str, body: OfferBody) -> TransferBody:
        """They get a mail with a link by which they take it. Until then it stays whose it is."""
        call.limit(OFFERED)
        find, then = self._holders.of_order(token, ticket_id), call.remember(TransferBody.of)
        return TransferBody.of(await self._holders.offer(call.principal, find, body.to(call.language), then))

    @delete(f"{TICKET}/offer", tag="tickets", public=True, status=204, summary="Take an offer back", errors=_CHANGES)
    async def withdraw(self, call: Call, token: str, ticket_id: str) -> None:
        await self._holders.withdraw(call.principal, self._holders.of_order(token, ticket_id))

    @get(HELD, tag="tickets", public=True, summary="A ticket that was offered to you", errors=(NotFound,))
    async def held(self, call: Call, token: str) -> HeldBody:
        return HeldBody.of(await self._holders.held(token))

    @post(f"{HELD}/accept", tag="tickets", public=True, summary="Take a ticket that was offered", errors=_CHANGES)
    async def accept(self, call: Call, token: str) -> TicketBody:
        """It is yours with another code; the old one opens nothing. Without a login it is in nobody's account: a seat
        is good as it is, a pass opens once it is claimed."""
        return TicketBody.of(await self._holders.accept(call.principal, token, call.remember(TicketBody.of)))

    @post(f"{HELD}/claim", tag="tickets", summary="Take a ticket that you accepted into your account", errors=_CHANGES)
    async def take(self, call: Call, token: str) -> TicketBody:
        """Passes open for the account that they are in."""
        return TicketBody.of(await self._holders.take(call.principal, token, call.remember(TicketBody.of)))
