"""The page of a cart: all that is collected, and one form to order it. All of it works without scripts."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from novacast.errors import Conflict, FieldError, InvalidInput, NotFound, NovaCastError, Unauthenticated
from novacast.tickets.cancelling.service import Cancelling
from novacast.tickets.carts.checkout.service import Checkout, Placed, at
from novacast.tickets.carts.checkout.shown import Words, cart_shown
from novacast.tickets.carts.contents import Contents, Full
from novacast.tickets.carts.models import Cart, Kind
from novacast.tickets.carts.pages import Collecting
from novacast.tickets.carts.ports import Accounts, Organizations
from novacast.tickets.carts.service import Carts
from novacast.tickets.carts.thanks.pages import lead as lead_purchase
from novacast.tickets.holds.service import Holds
from novacast.tickets.orders.leading.pages import lead
from novacast.tickets.orders.models import Method, buyer_of
from novacast.tickets.orders.service import Orders
from novacast.tickets.purchases.placing import OTHERWISE
from novacast.tickets.purchases.service import Purchases
from novacast.tickets.questions.models import Given
from novacast.tickets.questions.pages import given
from novacast.web import Body, Call, Html, Redirect, form, page

Line = Annotated[str, Field(max_length=300)]


class CartQuery(Body):
    of: Annotated[str, Field(max_length=64)] = ""


class OrderForm(Body):
    """`seen`: by which it is known what was shown. Answers are `at.HOLD.answers.UNIT.QUESTION`."""

    model_config = ConfigDict(frozen=True, extra="allow")

    of: Annotated[str, Field(max_length=64)] = ""
    seen: Annotated[str, Field(max_length=64)] = ""
    name: Line = ""
    email: Line = ""
    method: Method = Method.FREE

    def written(self, hold_id: str) -> dict[str, str]:
        begins = at(hold_id, "")
        found = (self.model_extra or {}).items()
        return {name.removeprefix(begins): str(value) for name, value in found if name.startswith(begins)}

    def answers(self, full: Full) -> dict[str, list[Given]]:
        return {
            one.line.ref: given(one.asked.questions, one.asked.lines, self.written(one.line.ref)) for one in full.held
        }


class CartPages:
    def __init__(
        self,
        carts: Carts,
        collecting: Collecting,
        contents: Contents,
        checkout: Checkout,
        holds: Holds,
        orders: Orders,
        purchases: Purchases,
        cancelling: Cancelling,
        organizations: Organizations,
        accounts: Accounts,
        *,
        test: bool,
    ) -> None:
        self._carts, self._collecting, self._contents = carts, collecting, contents
        self._checkout, self._holds, self._orders, self._purchases = checkout, holds, orders, purchases
        self._cancelling, self._organizations, self._accounts = cancelling, organizations, accounts
        self._test = test

    @page("/basket", public=True)
    async def show(self, call: Call, query: CartQuery) -> Html | Redirect:
        carts = await self._collecting.carts(call)
        lines = [line for one in carts for line in one.lines]
        if len(lines) == 1 and lines[0].kind is Kind.HOLD:
            return Redirect(f"/basket/{self._holds.token(lines[0].ref)}")
        if not lines:
            return Html("tickets/cart_empty.html", {"waiting": await self._waiting(carts)})
        me = await self._accounts.me(call.principal) if call.principal.signed_in else None
        values = OrderForm() if me is None else OrderForm(name=me.name, email=me.email)
        return await self._shown(call, carts, query.of, values)

    @form("/basket", public=True)
    async def order(self, call: Call, form: OrderForm) -> Html | Redirect:
        carts = await self._collecting.carts(call)
        cart = _chosen(carts, form.of)
        if cart is None or cart.id != form.of:
            return Redirect("/basket")
        full = await self._contents.of(call.principal, cart)
        try:
            placed = await self._placed(call, full, form)
        except (Conflict, InvalidInput, NotFound, Unauthenticated) as error:
            return await self._shown(call, carts, form.of, form, error)
        return await self._on(placed, form.method)

    async def _placed(self, call: Call, full: Full, form: OrderForm) -> Placed:
        """Raises Conflict, InvalidInput, NotFound, Unauthenticated."""
        if form.seen != full.seen or not full.good:
            raise Conflict(OTHERWISE)
        buyer = buyer_of(form.name, form.email, call.language)
        return await self._checkout.place(call.principal, full, buyer, form.method, form.answers(full))

    async def _on(self, placed: Placed, method: Method) -> Html | Redirect:
        if placed.joint:
            card = method is Method.CARD
            return await lead_purchase(self._purchases, placed.token) if card else Redirect(f"/purchase/{placed.token}")
        return await lead(self._orders, placed.token) if method is Method.CARD else Redirect(f"/order/{placed.token}")

    async def _shown(
        self, call: Call, carts: Sequence[Cart], of: str, values: OrderForm, error: NovaCastError | None = None
    ) -> Html:
        cart = _chosen(carts, of)
        assert cart is not None, "there is something in it"
        full = await self._contents.of(call.principal, cart)
        account = await self._cancelling.account(cart.org_id) is not None
        methods = self._checkout.methods(full, account=account) if full.good else ()
        houses = await self._organizations.names([one.org_id for one in carts])
        words = Words(houses.get(cart.org_id, ""), call.principal, methods)
        context: dict[str, Any] = {
            **cart_shown(full, values.written, words),
            "others": [
                {"id": one.id, "house": houses.get(one.org_id, ""), "currency": one.currency, "count": len(one.lines)}
                for one in carts
                if one.id != cart.id and one.lines
            ],
            "waiting": await self._waiting([cart]),
            "test": self._test,
            "values": values,
            "errors": _errors(error),
        }
        return Html("tickets/cart.html", context, 422 if error else 200)

    async def _waiting(self, carts: Sequence[Cart]) -> list[dict[str, str]]:
        found = [await self._checkout.waiting(one.purchase_id) for one in carts]
        return [{"href": self._checkout.address(one), "code": one.purchase.code} for one in found if one is not None]


def _chosen(carts: Sequence[Cart], of: str) -> Cart | None:
    """The one that is asked for, or else the one that was changed last."""
    full = [one for one in carts if one.lines]
    return next((one for one in full if one.id == of), full[0] if full else None)


def _errors(error: NovaCastError | None) -> tuple[FieldError, ...]:
    if error is None:
        return ()
    return error.errors or (FieldError("", error.code, error.message),)
