"""Purchases as people use them: several things ordered at once, all or none, and paid by one payment."""

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from novacast.database import Database, Page, Then, Transaction, keyset
from novacast.errors import NotFound, Unauthenticated
from novacast.i18n import text
from novacast.identity import Principal
from novacast.money import PayForm
from novacast.outbox import Event as Fact
from novacast.security.keys import Signer
from novacast.tickets.events import store as events
from novacast.tickets.events.permission import sees_orders
from novacast.tickets.holds.service import Holds
from novacast.tickets.models import AttemptState, OrderState
from novacast.tickets.orders.models import OPEN_ATTEMPTS, Attempt, Buyer, Method, Receipt
from novacast.tickets.orders.sandbox import SandboxDesk
from novacast.tickets.orders.service import Orders, read
from novacast.tickets.purchases import store
from novacast.tickets.purchases.following import Following
from novacast.tickets.purchases.models import Member, Purchase, Purchased, Wanted
from novacast.tickets.purchases.placing import PurchasePlacing, Wish, check, way_of
from novacast.tickets.questions.models import Given
from novacast.tickets.rentals.service import VideoSales

NO_PURCHASE = text("There is no such purchase.")


class Purchases:
    def __init__(
        self,
        db: Database,
        holds: Holds,
        orders: Orders,
        desk: SandboxDesk,
        placing: PurchasePlacing,
        films: VideoSales,
        key: bytes,
        root: str = "",
    ) -> None:
        """`root`: address of the house on the web."""
        self._db, self._holds, self._orders, self._desk = db, holds, orders, desk
        self._placing, self._films, self._root = placing, films, root
        self._following = Following(db, placing.plans)
        self._signer = Signer(key, "tickets.purchase")

    def token(self, purchase_id: str) -> str:
        """What stands in the link to a purchase; made of its id, stored nowhere."""
        return self._signer.sign(purchase_id.encode())

    def id_of(self, token: str) -> str:
        """Raises NotFound."""
        try:
            return self._signer.verify(token).decode()
        except Unauthenticated as error:
            raise NotFound(NO_PURCHASE) from error

    def address(self, token: str) -> str:
        """Of its page: /purchase/{token}. Whoever moves the money sends the buyer back to /purchase/{token}/paid; on
        /purchase/{token}/card it is paid on a page of ours."""
        return f"{self._root}/purchase/{quote(token)}"

    def methods(self, total: int, *, account: bool, with_plan: bool = False) -> Sequence[Method]:
        """How the public is offered to pay so much at once. `account`: whether the house has one that transfers go to.
        `with_plan`: also a membership, which somebody has to be able to renew; then nothing is free."""
        found = self._orders.methods(max(total, 1) if with_plan else total, account=account)
        ways = () if self._placing.plans is None else self._placing.plans.ways
        return tuple(one for one in found if not with_plan or way_of(one) in ways)

    async def place(
        self,
        principal: Principal,
        wanted: Wanted,
        buyer: Buyer,
        method: Method,
        answers: Mapping[str, Sequence[Given]] | None = None,
        then: Then[Purchased] | None = None,
        *,
        shown: int | None = None,
    ) -> Purchased:
        """An order of each basket and each video, and the beginning of a membership, all or nothing. The same wish is
        the same purchase, however often it is asked for. What costs nothing is paid at once. `answers`: by the token
        of the basket. `shown`: what it was said to cost; what costs something else by now is not ordered.

        Raises Unauthenticated for videos and memberships without a login, NotFound, HoldOver, NotTogether, NotOnSale,
        HadAlready, Unpayable, Conflict, InvalidInput for answers and for more than MOST_THINGS or nothing.
        """
        hold_ids = [self._holds.id_of(one) for one in wanted.holds]
        check(wanted, hold_ids, principal)
        await self._films.known(wanted.films)
        given = {self._holds.id_of(token): found for token, found in (answers or {}).items()}
        wish = Wish(hold_ids, wanted, principal.person_id, given)
        plans = self._placing.plans
        if plans is not None and wanted.plan_id is not None and principal.person_id is not None:
            made = await self._db.write(lambda tx: self._made(tx, wish))
            if made is None:
                await plans.prepare(principal.person_id, wanted.plan_id)

        def unit(tx: Transaction) -> Purchased:
            made = self._made(tx, wish) or self._placing.place(tx, wish, buyer, method, self._back, shown)
            return self._remembered(tx, made.id, then)

        return await self._db.write(unit)

    async def pay(self, token: str, then: Then[Purchased] | None = None) -> Purchased:
        """Begin to pay at a provider, or go on: `url` says where. Raises NotFound, Unpayable, Unavailable."""
        purchase_id = self.id_of(token)
        await self._orders.pay(await self._one(purchase_id))
        return await self._db.write(lambda tx: self._remembered(tx, purchase_id, then))

    async def pay_anew(self, token: str) -> Purchased:
        """Call off how it was to be paid (a page of ours), and begin in another way (a page of the provider's). Raises
        NotFound, Unpayable, Unavailable."""
        await self._orders.pay_anew(await self._one(self.id_of(token)))
        return await self.show(token)

    async def form(self, token: str) -> tuple[Purchased, PayForm | None]:
        """What a page of ours needs so that it is paid there; None: it is not. Raises NotFound, Unavailable."""
        _, form = await self._orders.form(await self._one(self.id_of(token)))
        return await self.show(token), form

    async def look_after(self, token: str, then: Then[Purchased] | None = None) -> Purchased:
        """Ask the provider what became of the payment, and make it true here. Raises NotFound, Unavailable."""
        purchase_id = self.id_of(token)
        await self._orders.look_after(await self._one(purchase_id))
        return await self._followed(purchase_id, then)

    async def decide(self, token: str, *, paid: bool, then: Then[Purchased] | None = None) -> Purchased:
        """What a buyer does at the sandbox, in one step: go there, decide, and come back. Raises NotFound,
        Unpayable."""
        purchase_id = self.id_of(token)
        await self._desk.decide(await self._one(purchase_id), paid=paid)
        return await self._followed(purchase_id, then)

    async def show(self, token: str) -> Purchased:
        """Raises NotFound."""
        return await self.read(self.id_of(token))

    async def read(self, purchase_id: str) -> Purchased:
        """By its id. Raises NotFound."""
        purchase = await self._db.one(store.purchase(purchase_id))
        if purchase is None:
            raise NotFound(NO_PURCHASE)
        found = await self._db.all(store.orders(purchase_id))
        receipts = [await self._orders.show(self._orders.token(one.id)) for one in found]
        return _purchased(purchase, receipts, await self._member(purchase))

    async def known(self, principal: Principal, org_id: str, purchase_id: str) -> Purchased:
        """For the house. Raises NotFound, Forbidden."""
        sees_orders(principal, org_id)
        found = await self.read(purchase_id)
        if found.purchase.org_id != org_id:
            raise NotFound(NO_PURCHASE)
        return found

    async def of_org(self, principal: Principal, org_id: str, cursor: str | None, limit: int) -> Page[Purchase]:
        """Newest first. Raises NotFound, Forbidden, InvalidInput for a cursor of another list."""
        sees_orders(principal, org_id)
        start = keyset(cursor, int, str) or events.START
        rows = await self._db.all(store.of_org(org_id, start, limit + 1))
        return Page.of(rows, limit, lambda one: (one.created_at, one.id))

    async def give_up(self, token: str, then: Then[Purchased] | None = None) -> Purchased:
        """The buyer does not want what is not paid yet: all of it. Raises NotFound, Conflict, Unavailable."""
        purchase_id = self.id_of(token)
        await self._orders.give_up(await self._one(purchase_id))
        return await self._followed(purchase_id, then)

    async def hear(self, fact: Fact) -> None:
        """To be subscribed to the facts, durably."""
        await self._following.hear(fact)

    async def of_order(self, order_id: str) -> str | None:
        """Id of the purchase that an order belongs to."""
        return await self._db.one(store.of_order(order_id))

    def _back(self, purchase_id: str) -> str:
        return f"{self.address(self.token(purchase_id))}/paid"

    def _made(self, tx: Transaction, wish: Wish) -> Purchase | None:
        """What was made of the same wish before; a basket becomes one order for ever, other things may be bought
        again once what was wanted is over."""
        made = tx.one(store.same(wish.name))
        if made is None or wish.hold_ids:
            return made
        waits = any(one.state is OrderState.AWAITING_PAYMENT for one in tx.all(store.orders(made.id)))
        return made if waits else None

    async def _one(self, purchase_id: str) -> str:
        """The token of an order of it by which all are paid, asked about and called off. Raises NotFound."""
        found = await self._db.all(store.orders(purchase_id))
        if not found:
            raise NotFound(NO_PURCHASE)
        waits = [one for one in found if one.state is OrderState.AWAITING_PAYMENT]
        return self._orders.token((waits or found)[0].id)

    def _remembered(self, tx: Transaction, purchase_id: str, then: Then[Purchased] | None) -> Purchased:
        purchase = tx.one(store.purchase(purchase_id))
        if purchase is None:
            raise NotFound(NO_PURCHASE)
        receipts = [read(tx, one.id) for one in tx.all(store.orders(purchase_id))]
        found = _purchased(purchase, receipts, self._membership(tx, purchase))
        if then is not None:
            then(tx, found)
        return found

    async def _followed(self, purchase_id: str, then: Then[Purchased] | None) -> Purchased:
        await self._following.follow(purchase_id)
        return await self._db.write(lambda tx: self._remembered(tx, purchase_id, then))

    async def _member(self, purchase: Purchase) -> Member | None:
        if purchase.subscription_id is None:
            return None
        return await self._db.write(lambda tx: self._membership(tx, purchase))

    def _membership(self, tx: Transaction, purchase: Purchase) -> Member | None:
        plans = self._placing.plans
        if purchase.subscription_id is None or plans is None:
            return None
        found, now = plans.member(tx, purchase.subscription_id), tx.all(store.joints(purchase.id))[-1].beside
        path = f"/account/memberships#{found.id}"
        return Member(found.id, found.tier, found.price, found.currency, found.interval, now, found.state, path)


def _purchased(purchase: Purchase, receipts: Sequence[Receipt], membership: Member | None = None) -> Purchased:
    open_ = [one for receipt in receipts for one in receipt.attempts if one.state in OPEN_ATTEMPTS]
    waits = [one.order for one in receipts if one.order.state is OrderState.AWAITING_PAYMENT]
    return Purchased(
        purchase,
        receipts,
        membership,
        url=_url(open_),
        due_at=min((one.due_at for one in waits if one.due_at is not None), default=None),
        awaited=any(one.state is AttemptState.PROCESSING for one in open_),
    )


def _url(open_: Sequence[Attempt]) -> str | None:
    return next((one.url for one in open_ if one.url is not None), None)
