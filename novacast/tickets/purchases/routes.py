"""The API of purchases: several things ordered at once, and paid by one payment."""

from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound, Unauthenticated, Unavailable
from novacast.tickets.orders.bodies import ReceiptBody, SandboxBody
from novacast.tickets.orders.service import Orders
from novacast.tickets.purchases.bodies import NewPurchaseBody, PurchaseBody, PurchasedBody, PurchasesBody
from novacast.tickets.purchases.models import Purchased
from novacast.tickets.purchases.service import Purchases
from novacast.web import Call, ListQuery, get, post

PURCHASES = "/api/v1/purchases"
PURCHASE = f"{PURCHASES}/{{token}}"
OF_ORG = "/api/v1/organizations/{org_id}/purchases"


class PurchaseRoutes:
    def __init__(self, purchases: Purchases, orders: Orders) -> None:
        self._purchases, self._orders = purchases, orders

    @post(
        PURCHASES,
        tag="tickets",
        public=True,
        status=201,
        atomic=True,
        summary="Order several things at once",
        errors=(InvalidInput, Unauthenticated, NotFound, Conflict, Unavailable),
    )
    async def place(self, call: Call, body: NewPurchaseBody) -> PurchasedBody:
        """An order of each basket and each video, and the beginning of a membership: all of them or none. They are paid
        by one payment, and each goes its own way from then on. Videos and memberships need an account."""
        then, buyer = call.remembered(self._shown), body.buyer(call.language)
        await self._purchases.place(call.principal, body.wanted(), buyer, body.method, body.given(), then)
        return then.answer

    @get(PURCHASE, tag="tickets", public=True, summary="A purchase", errors=(NotFound,))
    async def show(self, call: Call, token: str) -> PurchasedBody:
        return self._shown(await self._purchases.show(token))

    @post(
        f"{PURCHASE}/pay",
        tag="tickets",
        public=True,
        summary="Begin to pay a purchase, or go on",
        errors=(NotFound, Conflict, Unavailable),
    )
    async def pay(self, call: Call, token: str) -> PurchasedBody:
        return self._shown(await self._purchases.pay(token, call.remember(self._shown)))

    @post(
        f"{PURCHASE}/refresh",
        tag="tickets",
        public=True,
        summary="Ask the provider what became of the payment of a purchase",
        errors=(NotFound, Unavailable),
    )
    async def refresh(self, call: Call, token: str) -> PurchasedBody:
        return self._shown(await self._purchases.look_after(token, call.remember(self._shown)))

    @post(
        f"{PURCHASE}/give-up",
        tag="tickets",
        public=True,
        summary="Call off a purchase that is not paid",
        errors=(NotFound, Conflict, Unavailable),
    )
    async def give_up(self, call: Call, token: str) -> PurchasedBody:
        return self._shown(await self._purchases.give_up(token, call.remember(self._shown)))

    @post(
        f"{PURCHASE}/sandbox",
        tag="tickets",
        public=True,
        summary="Pay a purchase at the sandbox, or refuse to",
        errors=(NotFound, Conflict),
    )
    async def decide(self, call: Call, token: str, body: SandboxBody) -> PurchasedBody:
        """Only in test mode: this is what a buyer would do at a provider's page."""
        then = call.remember(self._shown)
        return self._shown(await self._purchases.decide(token, paid=body.paid, then=then))

    @get(
        OF_ORG,
        tag="tickets",
        summary="Purchases of an organization, newest first",
        errors=(NotFound, Forbidden, InvalidInput),
    )
    async def of_org(self, call: Call, org_id: str, query: ListQuery) -> PurchasesBody:
        page = await self._purchases.of_org(call.principal, org_id, query.cursor, query.limit)
        return PurchasesBody.of(page, PurchaseBody.of)

    @get(
        f"{OF_ORG}/{{purchase_id}}",
        tag="tickets",
        summary="A purchase of an organization",
        errors=(NotFound, Forbidden),
    )
    async def known(self, call: Call, org_id: str, purchase_id: str) -> PurchasedBody:
        return self._shown(await self._purchases.known(call.principal, org_id, purchase_id))

    def _shown(self, one: Purchased) -> PurchasedBody:
        orders = [ReceiptBody.shown(each, self._orders.token(each.order.id)) for each in one.receipts]
        return PurchasedBody.shown(one, self._purchases.token(one.purchase.id), orders)
