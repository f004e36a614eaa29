"""A buyer's order: its tickets, what to pay, and what can be done with it. Whoever has its link has it."""

from typing import Annotated, Any
from urllib.parse import quote

from pydantic import Field

from novacast.clock import Clock
from novacast.errors import Conflict, InvalidInput, NotFound, RateLimited, Unavailable
from novacast.i18n import gettext as _
from novacast.i18n import text
from novacast.limits import Rate
from novacast.tickets.cancelling.models import refusal
from novacast.tickets.cancelling.service import Cancelling
from novacast.tickets.carts.service import Carts
from novacast.tickets.codes.service import Codes
from novacast.tickets.holders.service import Holders
from novacast.tickets.models import OrderState
from novacast.tickets.orders.leading.pages import RETURNED, LeadingPages
from novacast.tickets.orders.models import buyer_of
from novacast.tickets.orders.sandbox import SandboxDesk
from novacast.tickets.orders.service import Orders
from novacast.tickets.orders.shown import order_shown
from novacast.tickets.papers.models import Sheet
from novacast.tickets.papers.service import Papers
from novacast.tickets.questions.service import Questions
from novacast.tickets.services import TicketServices
from novacast.tickets.words import hour_there
from novacast.web import Body, Call, Html, Notice, Redirect, form, page
from novacast.words import money

Text = Annotated[str, Field(max_length=300)]
Ids = Annotated[tuple[Annotated[str, Field(max_length=40)], ...], Field(max_length=1000)]
OFFERED = Rate("tickets.offers", burst=20, period=3600)
"""Mails to others that one network address or person may cause."""


class SandboxForm(Body):
    paid: bool = False


class RenameForm(Body):
    name: Text = ""


class OfferForm(Body):
    name: Text = ""
    email: Text = ""


class ReturnForm(Body):
    ticket: Ids = ()
    back: Annotated[int, Field(ge=0)] | None = None
    """What was shown for them; none: it is to be shown first."""


