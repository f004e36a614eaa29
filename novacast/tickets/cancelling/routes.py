"""The API of giving tickets back: for whoever has an order's link, and for the house."""

from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound
from novacast.tickets.cancelling.bodies import (
    BankAccountBody,
    BankAccountsBody,
    CancelTicketsBody,
    MoveBody,
    PoliciesBody,
    QuoteBody,
    ReturnBody,
)
from novacast.tickets.cancelling.moving import Moving
from novacast.tickets.cancelling.service import Cancelling
from novacast.tickets.events.routes import EVENT
from novacast.tickets.orders.bodies import ReceiptBody
from novacast.tickets.orders.models import Receipt
from novacast.tickets.orders.routes import OF_ORG, ORDER
from novacast.tickets.orders.service import Orders
from novacast.web import Call, get, post, put

ACCOUNT = "/api/v1/organizations/{org_id}/bank-account"
_WORK = (NotFound, Forbidden, Conflict, InvalidInput)


class ReturnRoutes:
    def __init__(self, cancelling: Cancelling, moving: Moving, orders: Orders) -> None:
        self._cancelling, self._moving, self._orders = cancelling, moving, orders

    @get(f"{EVENT}/return-policy", tag="tickets", public=True, summary="By which rules tickets are given back")
    async def policy(self, call: Call, event_id: str) -> PoliciesBody:
        return PoliciesBody.of(await self._cancelling.policy(event_id))

    @put(f"{EVENT}/return-policy", tag="tickets", summary="Set the rules of giving tickets back", errors=_WORK)
    async def decide(self, call: Call, event_id: str, body: PoliciesBody) -> PoliciesBody:
        """They hold for tickets that are sold already as well."""
        policy = None if body.policy is None else body.policy.policy()
        return PoliciesBody.of(await self._cancelling.decide(call.principal, event_id, policy))

    @get(
        f"{ORDER}/return", tag="tickets", public=True, summary="What can be given back of an order", errors=(NotFound,)
    )
    async def quote(self, call: Call, token: str) -> QuoteBody:
        return QuoteBody.of(await self._cancelling.quote(token))

    @post(f"{ORDER}/return", tag="tickets", public=True, summary="Give tickets back", errors=(*_WORK,))
    async def give_back(self, call: Call, token: str, body: ReturnBody) -> ReceiptBody:
        """Their codes are void at once. The house gives the money back by the way it came."""
        then = call.remember(self._shown)
        return self._shown(await self._cancelling.give_back(call.principal, token, body.tickets, body.back, then))

    @post(
        f"{OF_ORG}/{{order_id}}/cancel-tickets",
        tag="tickets",
        summary="Cancel single tickets of an order",
        errors=_WORK,
    )
    async def cancel(self, call: Call, org_id: str, order_id: str, body: CancelTicketsBody) -> ReceiptBody:
        """What is given back for them is written down with their ids."""
        cancelled = await self._cancelling.cancel_tickets(
            call.principal, org_id, order_id, body.tickets, body.reason, body.back, call.remember(self._shown)
        )
        return self._shown(cancelled)

    @post(
        f"{OF_ORG}/{{order_id}}/tickets/{{ticket_id}}/move",
        tag="tickets",
        summary="Give a ticket another seat",
        errors=_WORK,
    )
    async def move(self, call: Call, org_id: str, order_id: str, ticket_id: str, body: MoveBody) -> ReceiptBody:
        """Through the same gate as a purchase. The old ticket is void, another is issued."""
        then = call.remember(self._shown)
        return self._shown(await self._moving.move(call.principal, org_id, order_id, ticket_id, body.seat, then))

    @get(ACCOUNT, tag="tickets", summary="Where transfers to an organization go", errors=(NotFound, Forbidden))
    async def account(self, call: Call, org_id: str) -> BankAccountsBody:
        """Buyers see it on their order, while it is to be paid."""
        return BankAccountsBody.of(await self._cancelling.account_for(call.principal, org_id))

    @put(ACCOUNT, tag="tickets", scope="admin", summary="Set where transfers to an organization go", errors=_WORK)
    async def set_account(self, call: Call, org_id: str, body: BankAccountBody) -> BankAccountBody:
        return BankAccountBody.of(await self._cancelling.set_account(call.principal, org_id, body.account()))

    def _shown(self, receipt: Receipt) -> ReceiptBody:
        return ReceiptBody.shown(receipt, self._orders.token(receipt.order.id))
