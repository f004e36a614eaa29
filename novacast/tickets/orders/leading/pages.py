"""Where a buyer pays: at a provider's page, or on one of ours in the provider's frames."""

from urllib.parse import quote

from novacast.errors import Conflict, RateLimited, Unavailable
from novacast.limits import Rate
from novacast.money import PayForm
from novacast.tickets.orders.models import OPEN_ATTEMPTS, Receipt
from novacast.tickets.orders.service import Orders
from novacast.web import Call, Html, Notice, Redirect, form, page
from novacast.words import money

RETURNED = Rate("tickets.returns", burst=30, period=600)
"""Looks at a provider that one network address or person may cause."""


async def lead(orders: Orders, token: str) -> Html | Redirect:
    """On to the page where it is paid. By a page of ours, for browsers hold a form to its own site, whatever
    the answer to it. What is bought with others is paid by the page of all, which the order's leads to."""
    if await orders.among(token):
        return _back(token)
    try:
        receipt = await orders.pay(token)
    except (Conflict, Unavailable) as error:
        return _back(token, Notice("bad", error.message))
    attempt = receipt.attempts[-1]
    if attempt.url is None or attempt.state not in OPEN_ATTEMPTS:
        return _back(token)
    if attempt.url == f"{orders.address(token)}/card":
        return Redirect(f"/order/{quote(token)}/card")
    total = money(attempt.amount, attempt.currency)
    return Html("tickets/leaving.html", {"url": attempt.url, "total": total, "code": receipt.order.code})


class LeadingPages:
    def __init__(self, orders: Orders) -> None:
        self._orders = orders

    @form("/order/{token}/pay", public=True)
    async def pay(self, call: Call, token: str) -> Html | Redirect:
        return await lead(self._orders, token)

    @page("/order/{token}/card", public=True)
    async def card(self, call: Call, token: str) -> Html | Redirect:
        """No number of a card comes to this server: what takes it is the provider's frame."""
        if await self._orders.among(token):
            return _back(token)
        try:
            call.limit(RETURNED)
            receipt, form = await self._orders.form(token)
        except (RateLimited, Unavailable) as error:
            return _back(token, Notice("note", error.message))
        return _back(token) if form is None else _typed(receipt, form, token, self._orders.address(token))

    @form("/order/{token}/elsewhere", public=True)
    async def elsewhere(self, call: Call, token: str) -> Html | Redirect:
        """At the provider's own page instead, once nothing can be paid on ours any more."""
        if await self._orders.among(token):
            return _back(token)
        try:
            call.limit(RETURNED)
            await self._orders.pay_anew(token)
        except (Conflict, RateLimited, Unavailable) as error:
            return _back(token, Notice("bad", error.message))
        return await lead(self._orders, token)


def _typed(receipt: Receipt, form: PayForm, token: str, address: str) -> Html:
    attempt = receipt.attempts[-1]
    total = money(attempt.amount, attempt.currency)
    place = f"/order/{quote(token)}"
    context = {"order": receipt.order, "form": form, "total": total, "place": place, "address": address}
    return Html("tickets/card_form.html", context, csp=form.policy, permissions={"payment": form.frames})


def _back(token: str, notice: Notice | None = None) -> Redirect:
    return Redirect(f"/order/{quote(token)}", notice=notice)
