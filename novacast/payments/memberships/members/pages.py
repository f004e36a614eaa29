"""The organizer's pages of members: who they are, and what each has paid."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Protocol
from urllib.parse import urlencode

from pydantic import Field

from novacast.errors import Conflict, InvalidInput, Unavailable
from novacast.i18n import gettext as _
from novacast.i18n import translated
from novacast.identity import Action, Principal
from novacast.payments.memberships.disputes.models import Dispute
from novacast.payments.memberships.disputes.models import State as DisputeState
from novacast.payments.memberships.models import Charge, Kind, State, Subscription
from novacast.payments.memberships.pages import KINDS
from novacast.payments.memberships.refunds.models import Refund, left, live
from novacast.payments.memberships.refunds.models import State as RefundState
from novacast.payments.memberships.services import MembershipServices
from novacast.payments.memberships.words import price, state_name, told
from novacast.web import Body, Call, Html, Notice, Redirect, form, page
from novacast.words import date_of, minor, money

MEMBERS = "/studio/memberships/members"
PAGE = 50
OVER = (State.CANCELLED, State.EXPIRED)


class Names(Protocol):
    async def names(self, ids: list[str], /) -> Mapping[str, str]: ...


class MembersQuery(Body):
    org: Annotated[str, Field(max_length=64)] = ""
    cursor: Annotated[str | None, Field(max_length=500)] = None


class GiveBackForm(Body):
    amount: Annotated[str, Field(max_length=20)] = ""
    given: Annotated[int | None, Field(ge=0)] = None


class MemberPages:
    def __init__(self, own: MembershipServices, organizations: Names, people: Names) -> None:
        self._memberships, self._plans, self._refunds = own.memberships, own.plans, own.refunds
        self._organizations, self._people = organizations, people

    @page(MEMBERS)
    async def list(self, call: Call, query: MembersQuery) -> Html:
        me = call.principal
        names = await self._organizations.names([one for one in me.roles if me.allows(Action.ORDER_VIEW, one)])
        org_id = query.org if query.org in names else min(names, default="", key=lambda one: names[one])
        named = sorted(names.items(), key=lambda one: one[1].casefold())
        context: dict[str, Any] = {"organizations": named, "org": org_id, "kinds": KINDS, "members": [], "next": ""}
        if org_id:
            context |= await self._listed(me, org_id, query.cursor)
        return Html("payments/members.html", context)

    @page(f"{MEMBERS}/{{subscription_id}}")
    async def show(self, call: Call, subscription_id: str) -> Html:
        found = await self._memberships.show(call.principal, subscription_id)
        one = found.subscription
        people = await self._people.names([one.person_id])
        context = {
            "one": _member(one, people, {one.tier_id: found.tier.name}),
            "org": one.org_id,
            "kinds": KINDS,
            "mismatch": one.mismatch or "",
            "charges": [await self._charge(each) for each in found.charges],
            "ends": one.state not in OVER,
            "evidence": f"/api/v1/organizations/{one.org_id}/subscriptions/{one.id}/evidence",
        }
        return Html("payments/member.html", context)

    @form(f"{MEMBERS}/{{subscription_id}}/end")
    async def end(self, call: Call, subscription_id: str) -> Redirect:
        act = self._memberships.cancel(call.principal, subscription_id, now=True)
        return await self._done(act, subscription_id, _("It has ended."))

    @form(f"{MEMBERS}/{{subscription_id}}/charges/{{charge_id}}/refund")
    async def give_back(self, call: Call, subscription_id: str, charge_id: str, form: GiveBackForm) -> Redirect:
        found = await self._memberships.show(call.principal, subscription_id)
        amount = minor(form.amount, found.subscription.currency) if form.amount.strip() else None
        if form.amount.strip() and amount is None:
            return _back(subscription_id, _("Write the amount as 9.00."), good=False)
        act = self._refunds.give_back(call.principal, charge_id, amount, given=form.given)
        return await self._done(act, subscription_id, _("It is given back."))

    async def _listed(self, principal: Principal, org_id: str, cursor: str | None) -> dict[str, Any]:
        found = await self._memberships.of_org(principal, org_id, cursor, PAGE)
        people = await self._people.names(sorted({one.person_id for one in found.items}))
        tiers = await self._memberships.tiers(org_id)
        more = urlencode({"org": org_id, "cursor": found.next or ""})
        return {
            "members": [_member(one, people, tiers) for one in found.items],
            "next": f"{MEMBERS}?{more}" if found.next else "",
        }

    async def _charge(self, one: Charge) -> dict[str, Any]:
        return _charge(one, await self._refunds.of_charge(one.id), await self._refunds.disputed(one.id))

    async def _done(self, act: Any, subscription_id: str, words: str) -> Redirect:
        try:
            await act
        except (Conflict, InvalidInput, Unavailable) as error:
            return _back(subscription_id, translated(told(error)[0].message), good=False)
        return _back(subscription_id, words)


def _back(subscription_id: str, words: str, *, good: bool = True) -> Redirect:
    return Redirect(f"{MEMBERS}/{subscription_id}", notice=Notice("good" if good else "bad", words))


def _member(one: Subscription, people: Mapping[str, str], tiers: Mapping[str, str]) -> dict[str, Any]:
    ways = {"stripe": _("Card"), "offline": _("Counter or transfer"), "sandbox": _("Test")}
    return {
        "id": one.id,
        "name": people.get(one.person_id, "") or _("Somebody without an account"),
        "tier": tiers.get(one.tier_id, ""),
        "state": one.state,
        "words": _("Suspended") if one.suspended_at is not None else state_name(one.state),
        "since": date_of(one.created_at),
        "until": "" if one.ends_at is None or one.state in OVER else date_of(one.ends_at),
        "stops": one.stops and one.kind is Kind.PAID,
        "price": _("Given") if one.interval is None else price(one.price, one.currency, one.interval),
        "way": ways.get(one.provider, one.provider),
    }


def _charge(one: Charge, refunds: Sequence[Refund], disputes: Sequence[Dispute]) -> dict[str, Any]:
    rest = left(one, refunds, disputes)
    decided = {
        DisputeState.OPEN: (_("Disputed"), "busy"),
        DisputeState.WON: (_("Dispute won"), "good"),
        DisputeState.LOST: (_("Dispute lost"), "bad"),
    }
    states = {
        RefundState.SUBMITTED: _("on its way"),
        RefundState.PENDING: _("on its way"),
        RefundState.SUCCEEDED: _("given back"),
        RefundState.FAILED: _("failed, and owed still"),
    }
    return {
        "id": one.id,
        "date": date_of(one.paid_at or one.created_at),
        "amount": money(one.amount, one.currency),
        "state": one.state,
        "late": one.late,
        "given": live(refunds),
        "left": money(rest, one.currency) if rest > 0 else "",
        "disputes": [(money(each.amount, each.currency), *decided[each.state]) for each in disputes],
        "refunds": [(money(each.amount, one.currency), states[each.state]) for each in refunds],
    }
