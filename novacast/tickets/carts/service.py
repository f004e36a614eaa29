"""Carts as browsers and accounts have them: put in, take out, and become the account's at a login."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from novacast.database import Database, Transaction
from novacast.errors import Unauthenticated
from novacast.i18n import text
from novacast.identity import Principal, new_id
from novacast.security.keys import Signer
from novacast.tickets.carts import store
from novacast.tickets.carts.models import KEPT, Article, Badge, Bundle, Cart, CartFull, Kind, Line, Owner
from novacast.tickets.purchases import store as purchased
from novacast.tickets.purchases.models import MOST_THINGS
from novacast.tickets.purchases.service import Purchases


class Carts:
    def __init__(self, db: Database, key: bytes) -> None:
        self._db, self._signer = db, Signer(key, "tickets.cart")
        self.purchases: Purchases | None = None
        """Who takes one payment for several things, once they are there: until then nothing is collected."""

    @property
    def lit(self) -> bool:
        return self.purchases is not None

    @property
    def rooms(self) -> Sequence[str]:
        """What pages may offer to put in: seats and videos, and memberships where these can be paid together."""
        if self.purchases is None:
            return ()
        plans = self.purchases.methods(1, account=False, with_plan=True)
        return ("basket", "basket_plans") if plans else ("basket",)

    def cookie(self, browser: str) -> str:
        return self._signer.sign(browser.encode())

    def browser(self, cookie: str | None) -> str | None:
        """None where it was not made here."""
        try:
            return None if cookie is None else self._signer.verify(cookie).decode()
        except Unauthenticated:
            return None

    async def seen(self, principal: Principal, cookie: str | None) -> Badge | None:
        """Fits the web kit's `Collected`."""
        return await self.badge(Owner(self.browser(cookie), principal.person_id))

    async def badge(self, owner: Owner) -> Badge | None:
        """None where nothing is collected."""
        if owner.nobody or not self.lit:
            return None
        found = await self._db.all(store.kept(owner, self._db.clock.now()))
        ends = [end for _kind, _units, end in found if end is not None]
        return Badge(sum(units for _kind, units, _end in found), min(ends, default=None)) if found else None

    async def all(self, owner: Owner) -> Sequence[Cart]:
        """Those with something in them, and one that was emptied last, if that led to a purchase. The one that was
        changed last first."""
        if owner.nobody:
            return ()
        async with self._db.snapshot() as view:
            found = await view.all(store.carts(owner))
            full = [replace(one, lines=await view.all(store.lines(one.id))) for one in found]
        return [one for one in full if one.lines or one.purchase_id]

    async def adopt(self, browser: str, person_id: str) -> None:
        """What a browser collected is the account's that logged in there."""

        def unit(tx: Transaction) -> None:
            for one in tx.all(store.carts(Owner(browser=browser))):
                store.give_to(tx, one, person_id)

        await self._db.write(unit)

    async def put(self, owner: Owner, one: Article) -> str:
        """The id of the cart that it is in. Raises CartFull."""

        def unit(tx: Transaction) -> str:
            cart = tx.one(store.of_owner(owner, one.org_id, one.currency))
            cart_id = new_id() if cart is None else cart.id
            there = [] if cart is None else tx.all(store.lines(cart.id))
            if len(there) >= MOST_THINGS and not any((each.kind, each.ref) == (one.kind, one.ref) for each in there):
                raise CartFull(text("The basket holds {most} things at most. Pay for these first.", most=MOST_THINGS))
            if cart is None:
                store.add(tx, cart_id, owner, one.org_id, one.currency)
            store.put(tx, new_id(), cart_id, one)
            return cart_id

        return await self._db.write(unit)

    async def line(self, owner: Owner, line_id: str) -> Line | None:
        return await self._db.one(store.line(owner, line_id))

    async def take_out(self, line: Line) -> None:
        def unit(tx: Transaction) -> None:
            store.take_out(tx, [line.id])
            store.touch(tx, line.cart_id)

        await self._db.write(unit)

    async def beside(self, owner: Owner, hold_id: str) -> str | None:
        """The cart that a hold stands in with other things, or beside others; None where it stands alone, or in none of
        theirs."""
        carts = [one for one in await self.all(owner) if one.lines]
        mine = next((one for one in carts if any(_is(line, hold_id) for line in one.lines)), None)
        return None if mine is None or sum(len(one.lines) for one in carts) == 1 else mine.id

    def page(self, purchase_id: str) -> str:
        """Address of a purchase's page."""
        assert self.purchases is not None, "somebody took its payment"
        return self.purchases.address(self.purchases.token(purchase_id))

    def tells(self, tx: Transaction, subscription_id: str) -> bool:
        """Whether a membership was bought with orders, whose mail tells of it."""
        purchase = tx.one(purchased.of_subscription(subscription_id))
        return purchase is not None and bool(tx.all(purchased.orders(purchase.id)))

    async def joint(self, order_ids: Sequence[str]) -> Mapping[str, Bundle]:
        """What each order was bought in, with others."""
        if self.purchases is None or not order_ids:
            return {}
        found = await self._db.all(store.joint(order_ids))
        token = self.purchases.token
        return {order_id: Bundle(id_, code, token(id_), total, cur) for order_id, id_, code, total, cur in found}

    def follow(self, tx: Transaction, hold_id: str, next_id: str) -> None:
        store.follow(tx, hold_id, next_id)

    async def sweep(self) -> int:
        return await self._db.write(lambda tx: store.forget(tx, tx.now - KEPT))


def _is(line: Line, hold_id: str) -> bool:
    return line.kind is Kind.HOLD and line.ref == hold_id
