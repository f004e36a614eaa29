"""An order as the house sees it: who ordered what, what became of it, and what can be done."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Protocol
from urllib.parse import quote

from pydantic import Field

from novacast.clock import iso
from novacast.errors import Conflict, InvalidInput, Unavailable
from novacast.i18n import gettext as _
from novacast.tickets.cancelling.models import Cancellation
from novacast.tickets.cancelling.service import Cancelling
from novacast.tickets.carts.service import Carts
from novacast.tickets.codes.service import Codes
from novacast.tickets.events.performances import Performances
from novacast.tickets.holders.models import Transfer, TransferState
from novacast.tickets.holders.service import Holders
from novacast.tickets.models import OrderState, TicketState, may_sell
from novacast.tickets.office.handling.story import detail, told, way_name
from novacast.tickets.orders.models import Method, Order, Receipt
from novacast.tickets.orders.pages import Ids
from novacast.tickets.orders.service import Orders
from novacast.tickets.orders.shown import story_badge
from novacast.tickets.post.service import OrderPost
from novacast.tickets.questions.models import said
from novacast.tickets.questions.service import Questions
from novacast.tickets.refunds.models import Refund
from novacast.tickets.refunds.pages import shown
from novacast.tickets.refunds.service import Refunds
from novacast.tickets.services import TicketServices
from novacast.tickets.words import attempt_state, hour_there, order_state
from novacast.web import Body, Call, Html, Notice, Redirect, form, page
from novacast.words import money

ORDER = "/studio/tickets/orders/{order_id}"


class People(Protocol):
    async def names(self, ids: Sequence[str], /) -> Mapping[str, str]: ...


class NoteForm(Body):
    note: Annotated[str, Field(max_length=2000)] = ""


class ReasonForm(Body):
    reason: Annotated[str, Field(max_length=500)] = ""


class TicketsForm(ReasonForm):
    ticket: Ids = ()


class OrderStudioPages:
    def __init__(self, own: TicketServices, order_post: OrderPost, people: People) -> None:
        self._orders: Orders = own.orders
        self._performances: Performances = own.performances
        self._holders: Holders = own.holders
        self._cancelling: Cancelling = own.cancelling
        self._refunds: Refunds = own.refunds
        self._questions: Questions = own.questions
        self._used: Codes = own.codes
        self._carts: Carts = own.carts
        self._post, self._people = order_post, people

    @page(ORDER)
    async def show(self, call: Call, order_id: str) -> Html:
        receipt = await self._orders.seen(call.principal, order_id)
        return Html("tickets/order_studio.html", await self._context(call, receipt))

    @form(f"{ORDER}/note")
    async def note(self, call: Call, order_id: str, form: NoteForm) -> Redirect:
        org_id = await self._org(call, order_id)
        await self._orders.note(call.principal, org_id, order_id, form.note)
        return _back(order_id, Notice("good", _("Saved.")))

    @form(f"{ORDER}/resend")
    async def resend(self, call: Call, order_id: str) -> Redirect:
        org_id = await self._org(call, order_id)
        try:
            await self._post.resend_for(call.principal, org_id, order_id)
        except Conflict as error:
            return _back(order_id, Notice("bad", error.message))
        return _back(order_id, Notice("good", _("The mail is on its way again.")))

    @form(f"{ORDER}/paid")
    async def paid(self, call: Call, order_id: str) -> Redirect:
        org_id = await self._org(call, order_id)
        try:
            await self._orders.mark_paid(call.principal, org_id, order_id, None)
        except Conflict as error:
            return _back(order_id, Notice("bad", error.message))
        return _back(order_id, Notice("good", _("It is paid.")))

    @form(f"{ORDER}/cancel")
    async def cancel(self, call: Call, order_id: str, form: ReasonForm) -> Redirect:
        org_id = await self._org(call, order_id)
        try:
            await self._orders.cancel(call.principal, org_id, order_id, form.reason)
        except (Conflict, Unavailable) as error:
            return _back(order_id, Notice("bad", error.message))
        return _back(order_id, Notice("good", _("The order is cancelled.")))

    @form(f"{ORDER}/cancel-tickets")
    async def cancel_tickets(self, call: Call, order_id: str, form: TicketsForm) -> Redirect:
        org_id, given = await self._org(call, order_id), form.ticket
        try:
            await self._cancelling.cancel_tickets(call.principal, org_id, order_id, given, form.reason, None)
        except (Conflict, InvalidInput) as error:
            return _back(order_id, Notice("bad", error.message))
        return _back(order_id, Notice("good", _("The tickets are cancelled.")))

    async def _joint(self, order_id: str) -> dict[str, Any]:
        found = (await self._carts.joint([order_id])).get(order_id)
        return {"joint": found, "joint_total": "" if found is None else money(found.total, found.currency)}

    async def _context(self, call: Call, receipt: Receipt) -> dict[str, Any]:
        order_id, org_id = receipt.order.id, receipt.order.org_id
        story = await self._orders.story(call.principal, org_id, order_id)
        names = await self._people.names([one.person_id for one in story if one.person_id is not None])
        event, performance = await self._performances.known(receipt.order.perf_id)
        kinds = (await self._performances.show(call.principal, receipt.order.perf_id)).items
        done = await self._cancelling.done(order_id)
        zone = event.timezone
        units = {one.claim.id: one.item if one.seat is None else one.seat.label for one in receipt.lines}
        return {
            "event": event,
            "when": hour_there(performance.starts_at, zone),
            **_shown(receipt, await self._holders.given(order_id), zone),
            "link": f"/order/{quote(self._orders.token(order_id))}",
            **await self._joint(order_id),
            "sells": may_sell(call.principal, org_id),
            "kinds": [
                (one.id, f"{one.name} · {money(one.price + one.fee, receipt.order.currency)}")
                for one in kinds
                if not one.open_price
            ],
            **self._backs(receipt.order, done, await self._refunds.of_order(order_id)),
            "answers": [
                (question.label, units.get(one.unit or "", ""), said(one.value, _("Yes"), _("No")))
                for question, one in await self._questions.of_known(call.principal, org_id, order_id)
            ],
            "asks": await self._asks(call, receipt.order),
            "codes": await self._used.of_order(order_id),
            "done": [
                {
                    "when": hour_there(one.at, zone),
                    "count": len(one.tickets),
                    "back": money(one.back, one.currency),
                    "reason": one.reason,
                    "by_buyer": one.by_buyer,
                }
                for one in done
            ],
            "story": [
                {
                    "iso": iso(one.at),
                    "when": hour_there(one.at, zone),
                    "what": told(one),
                    "who": names.get(one.person_id or "", ""),
                    "detail": detail(one),
                }
                for one in reversed(story)
            ],
        }

    async def _asks(self, call: Call, order: Order) -> bool:
        if not may_sell(call.principal, order.org_id):
            return False
        return bool((await self._questions.of_order_known(call.principal, order.org_id, order.id)).open)

    def _backs(self, order: Order, done: Sequence[Cancellation], refunds: Sequence[Refund]) -> dict[str, Any]:
        given = sum(one.back for one in done)
        open_ = order.state in (OrderState.PAID, OrderState.PARTIALLY_REFUNDED) and given < order.total
        left = money(order.total - given, order.currency) if open_ else ""
        return {"refunds": shown(refunds), "grantable": left, "given": given}

    async def _org(self, call: Call, order_id: str) -> str:
        """Raises NotFound, Forbidden."""
        return (await self._orders.seen(call.principal, order_id)).order.org_id


def _shown(receipt: Receipt, given: Mapping[str, Transfer], zone: str) -> dict[str, Any]:
    order = receipt.order
    lines = {one.claim.id: one for one in receipt.lines}
    states = {TicketState.VALID: _("valid"), TicketState.REISSUED: _("made anew"), TicketState.VOID: _("void")}
    tickets = []
    for one in receipt.tickets:
        line, to = lines[one.claim_id], given.get(one.claim_id)
        tickets.append(
            {
                "id": one.id,
                "item": line.item,
                "seat": "" if line.seat is None else line.seat.label,
                "seated": line.claim.seat_id is not None,
                "name": one.name,
                "number": f"{one.ordinal}.{one.serial}",
                "valid": one.state == TicketState.VALID,
                "state": states[TicketState(one.state)],
                "price": money(line.claim.cost, order.currency),
                "handed": to is not None and to.state is TransferState.ACCEPTED,
            }
        )
    return {
        "order": order,
        "state": order_state(order.state),
        "badge": story_badge(order),
        "total": money(order.total, order.currency),
        "ordered": hour_there(order.created_at, zone),
        "due": "" if order.due_at is None else hour_there(order.due_at, zone),
        "awaits": order.state is OrderState.AWAITING_PAYMENT,
        "payable": order.method is Method.TRANSFER
        and order.state in (OrderState.AWAITING_PAYMENT, OrderState.EXPIRED),
        "cancellable": order.state
        in (OrderState.AWAITING_PAYMENT, OrderState.PAID, OrderState.PARTIALLY_REFUNDED),
        "tickets": tickets,
        "valid": [one for one in tickets if one["valid"]],
        "attempts": [
            {"provider": way_name(one.provider), "amount": money(one.amount, one.currency),
             "state": attempt_state(one.state), "mismatch": one.mismatch or ""}
            for one in receipt.attempts
        ],
    }  # fmt: skip


def _back(order_id: str, notice: Notice) -> Redirect:
    return Redirect(ORDER.format(order_id=order_id), notice=notice)