class OrderPages:
    def __init__(
        self,
        orders: Orders,
        desk: SandboxDesk,
        holders: Holders,
        papers: Papers,
        cancelling: Cancelling,
        questions: Questions,
        codes: Codes,
        carts: Carts,
        clock: Clock,
    ) -> None:
        self._orders, self._desk, self._holders, self._questions = orders, desk, holders, questions
        self._codes, self._carts = codes, carts
        self._papers, self._cancelling, self._clock = papers, cancelling, clock

    @page("/order/{token}", public=True)
    async def show(self, call: Call, token: str) -> Html:
        receipt = await self._orders.show(token)
        order = receipt.order
        sheet = await self._papers.of_order(order.id)
        given = await self._holders.given(order.id)
        account = await self._cancelling.account(order.org_id) if order.state is OrderState.AWAITING_PAYMENT else None
        done = await self._cancelling.done(order.id)
        now = self._clock.now()
        context = order_shown(receipt, sheet, given, call.principal, quote(token), now, account, done)
        asks = bool((await self._questions.of_order(token)).questions)
        policy = await self._cancelling.policy(sheet.event.id)
        returns = refusal(policy, sheet.performance, now) is None
        codes = await self._codes.of_order(order.id)
        joint = (await self._carts.joint([order.id])).get(order.id)
        context |= {"shelf": await self._papers.shelf(order.perf_id), "joint": joint}
        return Html("tickets/order.html", {**context, "asks": asks, "returns": returns, "codes": codes})

    @page("/order/{token}/tickets/{ticket_id}", public=True)
    async def carry(self, call: Call, token: str, ticket_id: str) -> Html:
        """One ticket on the whole screen."""
        sheet = await self._papers.of_order(self._orders.id_of(token))
        return Html("tickets/carried.html", _carried(sheet, ticket_id, quote(token)))

    @page("/order/{token}/paid", public=True)
    async def paid(self, call: Call, token: str) -> Redirect:
        """Where a buyer comes back to, whatever they did there: what became of it is asked for."""
        try:
            call.limit(RETURNED)
            await self._orders.look_after(token)
        except (RateLimited, Unavailable) as error:
            return _back(token, Notice("note", error.message))
        return _back(token)

    @form("/order/{token}/sandbox", public=True)
    async def decide(self, call: Call, token: str, form: SandboxForm) -> Redirect:
        try:
            await self._desk.decide(token, paid=form.paid)
        except Conflict as error:
            return _back(token, Notice("bad", error.message))
        return _back(token)

    @form("/order/{token}/give-up", public=True)
    async def give_up(self, call: Call, token: str) -> Redirect:
        try:
            await self._orders.give_up(token)
        except Conflict as error:
            return _back(token, Notice("bad", error.message))
        return _back(token)

    @form("/order/{token}/claim")
    async def claim(self, call: Call, token: str) -> Redirect:
        try:
            await self._holders.claim(call.principal, token)
        except Conflict as error:
            return _back(token, Notice("bad", error.message))
        return _back(token, Notice("good", _("The order is in your account.")))

    @form("/order/{token}/tickets/{ticket_id}/rename", public=True)
    async def rename(self, call: Call, token: str, ticket_id: str, form: RenameForm) -> Redirect:
        try:
            await self._holders.rename(self._holders.of_order(token, ticket_id), form.name)
        except (Conflict, InvalidInput) as error:
            return _back(token, Notice("bad", error.message))
        return _back(token, Notice("good", _("The ticket has its new name.")))

    @form("/order/{token}/tickets/{ticket_id}/offer", public=True)
    async def offer(self, call: Call, token: str, ticket_id: str, form: OfferForm) -> Redirect:
        call.limit(OFFERED)
        try:
            to = buyer_of(form.name, form.email, call.language)
            await self._holders.offer(call.principal, self._holders.of_order(token, ticket_id), to)
        except (Conflict, InvalidInput) as error:
            return _back(token, Notice("bad", error.message))
        return _back(token, Notice("good", _("They get a mail. Until they take it, the ticket stays yours.")))

    @form("/order/{token}/tickets/{ticket_id}/withdraw", public=True)
    async def withdraw(self, call: Call, token: str, ticket_id: str) -> Redirect:
        try:
            await self._holders.withdraw(call.principal, self._holders.of_order(token, ticket_id))
        except Conflict as error:
            return _back(token, Notice("bad", error.message))
        return _back(token, Notice("good", _("The offer is taken back.")))

    @page("/order/{token}/return", public=True)
    async def ask(self, call: Call, token: str) -> Html:
        return await self._returning(token, ReturnForm())

    @form("/order/{token}/return", public=True)
    async def give_back(self, call: Call, token: str, form: ReturnForm) -> Html | Redirect:
        """First with what it is worth, then for good."""
        if form.back is None or not form.ticket:
            return await self._returning(token, form)
        try:
            await self._cancelling.give_back(call.principal, token, form.ticket, form.back)
        except (Conflict, InvalidInput) as error:
            return _back(token, Notice("bad", error.message))
        return _back(token, Notice("good", _("The tickets are given back.")))

    async def _returning(self, token: str, form: ReturnForm) -> Html:
        order = (await self._orders.show(token)).order
        sheet = await self._papers.of_order(order.id)
        quote_ = await self._cancelling.quote(token)
        chosen = quote_.chosen(form.ticket)
        currency = quote_.currency
        context = {
            "event": sheet.event,
            "when": hour_there(sheet.performance.starts_at, sheet.event.timezone),
            "order": order,
            "token": quote(token),
            "refusal": quote_.refusal,
            "deadline": "" if quote_.deadline is None else hour_there(quote_.deadline, sheet.event.timezone),
            "lines": [
                {
                    "id": one.ticket_id,
                    "name": " · ".join(filter(None, (one.item, one.seat, one.name))),
                    "paid": money(one.paid, currency),
                    "back": money(one.back, currency),
                    "chosen": one.ticket_id in form.ticket,
                }
                for one in quote_.lines
            ],
            "chosen": [one.ticket_id for one in chosen.lines],
            "back": chosen.back,
            "sums": (money(chosen.paid, currency), money(chosen.fee, currency), money(chosen.back, currency)),
        }
        return Html("tickets/return.html", context)


def _carried(sheet: Sheet, ticket_id: str, token: str) -> dict[str, Any]:
    """Raises NotFound."""
    ids = [one.ticket_id for one in sheet.papers]
    if ticket_id not in ids:
        raise NotFound(text("There is no such ticket."))
    at, place = ids.index(ticket_id), f"/order/{token}"
    return {
        "sheet": sheet,
        "paper": sheet.papers[at],
        "when": hour_there(sheet.performance.starts_at, sheet.event.timezone),
        "code": f"/api/v1/orders/{token}/tickets/{ticket_id}/code",
        "place": place,
        "at": at + 1,
        "of": len(ids),
        "before": f"{place}/tickets/{ids[at - 1]}" if at else "",
        "after": f"{place}/tickets/{ids[at + 1]}" if at + 1 < len(ids) else "",
    }


def _back(token: str, notice: Notice | None = None) -> Redirect:
    return Redirect(f"/order/{quote(token)}", notice=notice)


def order_pages(own: TicketServices) -> list[object]:
    return [
        OrderPages(
            own.orders,
            own.desk,
            own.holders,
            own.papers,
            own.cancelling,
            own.questions,
            own.codes,
            own.carts,
            own.clock,
        ),
        LeadingPages(own.orders),
    ]
