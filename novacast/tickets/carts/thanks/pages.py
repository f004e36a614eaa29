"""A purchase: what to pay, all that was bought, and the way to each order. Whoever has its link has it."""

from collections.abc import Awaitable
from typing import Any
from urllib.parse import quote

from novacast.clock import Clock
from novacast.errors import Conflict, RateLimited, Unavailable
from novacast.money import PayForm
from novacast.tickets.cancelling.service import Cancelling
from novacast.tickets.carts.thanks.shown import bought_shown, purchase_shown
from novacast.tickets.orders.leading.pages import RETURNED
from novacast.tickets.orders.models import Receipt
from novacast.tickets.orders.pages import SandboxForm
from novacast.tickets.orders.service import Orders
from novacast.tickets.papers.service import Papers
from novacast.tickets.purchases.models import Purchased, PurchaseState
from novacast.tickets.purchases.service import Purchases
from novacast.web import Call, Html, Notice, Redirect, form, page
from novacast.words import money

PURCHASE = "/purchase/{token}"


async def lead(purchases: Purchases, token: str) -> Html | Redirect:
    """On to the page where it is paid. By a page of ours, for browsers hold a form to its own site."""
    try:
        found = await purchases.pay(token)
    except (Conflict, Unavailable) as error:
        return _back(token, Notice("bad", error.message))
    if found.url is None or found.state is not PurchaseState.OPEN:
        return _back(token)
    if found.url == f"{purchases.address(token)}/card":
        return Redirect(f"/purchase/{quote(token)}/card")
    total = money(found.purchase.total, found.purchase.currency)
    return Html("tickets/purchase_leaving.html", {"url": found.url, "total": total, "code": found.purchase.code})


class PurchasePages:
    def __init__(
        self, purchases: Purchases, orders: Orders, papers: Papers, cancelling: Cancelling, clock: Clock
    ) -> None:
        self._purchases, self._orders, self._papers = purchases, orders, papers
        self._cancelling, self._clock = cancelling, clock

    @page(PURCHASE, public=True)
    async def show(self, call: Call, token: str) -> Html:
        found = await self._purchases.show(token)
        account = await self._cancelling.account(found.purchase.org_id)
        context = {
            **purchase_shown(found, token, () if account is None else account.lines),
            "things": [await self._thing(call, one) for one in found.receipts],
        }
        return Html("tickets/purchase.html", context)

    @page(f"{PURCHASE}/paid", public=True)
    async def paid(self, call: Call, token: str) -> Redirect:
        """Where a buyer comes back to, whatever they did there: what became of it is asked for."""
        try:
            call.limit(RETURNED)
            await self._purchases.look_after(token)
        except (RateLimited, Unavailable) as error:
            return _back(token, Notice("note", error.message))
        return _back(token)

    @form(f"{PURCHASE}/pay", public=True)
    async def pay(self, call: Call, token: str) -> Html | Redirect:
        return await lead(self._purchases, token)

    @form(f"{PURCHASE}/sandbox", public=True)
    async def decide(self, call: Call, token: str, form: SandboxForm) -> Redirect:
        return await _done(token, self._purchases.decide(token, paid=form.paid))

    @form(f"{PURCHASE}/give-up", public=True)
    async def give_up(self, call: Call, token: str) -> Redirect:
        return await _done(token, self._purchases.give_up(token))

    @page(f"{PURCHASE}/card", public=True)
    async def card(self, call: Call, token: str) -> Html | Redirect:
        """No number of a card comes to this server: what takes it is the provider's frame."""
        try:
            call.limit(RETURNED)
            found, form = await self._purchases.form(token)
        except (RateLimited, Unavailable) as error:
            return _back(token, Notice("note", error.message))
        return _back(token) if form is None else _typed(found, form, token, self._purchases.address(token))

    @form(f"{PURCHASE}/elsewhere", public=True)
    async def elsewhere(self, call: Call, token: str) -> Html | Redirect:
        """At the provider's own page instead, once nothing can be paid on ours any more."""
        try:
            call.limit(RETURNED)
            await self._purchases.pay_anew(token)
        except (Conflict, RateLimited, Unavailable) as error:
            return _back(token, Notice("bad", error.message))
        return await lead(self._purchases, token)

    async def _thing(self, call: Call, receipt: Receipt) -> dict[str, Any]:
        order = receipt.order
        sheet, shelf = await self._papers.of_order(order.id), await self._papers.shelf(order.perf_id)
        token = quote(self._orders.token(order.id))
        return bought_shown(receipt, sheet, shelf, token, call.principal, self._clock.now())


async def _done(token: str, act: Awaitable[object]) -> Redirect:
    try:
        await act
    except (Conflict, Unavailable) as error:
        return _back(token, Notice("bad", error.message))
    return _back(token)


def _typed(found: Purchased, form: PayForm, token: str, address: str) -> Html:
    purchase = found.purchase
    context = {
        "purchase": purchase,
        "form": form,
        "total": money(purchase.total, purchase.currency),
        "place": f"/purchase/{quote(token)}",
        "address": address,
    }
    return Html("tickets/purchase_card.html", context, csp=form.policy, permissions={"payment": form.frames})


def _back(token: str, notice: Notice | None = None) -> Redirect:
    return Redirect(f"/purchase/{quote(token)}", notice=notice)
