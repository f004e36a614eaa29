"""What a receiver's link shows, and the tickets of an account."""

from collections.abc import Sequence
from typing import Any, Protocol
from urllib.parse import quote

from novacast.clock import Clock
from novacast.errors import Conflict, InvalidInput
from novacast.i18n import gettext as _
from novacast.identity import Principal
from novacast.tickets.carts.models import Bundle
from novacast.tickets.events.performances import Performances
from novacast.tickets.holders.models import Transfer
from novacast.tickets.holders.service import Holders
from novacast.tickets.models import OrderState
from novacast.tickets.orders.models import Order, buyer_of
from novacast.tickets.orders.pages import OFFERED, OfferForm, RenameForm
from novacast.tickets.orders.shown import story_badge, ticket_shown
from novacast.tickets.papers.models import Sheet
from novacast.tickets.papers.service import Papers
from novacast.tickets.services import TicketServices
from novacast.tickets.words import hour_there, order_state, price
from novacast.web import Call, Html, ListQuery, Notice, Redirect, form, page


class Account(Protocol):
    @property
    def email(self) -> str: ...


class Accounts(Protocol):
    async def me(self, principal: Principal) -> Account: ...


class HolderPages:
    def __init__(self, holders: Holders, papers: Papers, performances: Performances, clock: Clock) -> None:
        self._holders, self._papers = holders, papers
        self._performances, self._clock = performances, clock

    @page("/ticket/{token}", public=True)
    async def show(self, call: Call, token: str) -> Html:
        return Html("tickets/held.html", await self._context(call, token))

    @form("/ticket/{token}/accept", public=True)
    async def accept(self, call: Call, token: str) -> Redirect:
        try:
            await self._holders.accept(call.principal, token)
        except Conflict as error:
            return _back(token, Notice("bad", error.message))
        return _back(token, Notice("good", _("The ticket is yours.")))

    @form("/ticket/{token}/take")
    async def take(self, call: Call, token: str) -> Redirect:
        try:
            await self._holders.take(call.principal, token)
        except Conflict as error:
            return _back(token, Notice("bad", error.message))
        return _back(token, Notice("good", _("The ticket is in your account.")))

    @form("/ticket/{token}/rename", public=True)
    async def rename(self, call: Call, token: str, form: RenameForm) -> Redirect:
        try:
            await self._holders.rename(self._holders.of_link(token), form.name)
        except (Conflict, InvalidInput) as error:
            return _back(token, Notice("bad", error.message))
        return _back(token, Notice("good", _("The ticket has its new name.")))

    @form("/ticket/{token}/offer", public=True)
    async def offer(self, call: Call, token: str, form: OfferForm) -> Redirect:
        call.limit(OFFERED)
        try:
            to = buyer_of(form.name, form.email, call.language)
            await self._holders.offer(call.principal, self._holders.of_link(token), to)
        except (Conflict, InvalidInput) as error:
            return _back(token, Notice("bad", error.message))
        return _back(token, Notice("good", _("They get a mail. Until they take it, the ticket stays yours.")))

    @form("/ticket/{token}/withdraw", public=True)
    async def withdraw(self, call: Call, token: str) -> Redirect:
        try:
            await self._holders.withdraw(call.principal, self._holders.of_link(token))
        except Conflict as error:
            return _back(token, Notice("bad", error.message))
        return _back(token, Notice("good", _("The offer is taken back.")))

    async def _context(self, call: Call, token: str) -> dict[str, Any]:
        held = await self._holders.held(token)
        event, performance = await self._performances.known(held.transfer.perf_id)
        shown: dict[str, Any] | None = None
        if held.ticket is not None:
            sheet: Sheet = await self._papers.of_link(token)
            mine = held.ticket.person_id is not None and held.ticket.person_id == call.principal.person_id
            now = self._clock.now()
            shown = ticket_shown(sheet.papers[0], sheet, held.offered, call.principal, now, mine=mine)
        return {
            "event": event,
            "when": hour_there(performance.starts_at, event.timezone),
            "until": hour_there(held.transfer.expires_at, event.timezone),
            "held": held,
            "ticket": shown,
            "token": quote(token),
        }


class MyTicketPages:
    def __init__(self, own: TicketServices, accounts: Accounts) -> None:
        self._holders, self._orders, self._carts = own.holders, own.orders, own.carts
        self._performances, self._accounts = own.performances, accounts

    @page("/account/tickets")
    async def mine(self, call: Call, query: ListQuery) -> Html:
        """Orders of the account, tickets that others handed on to it, and orders made with its address by nobody's."""
        return Html("tickets/mine.html", await self._context(call.principal, query.cursor))

    async def _context(self, principal: Principal, cursor: str | None) -> dict[str, Any]:
        page_ = await self._orders.of_person(principal, cursor, 24)
        email = (await self._accounts.me(principal)).email if cursor is None else ""
        loose = await self._holders.loose(email) if email else []
        offers = await self._holders.offers(email) if email else []
        handed = await self._holders.accepted(principal.person_id or "") if cursor is None else []
        return {
            "groups": await self._groups(page_.items),
            "loose": [await self._line(one) for one in loose],
            "offers": [await self._held(one) for one in offers],
            "handed": [await self._held(one) for one in handed],
            "next": f"?cursor={quote(page_.next)}" if page_.next else "",
        }

    async def _groups(self, orders: Sequence[Order]) -> list[dict[str, Any]]:
        """Those that were bought together, each purchase once; what was bought alone between them."""
        joint = await self._carts.joint([one.id for one in orders])
        groups: list[dict[str, Any]] = []
        for order in orders:
            purchase = joint.get(order.id)
            if not groups or purchase != groups[-1]["purchase"]:
                groups.append({"purchase": purchase, "total": _sum(purchase), "lines": []})
            groups[-1]["lines"].append(await self._line(order))
        return groups

    async def _held(self, one: Transfer) -> dict[str, Any]:
        event, _performance = await self._performances.known(one.perf_id)
        return {
            "href": f"/ticket/{quote(self._holders.link(one.id))}",
            "title": event.title,
            "name": one.name,
            "until": hour_there(one.expires_at, event.timezone),
        }

    async def _line(self, order: Order) -> dict[str, Any]:
        event, performance = await self._performances.known(order.perf_id)
        return {
            "href": f"/order/{quote(self._orders.token(order.id))}",
            "title": event.title,
            "when": hour_there(performance.starts_at, event.timezone),
            "code": order.code,
            "state": order_state(order.state),
            "badge": story_badge(order),
            "gone": order.state in (OrderState.CANCELLED, OrderState.EXPIRED, OrderState.REFUNDED),
        }


def _sum(purchase: Bundle | None) -> str:
    return "" if purchase is None else price(purchase.total, purchase.currency)


def _back(token: str, notice: Notice | None = None) -> Redirect:
    return Redirect(f"/ticket/{quote(token)}", notice=notice)
