"""The house's pages of money on its way back: what is open, what failed, and what a person has to do about it."""

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

from pydantic import Field

from novacast.errors import Conflict, InvalidInput
from novacast.i18n import gettext as _
from novacast.identity import Principal
from novacast.tickets.models import RefundState, may_arrange, may_sell
from novacast.tickets.office.pages import chosen, offices
from novacast.tickets.office.words import STUDIO, by_name, hour
from novacast.tickets.orders.service import Orders
from novacast.tickets.ports import Organizations
from novacast.tickets.refunds.bulk import Bulk
from novacast.tickets.refunds.models import OVER, Refund, Shown, Way, Why
from novacast.tickets.refunds.service import Refunds
from novacast.web import Body, Call, Html, Notice, Redirect, form, page
from novacast.words import minor, money

REFUNDS = f"{STUDIO}/refunds"
PAGE = 50


class RefundsQuery(Body):
    org: Annotated[str | None, Field(max_length=64)] = None
    cursor: Annotated[str | None, Field(max_length=500)] = None


class WayForm(Body):
    org: Annotated[str, Field(max_length=64)] = ""
    way: Annotated[str, Field(max_length=20)] = ""
    reference: Annotated[str, Field(max_length=300)] = ""

    def chosen(self) -> Way | None:
        return Way(self.way) if self.way in set(Way) else None


class GrantForm(Body):
    amount: Annotated[str, Field(max_length=20)] = ""
    reason: Annotated[str, Field(max_length=500)] = ""
    given: Annotated[int | None, Field(ge=0)] = None
    sure: bool = False


class RefundPages:
    def __init__(self, refunds: Refunds, bulk: Bulk, orders: Orders, organizations: Organizations) -> None:
        self._refunds, self._bulk, self._orders, self._organizations = refunds, bulk, orders, organizations

    @page(REFUNDS)
    async def list(self, call: Call, query: RefundsQuery) -> Html:
        names = await offices(call.principal, self._organizations)
        org_id = chosen(names, query.org)
        context: dict[str, Any] = {"organizations": by_name(names), "org": org_id, "lines": [], "nights": []}
        if org_id:
            context |= await self._listed(call.principal, org_id, query.cursor)
        return Html("tickets/refunds.html", context)

    @form(f"{REFUNDS}/{{refund_id}}/given")
    async def given(self, call: Call, refund_id: str, form: WayForm) -> Redirect:
        way = form.chosen() or Way.CASH
        try:
            await self._refunds.given(call.principal, form.org, refund_id, way, form.reference)
        except Conflict as error:
            return _back(form.org, Notice("bad", error.message))
        return _back(form.org, Notice("good", _("It is written down as given back.")))

    @form(f"{REFUNDS}/{{refund_id}}/again")
    async def again(self, call: Call, refund_id: str, form: WayForm) -> Redirect:
        try:
            await self._refunds.again(call.principal, form.org, refund_id, form.chosen())
        except Conflict as error:
            return _back(form.org, Notice("bad", error.message))
        return _back(form.org, Notice("good", _("It is tried once more.")))

    @form(f"{STUDIO}/orders/{{order_id}}/grant")
    async def grant(self, call: Call, order_id: str, form: GrantForm) -> Redirect:
        order = (await self._orders.seen(call.principal, order_id)).order
        back = Redirect(f"{STUDIO}/orders/{order_id}", notice=Notice("good", _("The amount is on its way back.")))
        try:
            amount = minor(form.amount, order.currency) or 0
            await self._refunds.grant(call.principal, order.org_id, order_id, amount, form.reason, form.given)
        except (Conflict, InvalidInput) as error:
            return Redirect(back.location, notice=Notice("bad", error.message))
        return back

    @form(f"{STUDIO}/performances/{{performance_id}}/refund-all")
    async def begin(self, call: Call, performance_id: str, form: WayForm) -> Redirect:
        try:
            await self._bulk.begin(call.principal, performance_id)
        except Conflict as error:
            return _back(form.org, Notice("bad", error.message))
        return _back(form.org, Notice("good", _("Everything is given back, one order after the other.")))

    async def _listed(self, principal: Principal, org_id: str, cursor: str | None) -> dict[str, Any]:
        try:
            found = await self._refunds.of_org(principal, org_id, (), cursor, PAGE)
        except InvalidInput:  # an old cursor of another list
            found = await self._refunds.of_org(principal, org_id, (), None, PAGE)
        nights = await self._bulk.cancelled(principal, org_id) if may_arrange(principal, org_id) else []
        return {
            "lines": [_line(one) for one in found.items],
            "sells": may_sell(principal, org_id),
            "ways": way_choices(),
            "nights": [
                {"id": one.perf_id, "title": one.title, "when": hour(one.starts_at, one.timezone), "left": one.left,
                 "begun": one.begun}
                for one in nights
            ],
            "next": f"{REFUNDS}?{urlencode({'org': org_id, 'cursor': found.next})}" if found.next else "",
        }  # fmt: skip


def shown(found: Sequence[Refund]) -> list[dict[str, Any]]:
    """Of an order, for its page."""
    return [
        {
            "amount": money(one.amount, one.currency),
            "way": way_name(one.provider),
            "state": refund_state(one.state),
            "kind": refund_badge(one.state),
            "why": why_name(one.why),
            "reference": one.reference or "",
            "reason": one.reason or "",
        }
        for one in found
    ]


def _line(one: Shown) -> dict[str, Any]:
    refund = one.refund
    return {
        "id": refund.id,
        "order": f"{STUDIO}/orders/{refund.order_id}",
        "code": one.code,
        "name": one.name,
        "when": hour(refund.created_at, "UTC"),
        "again": one.again,
        "by_hand": one.by_hand and refund.state is RefundState.REQUESTED,
        **shown([refund])[0],
    }


def way_name(provider: str) -> str:
    names = {
        "cash": _("in cash"),
        "transfer": _("by bank transfer"),
        "card_terminal": _("at the card terminal"),
        "dispute": _("by the bank, in a dispute"),
    }
    return names.get(provider, provider)


def way_choices() -> list[tuple[str, str]]:
    return [(one.value, way_name(one.value)) for one in Way]


def why_name(why: Why) -> str:
    return {
        Why.CANCELLED: _("Given back"),
        Why.SURPLUS: _("Paid twice"),
        Why.LATE: _("Paid too late"),
    }[why]


def refund_state(state: RefundState) -> str:
    return {
        RefundState.REQUESTED: _("To be given back"),
        RefundState.SUBMITTED: _("On its way"),
        RefundState.PENDING: _("On its way"),
        RefundState.SUCCEEDED: _("Given back already"),
        RefundState.FAILED: _("Failed: still owed"),
        RefundState.CANCELLED: _("Called off: still owed"),
    }[state]


def refund_badge(state: RefundState) -> str:
    if state in OVER:
        return "bad"
    return "good" if state is RefundState.SUCCEEDED else "busy"


def _back(org_id: str, notice: Notice) -> Redirect:
    return Redirect(f"{REFUNDS}?{urlencode({'org': org_id})}", notice=notice)
